"""Doubtful merges for a steward: what was set aside, and what was merged on little.

Kinds:
    conflict     evidence would join the two, a decision or an identifier of which a person has only one forbids it
    weak bridge  the two are probably one person, their clusters on the whole are not
    too large    a customer of implausibly many records; its two records with the weakest link
"""

from __future__ import annotations

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from identity.clustering import Partition
from identity.engines.duckdb import drop_tables, write_table
from identity.reporting import Links
from identity.settings import Settings

Rows = list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64], str, str]]


def write_review(
    con: duckdb.DuckDBPyConnection, partition: Partition, links: Links, prior: float, settings: Settings
) -> int:
    """Create identity_review and return its number of rows."""
    left, right = links.pairs.left.astype(np.int64), links.pairs.right.astype(np.int64)
    first, second = partition.cluster[left], partition.cluster[right]
    weight = links.odds.astype(np.float64) - prior
    apart = np.flatnonzero((first != second) & (links.odds > 0))
    vetoed = _are_vetoed(partition, first[apart], second[apart])
    sizes = np.bincount(partition.cluster, minlength=len(partition.cluster))
    large = np.flatnonzero((first == second) & (sizes[first] > settings.clusters.plausible_records))
    rows: Rows = [
        (left[at], right[at], weight[at], kind, detail)
        for at, kind, detail in (
            (apart[vetoed], "conflict", "a decision or a unique identifier keeps their customers apart"),
            (apart[~vetoed], "weak bridge", "likely one person, but their customers as a whole do not agree"),
            (_weakest(first, weight, large), "too large", "weakest link of a customer of implausibly many records"),
        )
    ]
    rows.append(
        (
            partition.contradictions[:, 0],
            partition.contradictions[:, 1],
            np.zeros(len(partition.contradictions)),
            "conflict",
            "decided different, but other decisions make them the same",
        )
    )
    return _write_rows(con, rows)


def _are_vetoed(
    partition: Partition, first: npt.NDArray[np.int64], second: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    """Whether the two clusters met a veto while clustering."""
    count = len(partition.cluster)
    now = partition.cluster[partition.vetoed]
    keys = now.min(axis=1) * count + now.max(axis=1) if len(now) else np.empty(0, np.int64)
    return np.isin(np.minimum(first, second) * count + np.maximum(first, second), keys)


def _weakest(
    cluster: npt.NDArray[np.int64], weight: npt.NDArray[np.float64], at: npt.NDArray[np.intp]
) -> npt.NDArray[np.intp]:
    """The link of least weight of each cluster among the links `at`."""
    order = at[np.lexsort((at, weight[at], cluster[at]))]
    if not len(order):
        return order
    return order[np.concatenate(([True], cluster[order][1:] != cluster[order][:-1]))]


def _write_rows(con: duckdb.DuckDBPyConnection, rows: Rows) -> int:
    """Write rows by record numbers as identity_review by record ids."""
    table = pa.table(
        {
            "left_rid": pa.array(np.concatenate([row[0] for row in rows]).astype(np.int64)),
            "right_rid": pa.array(np.concatenate([row[1] for row in rows]).astype(np.int64)),
            "match_weight": pa.array(np.concatenate([row[2] for row in rows])),
            "kind": pa.array([row[3] for row in rows for _ in range(len(row[0]))], pa.string()),
            "detail": pa.array([row[4] for row in rows for _ in range(len(row[0]))], pa.string()),
        }
    )
    write_table(con, "identity_review_rows", table)
    con.execute("""
        create or replace temp table identity_review as
        select l.record_id as record_id_l, r.record_id as record_id_r, match_weight, kind, detail
        from identity_review_rows
        join identity_person l on l.rid = left_rid
        join identity_person r on r.rid = right_rid
        order by match_weight desc, record_id_l, record_id_r
    """)
    drop_tables(con, "identity_review_rows")
    return table.num_rows
