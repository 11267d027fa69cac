"""Judging what an engine left in a folder."""

import duckdb
import pytest

from benchmarks.identity.engines import EXAMPLES, OURS, Run
from benchmarks.identity.judging import judge, judge_ceiling

# Persons: a b c | d e | f
TRUTH = [("a", "1"), ("b", "1"), ("c", "1"), ("d", "2"), ("e", "2"), ("f", "3")]
CLUSTERS = {
    0.3: ["x", "x", "x", "y", "y", "y"],  # f goes wrong
    0.5: ["x", "x", "x", "y", "y", "z"],  # as it truly is
    0.9: ["x", "x", "w", "y", "v", "z"],
}
PAIRS = [("a", "b", 0.99), ("a", "c", 0.6), ("d", "e", 0.95), ("e", "f", 0.4)]


@pytest.fixture
def folder(tmp_path):
    rows = [
        (record, customer, threshold)
        for threshold, customers in CLUSTERS.items()
        for (record, _), customer in zip(TRUTH, customers, strict=True)
    ]
    write(tmp_path / "truth", "record_id, person_id", TRUTH)
    write(tmp_path / "examples", "record_id, customer_id, threshold", rows)
    write(tmp_path / "examples_pairs", "record_id_l, record_id_r, match_probability", PAIRS)
    return tmp_path


def write(path, columns, rows):
    values = ", ".join(str(row) for row in rows)
    with duckdb.connect() as con:
        con.execute(f"copy (from (values {values}) t({columns})) to '{path}.parquet' (format parquet)")


def test_the_best_threshold_counts(folder):
    found = judge(folder, Run(EXAMPLES, 1.0))
    assert sorted(found.clusters) == [0.3, 0.5, 0.9]
    assert found.threshold == 0.5
    assert found.best_clusters["pair_f1"] == 1.0
    assert found.clusters[0.9]["pair_recall"] == pytest.approx(1 / 4)


@pytest.mark.parametrize(
    ("threshold", "precision", "recall"),
    [
        pytest.param(0.3, 3 / 4, 3 / 4, id="every link: one wrong, one true pair never scored"),
        pytest.param(0.5, 1.0, 3 / 4, id="without the wrong one"),
        pytest.param(0.95, 1.0, 2 / 4, id="the threshold itself is in"),
        pytest.param(0.9999, 1.0, 0.0, id="none left"),
    ],
)
def test_pairs(folder, threshold, precision, recall):
    scores = judge(folder, Run(EXAMPLES, 1.0)).pairs[threshold]
    assert (scores["precision"], scores["recall"]) == (pytest.approx(precision), pytest.approx(recall))


def test_ours_is_judged_at_its_own_threshold_for_pairs(folder):
    for part in ("", "_pairs"):
        (folder / f"examples{part}.parquet").rename(folder / f"guiyi{part}.parquet")
    found = judge(folder, Run(OURS, 1.0))
    assert found.best_pairs == found.pairs[0.5]


def test_a_run_that_did_not_finish_has_no_measures(folder):
    found = judge(folder, Run(EXAMPLES, failure="not finished in 30 min"))
    assert (found.clusters, found.pairs) == ({}, {})


def test_the_ceiling_is_judged_where_there_is_one(folder):
    assert judge_ceiling(folder) is None
    write(folder / "ceiling", "record_id, customer_id", TRUTH)
    ceiling = judge_ceiling(folder)
    assert ceiling is not None
    assert ceiling.best_clusters["pair_f1"] == 1.0
    assert ceiling.best_pairs == {}
