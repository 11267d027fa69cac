"""Components of links, all their pairs, and the grouping of records component by component."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from identity import components, grouping, matching
from identity.clustering import Vetoes, cluster_records
from identity.comparisons.base import Comparison, Level, Levels, Pairs, missing
from identity.components import HIGHEST, STEP, find_components, list_pairs
from identity.grouping import Grouping, group_records
from identity.matching import compare_pairs, score_pairs
from identity.scoring import Scorer

Link = tuple[int, int, float]

LARGEST = 5  # in the drawn graphs, so that a few records make a component too large
RECORDS = 24
PRIOR = -6.0

LINKS = st.dictionaries(
    st.tuples(st.integers(0, RECORDS - 1), st.integers(0, RECORDS - 1)).filter(lambda pair: pair[0] < pair[1]),
    st.floats(0, HIGHEST + 2 * STEP, width=32),
    max_size=60,
)
ORDERED = settings(deadline=None, derandomize=True, database=None, max_examples=60)


def _pairs(pairs: Iterable[tuple[int, int]]) -> Pairs:
    table = np.array(list(pairs), np.int32).reshape(-1, 2)
    return Pairs(table[:, 0], table[:, 1])


def _find(records: int, links: list[Link]) -> list[int]:
    odds = np.array([link[2] for link in links], np.float32)
    return list(find_components(records, _pairs(link[:2] for link in links), odds).tolist())


def _names(groups: Iterable[Iterable[int]], records: int) -> list[int]:
    """The smallest record of its group, per record."""
    label = list(range(records))
    for group in groups:
        for record in group:
            label[record] = min(group)
    return label


# --- Components.


@contextmanager
def _largest(records: int) -> Iterator[pytest.MonkeyPatch]:
    """As if components of more records were too large."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (components, grouping):
            patch.setattr(module, "LARGEST", records)
        yield patch


def _cut_by_hand(members: set[int], links: list[Link], floor: float) -> list[set[int]]:
    """Components of the links from the floor upwards; those too large are cut at the next floor."""
    inside = [link for link in links if link[2] >= floor and link[0] in members and link[1] in members]
    found = []
    left = set(members)
    while left:
        group, seen = {left.pop()}, 0
        while len(group) != seen:
            seen = len(group)
            group |= {end for link in inside for end in link[:2] if link[0] in group or link[1] in group}
        left -= group
        if len(group) > LARGEST and floor < HIGHEST:
            found += _cut_by_hand(group, inside, floor + STEP)
        else:
            found.append(group)
    return found


@ORDERED
@given(links=LINKS)
def test_large_components_are_cut_at_weak_links(links: dict[tuple[int, int], float]) -> None:
    drawn = [(*pair, odds) for pair, odds in links.items()]
    wanted = _names(_cut_by_hand(set(range(RECORDS)), drawn, 0.0), RECORDS)
    with _largest(LARGEST):
        assert _find(RECORDS, drawn) == wanted
        assert _find(RECORDS, drawn[::-1]) == wanted


@ORDERED
@given(links=LINKS, others=LINKS)
def test_a_component_does_not_depend_on_others(
    links: dict[tuple[int, int], float], others: dict[tuple[int, int], float]
) -> None:
    first = [(*pair, odds) for pair, odds in links.items()]
    # The others' records stand between those of the first ones.
    both = [(2 * left, 2 * right, odds) for (left, right), odds in links.items()]
    both += [(2 * left + 1, 2 * right + 1, odds) for (left, right), odds in others.items()]
    with _largest(LARGEST):
        assert [label // 2 for label in _find(2 * RECORDS, both)[::2]] == _find(RECORDS, first)


CHAIN = [(n, n + 1, 12.0) for n in range(399)]


@pytest.mark.parametrize(
    ("links", "sizes"),
    [
        ([], [1] * 400),
        (CHAIN[:199], [200] + [1] * 200),
        ([*CHAIN[:150], (150, 151, 1.0), *CHAIN[151:300]], [151, 150] + [1] * 99),
        (CHAIN[:250], [1] * 400),
        ([(*link[:2], HIGHEST) for link in CHAIN], [400]),
    ],
    ids=["no links", "just small enough", "cut at the weak link", "equal links go together", "strong links stay"],
)
def test_components_are_cut_where(links: list[Link], sizes: list[int]) -> None:
    assert sorted(np.unique(_find(400, links), return_counts=True)[1].tolist(), reverse=True) == sizes


def test_no_records_have_no_components() -> None:
    assert _find(0, []) == []


# --- Pairs.


@ORDERED
@given(groups=st.lists(st.integers(0, 9), max_size=40), at_once=st.sampled_from([1, 7, 10_000]))
def test_pairs_of_components_are_listed_once(groups: list[int], at_once: int) -> None:
    members: dict[int, list[int]] = {}
    for record, group in enumerate(groups):
        members.setdefault(group, []).append(record)
    label = np.array(_names(members.values(), len(groups)), np.int64)
    with _largest(LARGEST) as patch:
        patch.setattr(components, "PAIRS_AT_ONCE", at_once)
        batches = [list(zip(each.left.tolist(), each.right.tolist(), strict=True)) for each in list_pairs(label)]
    small = [group for group in members.values() if len(group) <= LARGEST]
    assert sorted(pair for batch in batches for pair in batch) == sorted(
        pair for group in small for pair in combinations(group, 2)
    )
    # A component is never divided between batches.
    seen = [{int(label[left]) for left, _ in batch} for batch in batches]
    assert sum(len(each) for each in seen) == len(set().union(*seen)) if seen else True


def test_all_pairs_of_the_largest_component_are_listed() -> None:
    (pairs,) = list_pairs(np.zeros(components.LARGEST, np.int64))
    assert list(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True)) == list(
        combinations(range(components.LARGEST), 2)
    )


# --- Groups, from drawn odds.


def _scorer(bits: dict[tuple[int, int], int], records: int) -> Scorer:
    """Evidence as drawn: whole bits from -12 to 12 around even odds; -12 where nothing is drawn."""
    table = np.zeros((records, records), np.uint8)
    for (left, right), value in bits.items():
        table[left, right] = table[right, left] = value + 12

    def evaluate(pairs: Pairs) -> Levels:
        return table[pairs.left, pairs.right] + np.uint8(1)

    levels = (missing(), *(Level(str(number), 0.0, 0.0) for number in range(25)))
    weights = np.concatenate([[0.0], np.arange(-12, 13) - PRIOR]).astype(np.float32)
    comparison = Comparison("drawn", levels, evaluate, lasting=True)
    return Scorer([comparison], (weights,), (np.zeros(26, np.float32),), ({},), 0.0, PRIOR)


def _vetoes(
    same: Iterable[tuple[int, int]] = (),
    different: Iterable[tuple[int, int]] = (),
    unique: tuple[list[int], ...] = (),
) -> Vetoes:
    def columns(pairs: Iterable[tuple[int, int]]) -> np.ndarray:
        return np.array(list(pairs), np.int64).reshape(-1, 2)

    return Vetoes(columns(same), columns(different), tuple(np.array(codes, np.int32) for codes in unique))


def _group(bits: dict[tuple[int, int], int], records: int, vetoes: Vetoes) -> Grouping:
    """The grouping of records by drawn evidence; links are the pairs of even odds and more, as blocking finds them."""
    links = _pairs(sorted(pair for pair, value in bits.items() if value >= 0))
    odds = np.array([bits[pair] for pair in sorted(bits) if bits[pair] >= 0], np.float32)
    return group_records(_scorer(bits, records), records, links, odds, vetoes)


PAIR = st.tuples(st.integers(0, RECORDS - 1), st.integers(0, RECORDS - 1)).filter(lambda pair: pair[0] < pair[1])
BITS = st.dictionaries(PAIR, st.integers(-12, 12), max_size=50)
DECIDED = st.lists(PAIR, max_size=3, unique=True)
CODES = st.lists(st.integers(-1, 3), min_size=RECORDS, max_size=RECORDS)


def _rows(found: Grouping, number: int = 0, of: int = 1) -> list[tuple[int, int, float]]:
    """The pairs kept of every `of`-th record from `number`, which are numbered anew."""
    rows = zip(found.pairs.left.tolist(), found.pairs.right.tolist(), found.odds.tolist(), strict=True)
    return [(left // of, right // of, odds) for left, right, odds in rows if left % of == number]


@ORDERED
@given(bits=BITS, others=BITS, same=DECIDED, different=DECIDED, codes=CODES, largest=st.sampled_from([LARGEST, 200]))
def test_a_group_does_not_depend_on_others(
    bits: dict[tuple[int, int], int],
    others: dict[tuple[int, int], int],
    same: list[tuple[int, int]],
    different: list[tuple[int, int]],
    codes: list[int],
    largest: int,
) -> None:
    """Two tables of records between each other give what either gives alone, in one batch or in many."""
    with _largest(largest) as patch:
        alone = _group(bits, RECORDS, _vetoes(same, different, (codes,)))
        other = _group(others, RECORDS, _vetoes())
        patch.setattr(components, "PAIRS_AT_ONCE", 3)
        patch.setattr(matching, "CHUNK", 2)
        both = _group(
            {
                **{(2 * left, 2 * right): value for (left, right), value in bits.items()},
                **{(2 * left + 1, 2 * right + 1): value for (left, right), value in others.items()},
            },
            2 * RECORDS,
            _vetoes(
                [(2 * left, 2 * right) for left, right in same],
                [(2 * left, 2 * right) for left, right in different],
                ([code for both in zip(codes, [-1] * RECORDS, strict=True) for code in both],),
            ),
        )
    assert (both.partition.cluster[::2] // 2).tolist() == alone.partition.cluster.tolist()
    assert (both.partition.cluster[1::2] // 2).tolist() == other.partition.cluster.tolist()
    assert _rows(both, 0, 2) == _rows(alone)
    assert _rows(both, 1, 2) == _rows(other)
    assert sorted((both.partition.vetoed // 2).tolist()) == sorted(alone.partition.vetoed.tolist())
    assert sorted((both.partition.contradictions // 2).tolist()) == sorted(alone.partition.contradictions.tolist())


@ORDERED
@given(bits=BITS, same=DECIDED, different=DECIDED, codes=CODES)
def test_groups_are_what_clustering_makes_of_all_pairs(
    bits: dict[tuple[int, int], int], same: list[tuple[int, int]], different: list[tuple[int, int]], codes: list[int]
) -> None:
    """Clear components skip the clustering, and pairs of different components are not looked at: nothing is lost."""
    vetoes = _vetoes(same, different, (codes,))
    found = _group(bits, RECORDS, vetoes)
    for name in np.unique(found.component):
        records = np.flatnonzero(found.component == name)
        pairs = _pairs(combinations(records.tolist(), 2))
        numbered = _pairs(combinations(range(len(records)), 2))
        scorer = _scorer(bits, RECORDS)
        evidence = scorer.evidence(compare_pairs(scorer.comparisons, pairs), pairs, numbered)
        wanted = cluster_records(len(records), evidence, vetoes.within(records))
        assert found.partition.cluster[records].tolist() == records[wanted.cluster].tolist()
    decided = _names(_cut_by_hand(set(range(RECORDS)), [(*pair, HIGHEST) for pair in same], HIGHEST), RECORDS)
    assert [int(found.partition.cluster[record]) for record in decided] == found.partition.cluster.tolist()


@pytest.mark.parametrize(
    ("bits", "vetoes", "cluster"),
    [
        ({(0, 1): 5, (1, 2): 5, (0, 2): 5}, _vetoes(), [0, 0, 0, 3]),
        ({(0, 1): 9, (1, 2): 5, (0, 2): -12}, _vetoes(), [0, 0, 2, 3]),
        ({(0, 1): 9, (1, 2): 5, (0, 2): -4}, _vetoes(), [0, 0, 0, 3]),
        ({(0, 1): 5}, _vetoes(different=[(0, 1)]), [0, 1, 2, 3]),
        ({(0, 1): 5}, _vetoes(unique=([7, 8, -1, -1],)), [0, 1, 2, 3]),
        ({(0, 1): 5}, _vetoes(unique=([7, 7, 8, -1],)), [0, 0, 2, 3]),
        ({(0, 1): 5}, _vetoes(same=[(1, 3)]), [0, 1, 2, 1]),
        ({(0, 1): 5, (0, 3): 5}, _vetoes(same=[(1, 3)]), [0, 0, 2, 0]),
        ({}, _vetoes(same=[(0, 1), (2, 3), (1, 2)]), [0, 0, 0, 0]),
        ({(0, 1): 0}, _vetoes(), [0, 1, 2, 3]),
    ],
    ids=[
        *("all likely", "a chain is no customer", "one outvoted", "decided different", "two values", "one value"),
        *("the same against evidence", "the same with evidence", "decisions alone", "even odds"),
    ],
)
def test_groups(bits: dict[tuple[int, int], int], vetoes: Vetoes, cluster: list[int]) -> None:
    assert _group(bits, 4, vetoes).partition.cluster.tolist() == cluster


def test_links_passed_over_by_the_cut_are_kept() -> None:
    with _largest(2):
        found = _group({(0, 1): 9, (1, 2): 1, (2, 3): 9}, 4, _vetoes())
    assert found.partition.cluster.tolist() == [0, 0, 2, 2]
    assert _rows(found) == [(0, 1, 9.0), (1, 2, 1.0), (2, 3, 9.0)]


def test_no_records_have_no_groups() -> None:
    assert len(_group({}, 0, _vetoes()).partition.cluster) == 0


# --- Chunks.


@pytest.mark.parametrize("count", [0, 1, 6, 7, 8, 200], ids=lambda count: f"{count} pairs")
def test_chunks_do_not_matter(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    random = np.random.default_rng(1)
    bits = {(int(left), int(right)): int(left + right) % 25 - 12 for left, right in random.integers(0, 40, (300, 2))}
    scorer = _scorer(bits, 40)
    ends = random.integers(0, 40, (2, count)).astype(np.int32)
    pairs = Pairs(ends.min(axis=0), ends.max(axis=0))
    levels = compare_pairs(scorer.comparisons, pairs)
    odds = score_pairs(scorer, levels, pairs)
    monkeypatch.setattr(matching, "CHUNK", 7)
    np.testing.assert_array_equal(compare_pairs(scorer.comparisons, pairs), levels)
    np.testing.assert_array_equal(score_pairs(scorer, levels, pairs), odds)
    assert levels.shape == (count, 1)


def test_errors_in_a_chunk_come_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(pairs: Pairs) -> Levels:
        raise RuntimeError("in a chunk")

    monkeypatch.setattr(matching, "CHUNK", 2)
    broken = Comparison("broken", (missing(),), fail)
    with pytest.raises(RuntimeError, match="in a chunk"):
        compare_pairs([broken], _pairs(combinations(range(4), 2)))
