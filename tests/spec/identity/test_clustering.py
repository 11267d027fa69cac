"""Clustering on drawn evidence: chains, votes, vetoes, ties, order."""

from __future__ import annotations

import numpy as np
import pytest

from identity.clustering import Evidence, Partition, Vetoes, cluster_records
from tests.identity.tables import draw

# Bits for each pair: `name` stays with a person (the mean counts), `phone` can be one of several (the best counts).
# Prior: 2^-10. An empty cell has nothing to compare.
CASES = {
    "two strong links make one person of three": (
        """
        pair | name | phone
        0-1  | 8    | 12
        1-2  | 8    | 12
        """,
        "012",
    ),
    "a pair with nothing to compare does not hold back a chain": (
        """
        pair | name | phone
        0-1  |      | 16
        1-2  |      | 16
        0-2  |      |
        """,
        "012",
    ),
    "a family phone does not chain two names": (
        """
        pair | name | phone
        0-1  |      | 14
        1-2  |      | 13
        0-2  | -9   | 14
        """,
        "01 2",
    ),
    "one odd record is outvoted": (
        """
        pair | name | phone
        0-1  | 8    | 12
        0-2  | 8    | 12
        1-2  | 8    | 12
        0-3  | -4   | 14
        1-3  | 8    | 14
        2-3  | 8    | 14
        """,
        "0123",
    ),
    "two weak hints together are enough": (
        """
        pair | name | phone
        0-1  | 8    | 9
        0-2  |      | 8
        1-2  | 7    |
        """,
        "012",
    ),
    "too little stays apart": (
        """
        pair | name | phone
        0-1  | 8    |
        """,
        "0 1",
    ),
}


def _evidence(drawing: str) -> tuple[Evidence, int]:
    rows = draw("\n".join(line.strip() for line in drawing.strip().splitlines()))
    ends = np.array([[int(end) for end in str(row["pair"]).split("-")] for row in rows], np.int32).reshape(-1, 2)
    cells = [[row["name"], row["phone"]] for row in rows]
    bits = np.array([[float(cell or 0) for cell in line] for line in cells], np.float32).reshape(-1, 2)
    present = np.array([[cell is not None for cell in line] for line in cells]).reshape(-1, 2)
    best = np.array([False, True])
    return Evidence(ends[:, 0], ends[:, 1], bits, bits, present, best, 0.0, -10.0), int(ends.max()) + 1


def _vetoes(
    records: int,
    same: list[tuple[int, int]] | None = None,
    different: list[tuple[int, int]] | None = None,
    unique: list[int] | None = None,
) -> Vetoes:
    codes = np.array(unique, np.int32) if unique else np.full(records, -1, np.int32)
    return Vetoes(
        np.array(same or [], np.int64).reshape(-1, 2), np.array(different or [], np.int64).reshape(-1, 2), (codes,)
    )


def _spell(found: Partition) -> str:
    groups = [np.flatnonzero(found.cluster == number) for number in np.unique(found.cluster)]
    return " ".join("".join(str(record) for record in group) for group in groups)


@pytest.mark.parametrize(("drawing", "expected"), CASES.values(), ids=CASES.keys())
def test_evidence_decides(drawing: str, expected: str) -> None:
    evidence, records = _evidence(drawing)
    assert _spell(cluster_records(records, evidence, _vetoes(records))) == expected


CHAIN = CASES["two strong links make one person of three"][0]


def test_decision_same_joins_without_evidence() -> None:
    evidence, _ = _evidence(CHAIN)
    assert _spell(cluster_records(5, evidence, _vetoes(5, same=[(2, 3)]))) == "0123 4"


def test_decision_different_keeps_apart_and_is_reported() -> None:
    evidence, records = _evidence(CHAIN)
    found = cluster_records(records, evidence, _vetoes(records, different=[(0, 2)]))
    assert found.cluster[0] != found.cluster[2]
    assert len(found.vetoed) == 1


def test_contradicting_decisions_are_reported() -> None:
    evidence, records = _evidence(CHAIN)
    found = cluster_records(records, evidence, _vetoes(records, same=[(0, 1), (1, 2)], different=[(0, 2)]))
    assert found.contradictions.tolist() == [[0, 2]]


def test_two_values_where_a_person_has_one_keep_apart() -> None:
    evidence, records = _evidence(CHAIN)
    found = cluster_records(records, evidence, _vetoes(records, unique=[5, -1, 6]))
    assert found.cluster[0] != found.cluster[2]


def test_unique_value_is_inherited_by_the_cluster() -> None:
    evidence, records = _evidence(
        """
        pair | name | phone
        0-1  | 8    | 20
        1-2  | 8    | 12
        """
    )
    assert _spell(cluster_records(records, evidence, _vetoes(records, unique=[5, -1, 6]))) == "01 2"


def test_order_of_pairs_does_not_matter() -> None:
    random = np.random.default_rng(7)
    records, pairs = 60, 300
    ends = np.unique(np.sort(random.integers(0, records, (pairs, 2)), axis=1), axis=0)
    ends = ends[ends[:, 0] != ends[:, 1]].astype(np.int32)
    bits = random.integers(-8, 16, (len(ends), 2)).astype(np.float32)
    present = np.ones_like(bits, np.bool_)
    best = np.array([False, True])
    partitions = set()
    for _ in range(5):
        order = random.permutation(len(ends))
        evidence = Evidence(ends[order, 0], ends[order, 1], bits[order], bits[order], present[order], best, 0.0, -10.0)
        partitions.add(_spell(cluster_records(records, evidence, _vetoes(records))))
    assert len(partitions) == 1
