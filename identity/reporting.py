"""The tables a resolution leaves behind: identity_link, identity_cluster, identity_model, identity_rule.

identity_link: one row per stored pair; weight and probability, the rules that found it, then per comparison the level's
name and its bits; `household` is what the likeness of a family takes away. identity_model: one row per comparison and
level. identity_rule: one row per blocking rule. No table holds a personal value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from identity.blocking import Candidates
from identity.clustering import Partition
from identity.comparisons.base import Pairs
from identity.engines.duckdb import drop_tables, read_arrow, write_table
from identity.epoch import Epoch
from identity.learning import Patterns
from identity.scoring import Scorer


@dataclass(frozen=True)
class Links:
    """Pairs to be stored, with their levels and log2 odds."""

    pairs: Pairs
    levels: Patterns
    odds: npt.NDArray[np.float32]

    def __len__(self) -> int:
        """Number of links."""
        return len(self.pairs)


def write_links(
    con: duckdb.DuckDBPyConnection, candidates: Candidates, links: Links, scorer: Scorer, epoch: Epoch
) -> None:
    """Create identity_link, with columns for all comparisons the epoch knows."""
    ids = read_arrow(con, "select record_id from identity_person order by rid")["record_id"].combine_chunks()
    odds = links.odds.astype(np.float64)
    weight = odds - scorer.prior
    columns: dict[str, pa.Array] = {
        "record_id_l": ids.take(pa.array(links.pairs.left)),
        "record_id_r": ids.take(pa.array(links.pairs.right)),
        "match_weight": pa.array(weight),
        "match_probability": pa.array(1 / (1 + np.exp2(-odds))),
        "rules": _name_rules(links.pairs, candidates),
    }
    explained = np.zeros(len(weight))
    numbers = {comparison.name: number for number, comparison in enumerate(scorer.comparisons)}
    for name, level_names in zip(epoch.names, epoch.levels, strict=True):
        levels, bits = np.zeros(len(links), np.uint8), np.zeros(len(links), np.float32)
        if (number := numbers.get(name)) is not None:
            levels = links.levels[:, number]
            bits = scorer.bits(number, levels, links.pairs)
        columns[f"level_{column_name(name)}"] = _spell(levels, list(level_names))
        columns[f"weight_{column_name(name)}"] = pa.array(bits)
        explained += bits
    family = weight - explained
    grade = np.select([family > -1, family > -5], [0, 1], 2).astype(np.uint8)
    columns["level_household"] = _spell(grade, ["none", "possible", "likely"])
    columns["weight_household"] = pa.array(family.astype(np.float32))
    write_table(con, "identity_link", pa.table(columns))


def write_clusters(con: duckdb.DuckDBPyConnection, partition: Partition) -> None:
    """Create identity_cluster: every record with the number of its cluster."""
    table = pa.table({"rid": pa.array(np.arange(len(partition.cluster))), "cluster": pa.array(partition.cluster)})
    write_table(con, "identity_partition", table)
    con.execute("""
        create or replace temp table identity_cluster as
        select record_id, cast(cluster as integer) as cluster
        from identity_partition join identity_person using (rid)
        order by rid
    """)
    drop_tables(con, "identity_partition")


def write_model(con: duckdb.DuckDBPyConnection, scorer: Scorer, epoch: Epoch) -> None:
    """Create identity_model: shares and bits of each level, and the facts of the epoch."""
    model = epoch.model
    weights, against_household = model.weights(), model.household_weights()
    rows = [
        {
            "comparison": column_name(name),
            "level": level,
            "m": float(model.same[number][at]),
            "u": float(model.random[number][at]),
            "household": float(model.household[number][at]),
            "weight": float(weights[number][at]),
            "weight_against_household": float(against_household[number][at]),
            "comparison_name": name,
            "comparison_number": number,
            "level_number": at,
        }
        for number, name in enumerate(epoch.names)
        for at, level in enumerate(epoch.levels[number])
    ]
    table = pa.Table.from_pylist(rows)
    facts = {
        "threshold": -scorer.prior,
        "share_same": model.share_same,
        "share_household": model.share_household,
        "patterns": float(model.patterns),
    }
    for name, value in facts.items():
        table = table.append_column(name, pa.array(np.full(len(rows), value)))
    write_table(con, "identity_model", table)


def write_rules(con: duckdb.DuckDBPyConnection, candidates: Candidates) -> None:
    """Create identity_rule: what each blocking rule found."""
    table = pa.table(
        {
            "rule": pa.array([count.rule for count in candidates.counts], pa.string()),
            "pairs": pa.array([count.pairs for count in candidates.counts], pa.int64()),
            "only_this_rule": pa.array([count.only_this_rule for count in candidates.counts], pa.int64()),
            "dropped_keys": pa.array([count.dropped_keys for count in candidates.counts], pa.int64()),
        }
    )
    write_table(con, "identity_rule", table)


def column_name(comparison: str) -> str:
    """A comparison's name as part of a column name."""
    return re.sub(r"[^a-z0-9]+", "_", comparison.lower()).strip("_")


def _spell(levels: npt.NDArray[np.uint8], names: list[str]) -> pa.Array:
    """Level numbers as their names."""
    return pa.DictionaryArray.from_arrays(pa.array(levels), pa.array(names))


def _name_rules(pairs: Pairs, candidates: Candidates) -> pa.Array:
    """Comma-joined names of the rules of each pair, spelled out once per distinct combination; none if no rule did."""
    known = (candidates.left.astype(np.int64) << 32) | candidates.right
    at = np.minimum(np.searchsorted(known, pairs.packed), max(len(known) - 1, 0))
    found = known[at] == pairs.packed if len(known) else np.zeros(len(pairs), np.bool_)
    rules = np.where(found, candidates.rules[at], 0) if len(known) else np.zeros(len(pairs), np.uint64)
    masks, back = np.unique(rules, return_inverse=True)
    texts = [", ".join(name for name, bit in candidates.bits.items() if int(mask) >> bit & 1) for mask in masks]
    return pa.DictionaryArray.from_arrays(pa.array(back.astype(np.int32)), pa.array(texts, pa.string()))
