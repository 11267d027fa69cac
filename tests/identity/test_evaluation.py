"""The evaluator against counting every pair."""

from __future__ import annotations

from itertools import combinations

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from identity.evaluation import evaluate
from tests.identity.tables import create


def _evaluate(clusters: list[int], persons: list[int]) -> dict[str, float | int]:
    con = duckdb.connect()
    create(con, "clusters", [{"record_id": str(n), "customer_id": str(c)} for n, c in enumerate(clusters)])
    create(con, "truth", [{"record_id": str(n), "person_id": str(p)} for n, p in enumerate(persons)])
    return evaluate(con, "clusters", "truth")


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=12))
def test_measures_equal_brute_force(labels: list[tuple[int, int]]) -> None:
    clusters, persons = [pair[0] for pair in labels], [pair[1] for pair in labels]
    pairs = list(combinations(range(len(labels)), 2))
    found = {pair for pair in pairs if clusters[pair[0]] == clusters[pair[1]]}
    true = {pair for pair in pairs if persons[pair[0]] == persons[pair[1]]}
    measured = _evaluate(clusters, persons)
    assert measured["pair_precision"] == pytest.approx(len(found & true) / len(found) if found else 1)
    assert measured["pair_recall"] == pytest.approx(len(found & true) / len(true) if true else 1)
    shares = [
        len([b for b, other in enumerate(labels) if other == label]) / clusters.count(label[0])
        for _, label in enumerate(labels)
    ]
    assert measured["bcubed_precision"] == pytest.approx(sum(shares) / len(shares))
    assert measured["largest_cluster"] == max(clusters.count(cluster) for cluster in clusters)
    assert measured["over_merged_customers"] == sum(
        len({p for c, p in labels if c == cluster}) > 1 for cluster in set(clusters)
    )
    assert measured["under_merged_persons"] == sum(
        len({c for c, p in labels if p == person}) > 1 for person in set(persons)
    )


def test_records_without_truth_are_counted_as_uncovered() -> None:
    con = duckdb.connect()
    create(con, "clusters", [{"record_id": "a", "customer_id": "1"}, {"record_id": "b", "customer_id": "1"}])
    create(con, "truth", [{"record_id": "a", "person_id": "p"}])
    measured = evaluate(con, "clusters", "truth")
    assert (measured["records"], measured["truth_coverage"]) == (1, 0.5)
