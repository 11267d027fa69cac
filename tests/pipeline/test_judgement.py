"""`guiyi evaluate`: the measures of clusters drawn by hand, and truths that do not fit them."""

import json

import pytest

from tests.pipeline.demo_home import enter, guiyi

# Persons {1 2 3} and {4 5}; customers {1 2}, {3 4} and {5}.
CLUSTERS = "record_id,customer_id\n1,A\n2,A\n3,B\n4,B\n5,C\n"
TRUTH = "record_id,person_id\n1,p\n2,p\n3,p\n4,q\n5,q\n"


@pytest.fixture(autouse=True)
def _here(monkeypatch, tmp_path):
    enter(monkeypatch, tmp_path / "home")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def evaluate(tmp_path):
    def evaluate(clusters: str, truth: str, *arguments: str):
        (tmp_path / "clusters.csv").write_text(clusters, encoding="utf-8")
        (tmp_path / "truth.csv").write_text(truth, encoding="utf-8")
        return guiyi("evaluate", "clusters.csv", "--truth", "truth.csv", *arguments)

    return evaluate


def test_every_measure_of_clusters_drawn_by_hand(evaluate):
    told = evaluate(CLUSTERS, TRUTH)
    assert told.code == 0
    measures = json.loads(told.out)
    assert {name: round(value, 4) for name, value in measures.items()} == {
        "pair_precision": 0.5,  # one of two pairs found is right
        "pair_recall": 0.25,  # one of four true pairs is found
        "pair_f1": 0.3333,
        "bcubed_precision": 0.8,
        "bcubed_recall": 0.5333,
        "bcubed_f1": 0.64,
        "largest_cluster": 2,
        "over_merged_customers": 1,
        "under_merged_persons": 2,
        "customers": 3,
        "persons": 2,
        "records": 5,
        "truth_coverage": 1.0,
    }


def test_a_perfect_answer_is_one_everywhere(evaluate):
    measures = json.loads(evaluate(CLUSTERS, CLUSTERS, "--person", "customer_id").out)
    assert {name: measures[name] for name in ("pair_f1", "bcubed_f1")} == {"pair_f1": 1.0, "bcubed_f1": 1.0}


def test_records_without_a_truth_are_left_out_and_counted(evaluate):
    measures = json.loads(evaluate(CLUSTERS, "rec,cluster\n1,p\n2,p\n", "--record", "rec", "--person", "cluster").out)
    assert (measures["records"], measures["truth_coverage"], measures["pair_f1"]) == (2, 0.4, 1.0)


WRONG = {
    "clusters without customers": ("record_id\n1\n", TRUTH, "clusters.csv lacks ['customer_id']; it has record_id"),
    "truth without persons": (CLUSTERS, "record_id,cluster\n1,p\n", "truth.csv lacks ['person_id']; it has"),
    "truth without ids": (CLUSTERS, "id,person_id\n1,p\n", "truth.csv lacks ['record_id']; it has id, person_id"),
    "ids of another table": (CLUSTERS, "record_id,person_id\nx,p\n", "have no record id in common: check --record"),
    "a record with two customers": (CLUSTERS + "1,B\n", TRUTH, "clusters.csv: 1 rows repeat or lack a record id"),
    "a record with two persons": (CLUSTERS, TRUTH + "1,q\n", "truth.csv: 1 rows repeat or lack a record id"),
    "no clusters": ("", TRUTH, "clusters.csv holds no rows"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_does_not_fit_is_named(evaluate, case):
    *files, said = WRONG[case]
    told = evaluate(*files)
    assert told.code == 1
    assert said in told.err
    assert "Traceback" not in told.err


def test_a_missing_file_is_named():
    told = guiyi("evaluate", "none.parquet", "--truth", "none.csv")
    assert (told.code, told.err) == (1, "guiyi: none.parquet does not exist\n")
