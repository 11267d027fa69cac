"""Judging a run: one evaluator for every engine, at every threshold the engine offers.

In: a data set's folder and a run. Out: clusters' measures (identity/evaluation.py) and pairs' precision, recall and F1
per threshold. Pairs are the scored links themselves, before clustering; pairs the engine never scored count as missed.
"""

from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from benchmarks.identity.engines import OURS, Engine, Run
from identity.evaluation import evaluate

THRESHOLDS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9999)
CEILING = Engine("supervised ceiling", "ceiling")

Scores = dict[str, float | int]


@dataclass(frozen=True)
class Judgement:
    """A run and its measures by threshold; both are empty when the run did not finish."""

    run: Run
    clusters: dict[float, Scores] = field(default_factory=dict)
    pairs: dict[float, Scores] = field(default_factory=dict)

    @property
    def threshold(self) -> float:
        """The threshold whose clusters are best; ours has but one."""
        return max(self.clusters, key=lambda each: (self.clusters[each]["pair_f1"], each))

    @property
    def best_clusters(self) -> Scores:
        """Measures of the clusters at that threshold."""
        return self.clusters[self.threshold]

    @property
    def best_pairs(self) -> Scores:
        """Ours at its own threshold; a peer's at the one that suits its pairs best. Empty where there are none."""
        if not self.pairs:
            return {}
        return self.pairs[0.5] if self.run.engine == OURS else max(self.pairs.values(), key=lambda each: each["f1"])


def judge(folder: Path, run: Run) -> Judgement:
    """Read what the run left in the folder, and the truth."""
    if run.failure:
        return Judgement(run)
    key = run.engine.key
    with duckdb.connect() as con:
        con.execute(f"create table truth as select * from '{folder / 'truth.parquet'}'")
        con.execute(f"create table found as select * from '{folder / key}.parquet'")
        clusters = {}
        for (threshold,) in con.execute("select distinct threshold from found order by 1").fetchall():
            con.execute(f"create or replace view chosen as select * from found where threshold = {float(threshold)}")
            clusters[float(threshold)] = evaluate(con, "chosen", "truth")
        pairs = folder / f"{key}_pairs.parquet"
        return Judgement(run, clusters, judge_pairs(con, pairs, "truth") if pairs.exists() else {})


def judge_ceiling(folder: Path) -> Judgement | None:
    """The measures of ceiling.parquet, where there is one."""
    path = folder / "ceiling.parquet"
    if not path.exists():
        return None
    with duckdb.connect() as con:
        con.execute(f"create view found as select record_id, customer_id from '{path}'")
        con.execute(f"create view truth as select * from '{folder / 'truth.parquet'}'")
        return Judgement(Run(CEILING), {0.5: evaluate(con, "found", "truth")})


def judge_pairs(con: duckdb.DuckDBPyConnection, pairs: Path, truth: str) -> dict[float, Scores]:
    """Precision, recall and F1 of the links at every threshold."""
    counts = ", ".join(
        f"count(*) filter (match_probability >= {each}), count(*) filter (match_probability >= {each} and same)"
        for each in THRESHOLDS
    )
    row = con.execute(f"""
        with judged as (
            select match_probability, l.person_id = r.person_id as same
            from '{pairs}' join {truth} l on l.record_id = record_id_l join {truth} r on r.record_id = record_id_r
        )
        select (select sum(n * (n - 1) / 2) from (select count(*) as n from {truth} group by person_id)), {counts}
        from judged
    """).fetchone()
    assert row is not None  # an aggregate always returns a row
    true, *numbers = row
    return {
        threshold: _score(found, both, true or 0)
        for threshold, found, both in zip(THRESHOLDS, numbers[::2], numbers[1::2], strict=True)
    }


def _score(found: float, both: float, true: float) -> Scores:
    precision, recall = (both / found if found else 1.0), (both / true if true else 1.0)
    return {
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / (precision + recall) if precision + recall else 0.0,
    }
