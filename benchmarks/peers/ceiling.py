"""The supervised ceiling: what could be had from the same comparisons if the truth of a like population were known.

    python -m benchmarks.peers.ceiling SITE_PACKAGES TRAINING_FOLDER FOLDER…

A gradient-boosted classifier learns on the pairs of TRAINING_FOLDER, whose truth it reads, and writes ceiling.parquet
(record_id, customer_id) to every FOLDER, whose truth it never reads. SITE_PACKAGES, where scikit-learn is, comes last
in the search path, so that everything else is the product's.

1. Resolve a data set without labels, and take up again what the engine compared: candidates, levels, scorer.
2. Learn from the candidates and from all pairs within components: of every comparison the level, and the bits for the
   rarity of the value. Not our weights nor our odds: they are learned anew from table to table, and a classifier that
   relies on those of one table does worse on the next.
3. Group as the engine does, by the classifier's odds; of two clusters, by their mean over all pairs between them. (Our
   evidence with the classifier's correction added to it did worse on a third population, of seed 7.)
"""

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from benchmarks.measurement import own_peak_bytes
from identity.blocking import find_candidates, prepare_keys
from identity.clustering import GRAIN, Evidence, Vetoes
from identity.comparisons import Source, list_comparisons
from identity.comparisons.base import Pairs
from identity.components import FLOOR, find_components, list_pairs
from identity.engines.duckdb import read_numpy, write_table
from identity.epoch import read_epoch
from identity.grouping import group_records
from identity.learning import Patterns
from identity.matching import CHUNK, compare_pairs, score_pairs
from identity.preparation import list_namespaces
from identity.resolution import resolve
from identity.rules import list_rules
from identity.scoring import Scorer, prepare_scorer
from identity.settings import Settings, load_settings
from identity.spelling import mark_spelled
from identity.vetoes import read_vetoes
from pipeline.config import load_config

LEAST, MOST = 1e-6, 1 - 1e-6  # probabilities beyond which the classifier is not believed
TREES = {"max_iter": 300, "learning_rate": 0.08, "max_leaf_nodes": 31, "random_state": 0}

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Compared:
    """Step 1: a data set as the engine sees it when it begins to group."""

    records: int
    scorer: Scorer
    pairs: Pairs
    levels: Patterns
    vetoes: Vetoes


@dataclass(frozen=True)
class Supervised(Scorer):
    """A scorer whose odds are a classifier's. names: of the comparisons it has learned with."""

    classifier: Any
    names: tuple[str, ...]

    def odds(self, levels: Patterns, pairs: Pairs) -> Floats:
        """log2 odds that each pair is one person."""
        if not len(pairs):
            return np.empty(0, np.float32)
        chances = self.classifier.predict_proba(list_features(self, self.names, levels, pairs))[:, 1]
        chances = np.clip(chances, LEAST, MOST)
        return np.asarray(np.log2(chances / (1 - chances)), np.float32)

    def evidence(self, levels: Patterns, pairs: Pairs, numbered: Pairs) -> Evidence:
        """The classifier's odds as the only comparison, of which the mean counts: it has weighed all the others."""
        bits = self.odds(levels, pairs).astype(np.float64) - self.prior
        column = (np.round(bits * GRAIN) / GRAIN)[:, None]
        present, takes_best = np.ones_like(column, np.bool_), np.array([False])
        return Evidence(numbered.left, numbered.right, column, column.copy(), present, takes_best, 0.0, self.prior)


def main(site_packages: Path, training: Path, folders: list[Path]) -> None:
    """Learn, then cluster every folder."""
    sys.path.append(str(site_packages))
    # Threads that wait must not keep the cores busy: the classifier is asked from several threads at once.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    settings = load_settings(load_config().identity_settings)
    with _open(training) as con:
        found = compare(con, settings)
        names = tuple(each.name for each in found.scorer.comparisons)
        classifier = train(found, names, _read_persons(con, training))
    for folder in folders:
        with _open(folder) as con:
            cluster = group(compare(con, settings), classifier, names)
            _write(con, cluster, folder / "ceiling.parquet")
    json.dump({"peak_bytes": own_peak_bytes()}, sys.stdout)


def compare(con: duckdb.DuckDBPyConnection, settings: Settings) -> Compared:
    """Step 1."""
    found = resolve(con, "records", "identifiers", None, settings, explain=False)
    epoch = read_epoch(con)
    mark_spelled(con)
    namespaces = list_namespaces(con, "identity_value")
    rules = list_rules(namespaces, settings)
    prepare_keys(con, rules)
    candidates = find_candidates(con, rules, found.records, settings.blocks, learned=True)
    pairs = Pairs(candidates.left, candidates.right)
    scorer = prepare_scorer(con, list_comparisons(Source(con), namespaces, settings, epoch.names), epoch)
    levels = compare_pairs(scorer.comparisons, pairs)
    return Compared(found.records, scorer, pairs, levels, read_vetoes(con, None, settings))


def train(found: Compared, names: tuple[str, ...], persons: npt.NDArray[np.int64]) -> Any:
    """Step 2. persons: a number per record, the truth."""
    further = _list_further(found)
    pairs = found.pairs.join(further)
    levels = np.concatenate([found.levels, compare_pairs(found.scorer.comparisons, further)])
    classifier = import_module("sklearn.ensemble").HistGradientBoostingClassifier(**TREES)
    features = list_features(found.scorer, names, levels, pairs)
    return classifier.fit(features, persons[pairs.left] == persons[pairs.right])


def list_features(scorer: Scorer, names: tuple[str, ...], levels: Patterns, pairs: Pairs) -> Floats:
    """Per pair and comparison: level number and bits of the value's rarity; zeros where a table has not got it."""
    at = {each.name: column for column, each in enumerate(scorer.comparisons)}
    out = np.zeros((len(pairs), 2 * len(names)), np.float32)
    for number, name in enumerate(names):
        if (column := at.get(name)) is not None:
            out[:, 2 * number] = levels[:, column]
            bits = scorer.bits(column, levels[:, column], pairs)
            out[:, 2 * number + 1] = bits - scorer.strangers[column][levels[:, column]]
    return out


def group(found: Compared, classifier: Any, names: tuple[str, ...]) -> npt.NDArray[np.int64]:
    """Step 3: the cluster of every record."""
    scorer = Supervised(**vars(found.scorer), classifier=classifier, names=names)
    # The classifier uses all cores by itself.
    odds = np.concatenate([scorer.odds(*part) for part in _chunks(found)])
    at = np.flatnonzero(odds >= FLOOR)
    return group_records(scorer, found.records, found.pairs.take(at), odds[at], found.vetoes).partition.cluster


def _list_further(found: Compared) -> Pairs:
    """The pairs within components that are no candidates."""
    odds = score_pairs(found.scorer, found.levels, found.pairs)
    at = np.flatnonzero(odds >= FLOOR)
    batches = list(list_pairs(find_components(found.records, found.pairs.take(at), odds[at])))
    none = np.empty(0, np.int32)
    pairs = Pairs(
        np.concatenate([none, *(each.left for each in batches)]),
        np.concatenate([none, *(each.right for each in batches)]),
    )
    return pairs.take(np.flatnonzero(~np.isin(pairs.packed, found.pairs.packed)))


def _chunks(found: Compared) -> Iterator[tuple[Patterns, Pairs]]:
    for start in range(0, max(len(found.pairs), 1), CHUNK):
        yield found.levels[start : start + CHUNK], found.pairs.part(start, start + CHUNK)


def _open(folder: Path) -> duckdb.DuckDBPyConnection:
    """A database in which the data set's records and identifiers are views; the truth is not."""
    con = duckdb.connect()
    for name in ("records", "identifiers"):
        con.execute(f"create view {name} as select * from '{folder / name}.parquet'")
    return con


def _read_persons(con: duckdb.DuckDBPyConnection, folder: Path) -> npt.NDArray[np.int64]:
    """The person of every record, by rid; a record without a truth is a person of its own."""
    query = f"""
        select dense_rank() over (order by coalesce(person_id, record_id)) as person, rid
        from identity_person left join '{folder / "truth.parquet"}' using (record_id) order by rid
    """
    return np.asarray(read_numpy(con, query)["person"], np.int64)


def _write(con: duckdb.DuckDBPyConnection, cluster: npt.NDArray[np.int64], path: Path) -> None:
    write_table(con, "found", pa.table({"rid": np.arange(len(cluster)), "cluster": cluster}))
    con.execute(
        "copy (select record_id, cluster::varchar as customer_id from found join identity_person using (rid)) "
        f"to '{path}' (format parquet)"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), [Path(each) for each in sys.argv[3:]])
