"""The review queue: what a steward should look at, first what would change most.

One row per doubtful decision, with the pair of records that stands for it:

    conflict      evidence would join two customers, a decision or an identifier of which a person has only one forbids
                  it; or two records decided different are one customer by other decisions
    kept apart    the two are likely one person, their customers on the whole are not
    weak bridge   a customer that would fall apart without one link, and that link is doubtful
    shared value  the same, where the link would not hold without a value that many carry
    too large     a customer of implausibly many records, with its weakest bridge

1. Pairs between two customers are one row, named by the strongest pair that nobody has decided on.
2. What holds a customer together is the spanning tree of its strongest links; records decided the same are certain.
   The weakest bridge is the last link of the tree (explanation.py names the same one).
3. records_affected: the smaller of the two customers, or of the two sides of the bridge. expected_change: that times
   the probability that what was done is wrong. Rank 1 changes most.

A row depends on the records of its component alone, the rank on all rows: RANK ranks a table put together of several.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from identity.clustering import Partition, Vetoes
from identity.comparisons.base import Pairs
from identity.components import connect
from identity.engines.duckdb import drop_tables, write_table
from identity.learning import Patterns
from identity.reporting import Links
from identity.scoring import Scorer
from identity.settings import Settings

DOUBTFUL = 0.95  # probability below which a bridge is weak
CERTAIN = 1e6  # log2 odds of a steward's word
RANK = "row_number() over (order by expected_change desc, record_id_l, record_id_r, kind)"

DECIDED = "the evidence joins them, a decision on them keeps them apart"
FORBIDDEN = "the evidence joins them, a decision on other records of theirs keeps their customers apart"
TWO_VALUES = "the evidence joins them, their customers have two values of an identifier of which a person has one"
CONTRADICTED = "decided different, but other decisions make them one customer"
APART = "likely one person, but their customers as a whole do not agree"
WEAK = "weakest bridge of a customer, and a doubtful one"
SHARED = "weakest bridge of a customer, which would not hold without a value that many carry"
LARGE = "weakest bridge of a customer of implausibly many records"

Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.intp]


@dataclass(frozen=True)
class _Known:
    """Pairs with their odds and the customers of both records: the links, then decided and vetoed pairs besides.

    A pair nothing was compared of has weight 0. certain: decided the same.
    """

    pairs: Pairs
    odds: Floats
    customer_l: Numbers
    customer_r: Numbers
    certain: Flags
    cluster: Numbers
    sizes: Numbers


@dataclass(frozen=True)
class _Bridges:
    """Spanning trees of the customers that may be doubtful: positions among the known pairs, strongest first.

    inside: positions of all pairs within these customers.
    """

    tree: Indices
    inside: Indices
    known: _Known

    def weakest(self) -> Indices:
        """The last pair of every customer's tree that is not certain."""
        at = self.tree[~self.known.certain[self.tree]]
        last = np.full(len(self.known.cluster), -1, np.int64)
        # Positions in `at` rise as the pairs get weaker, so the greatest one is the weakest pair.
        np.maximum.at(last, self.known.customer_l[at], np.arange(len(at)))
        return at[last[last >= 0]]

    def cut(self, at: Indices) -> Numbers:
        """The part each record is in, once these pairs are taken out of the trees."""
        kept = np.ones(len(self.known.pairs), np.bool_)
        kept[at] = False
        return connect(len(self.known.cluster), self.known.pairs.take(self.tree[kept[self.tree]]))


def write_review(
    con: duckdb.DuckDBPyConnection,
    partition: Partition,
    links: Links,
    prior: float,
    settings: Settings,
    *,
    vetoes: Vetoes | None = None,
    scorer: Scorer | None = None,
) -> int:
    """Create identity_review and return its number of rows.

    vetoes: what clustering was told; without it, nothing is certain. scorer: tells what a bridge rests on.
    """
    known = _know(partition, links, prior, vetoes)
    bridges = _span(known, partition, settings)
    rows = pa.concat_tables(
        [
            _list_apart(known, partition, vetoes),
            _list_merged(bridges, links, scorer, settings),
            _list_contradictions(bridges, partition),
        ]
    )
    _write_rows(con, rows, prior)
    return rows.num_rows


def _know(partition: Partition, links: Links, prior: float, vetoes: Vetoes | None) -> _Known:
    """The links, and the pairs that are of interest without being one."""
    same = _pack(vetoes.same) if vetoes else np.empty(0, np.int64)
    packed = links.pairs.packed
    wanted = np.unique(np.concatenate([same, _pack(partition.contradictions), _pack(partition.vetoed)]))
    unknown = np.setdiff1d(wanted, packed[_are_among(packed, wanted)])
    packed = np.concatenate([packed, unknown])
    pairs = Pairs((packed >> 32).astype(np.int32), (packed & 0xFFFFFFFF).astype(np.int32))
    cluster = partition.cluster
    return _Known(
        pairs,
        np.concatenate([links.odds.astype(np.float64), np.full(len(unknown), prior)]),
        cluster[pairs.left],
        cluster[pairs.right],
        _are_among(packed, np.unique(same)),
        cluster,
        np.bincount(cluster, minlength=len(cluster)).astype(np.int64),
    )


def _list_apart(known: _Known, partition: Partition, vetoes: Vetoes | None) -> pa.Table:
    """Step 1: conflict and kept apart, one row per two customers."""
    vetoed = np.unique(_between(known, *partition.cluster[partition.vetoed].T))
    across = np.flatnonzero(known.customer_l != known.customer_r)
    customers = _between(known, known.customer_l[across], known.customer_r[across])
    asked = known.odds[across] > 0
    some = asked | _are_among(customers, vetoed)
    at, customers, asked = across[some], customers[some], asked[some]
    different = vetoes.different if vetoes else np.empty((0, 2), np.int64)
    decided = _are_among(known.pairs.take(at).packed, np.unique(_pack(different)))
    order = np.lexsort((at, -known.odds[at], decided | ~asked, customers))
    starts = _find_starts(customers[order])
    named = order[starts]
    pair, between = at[named], customers[named]
    by_decision = _are_among(between, np.unique(_between(known, *partition.cluster[different].T)))
    forbidden = by_decision | _are_among(between, vetoed)
    probability = _probability(known.odds[pair])
    return _rows(
        known,
        pair,
        kind=np.where(forbidden, "conflict", "kept apart"),
        detail=np.select([decided[named], by_decision, forbidden], [DECIDED, FORBIDDEN, TWO_VALUES], APART),
        affected=np.minimum(known.sizes[known.customer_l[pair]], known.sizes[known.customer_r[pair]]),
        # What a steward has decided on is settled: listed, and last.
        wrong=np.where(decided[named], 0.0, probability),
        pairs=np.maximum(np.add.reduceat(asked[order].astype(np.int64), starts) if len(starts) else starts, 1),
    )


def _list_merged(bridges: _Bridges, links: Links, scorer: Scorer | None, settings: Settings) -> pa.Table:
    """Step 2: weak bridge, shared value and too large, one row per customer."""
    known = bridges.known
    at = bridges.weakest()
    large = known.sizes[known.customer_l[at]] > settings.clusters.plausible_records
    doubtful = _probability(known.odds[at]) < DOUBTFUL
    at, large = at[large | doubtful], large[large | doubtful]
    # 3. Sides of the bridges, and how many likely pairs lie across.
    part = bridges.cut(at)
    sizes = np.bincount(part, minlength=len(part))
    likely = bridges.inside[known.odds[bridges.inside] > 0]
    across = likely[part[known.pairs.left[likely]] != part[known.pairs.right[likely]]]
    counts = np.bincount(known.customer_l[across], minlength=len(known.cluster))
    shared, basis = _find_basis(links, scorer, at)
    wrong = 1 - _probability(known.odds[at])
    return _rows(
        known,
        at,
        kind=np.select([large, shared], ["too large", "shared value"], "weak bridge"),
        detail=np.char.add(np.select([large, shared], [LARGE, SHARED], WEAK), basis),
        affected=np.minimum(sizes[part[known.pairs.left[at]]], sizes[part[known.pairs.right[at]]]),
        # However well its records agree, a customer of implausibly many is as likely wrong as right.
        wrong=np.where(large, np.maximum(wrong, 0.5), wrong),
        pairs=np.maximum(counts[known.customer_l[at]], 1),
    )


def _list_contradictions(bridges: _Bridges, partition: Partition) -> pa.Table:
    """Decisions that are not applied. Affected is what evidence alone holds with either record."""
    known = bridges.known
    at = np.flatnonzero(_are_among(known.pairs.packed, np.unique(_pack(partition.contradictions))))
    part = bridges.cut(bridges.tree[known.certain[bridges.tree]]) if len(at) else known.cluster
    sizes = np.bincount(part, minlength=len(part))
    return _rows(
        known,
        at,
        kind=np.full(len(at), "conflict"),
        detail=np.full(len(at), CONTRADICTED),
        affected=np.minimum(sizes[part[known.pairs.left[at]]], sizes[part[known.pairs.right[at]]]),
        wrong=1 - _probability(known.odds[at]),
        pairs=np.ones(len(at), np.int64),
    )


def _span(known: _Known, partition: Partition, settings: Settings) -> _Bridges:
    """The strongest spanning trees, decisions before links, of customers with a doubtful link, or another reason."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import minimum_spanning_tree

    inside = np.flatnonzero(known.customer_l == known.customer_r)
    wanted = known.sizes > settings.clusters.plausible_records
    wanted[known.customer_l[inside[_probability(known.odds[inside]) < DOUBTFUL]]] = True
    wanted[partition.cluster[partition.contradictions]] = True
    inside = inside[wanted[known.customer_l[inside]]]
    strength = np.where(known.certain[inside], CERTAIN, known.odds[inside])
    order = inside[np.argsort(-strength, kind="stable")]
    # The length of an edge is its place in that order: no two are equal, none is zero, which would be no edge.
    place = np.arange(1, len(order) + 1, dtype=np.float64)
    records = len(known.cluster)
    graph = coo_array((place, (known.pairs.left[order], known.pairs.right[order])), shape=(records, records))
    tree = order[np.sort(minimum_spanning_tree(graph).data.astype(np.int64)) - 1]
    return _Bridges(tree, inside, known)


def _find_basis(links: Links, scorer: Scorer | None, at: Indices) -> tuple[Flags, npt.NDArray[np.str_]]:
    """Whether a link would not hold without a value that many carry, and the comparison it rests on, in words.

    Bridges are links: pairs that were never compared are certain or lie between customers.
    """
    if scorer is None or not len(at):
        return np.zeros(len(at), np.bool_), np.full(len(at), "")
    pairs, levels = links.pairs.take(at), links.levels[at]
    many = _are_shared(scorer, levels)
    without = np.where(many, 0, levels).astype(np.uint8)
    shared = many.any(axis=1) & (scorer.odds(without, pairs) <= 0)
    bits = np.stack([scorer.bits(column, levels[:, column], pairs) for column in range(levels.shape[1])], axis=1)
    most = np.where(shared[:, None] & ~many, -np.inf, bits).argmax(axis=1)
    names = np.array([comparison.name for comparison in scorer.comparisons])
    return shared, np.char.add("; it rests most on ", names[most])


def _are_shared(scorer: Scorer, levels: Patterns) -> Flags:
    """Which levels say: a value in common that many carry."""
    out = np.zeros(levels.shape, np.bool_)
    for column, comparison in enumerate(scorer.comparisons):
        for number, level in enumerate(comparison.levels):
            if level.name == "shared":
                out[:, column] = levels[:, column] == number
    return out


def _probability(odds: Floats) -> Floats:
    """Of log2 odds."""
    return np.asarray(1 / (1 + np.exp2(-odds)), np.float64)


def _pack(pairs: Numbers) -> Numbers:
    """Pairs of record numbers (two columns), each as one number like those of Pairs."""
    return (np.minimum(pairs[:, 0], pairs[:, 1]) << 32) | np.maximum(pairs[:, 0], pairs[:, 1])


def _between(known: _Known, one: Numbers, other: Numbers) -> Numbers:
    """Two customers as one number."""
    return np.minimum(one, other) * len(known.cluster) + np.maximum(one, other)


def _are_among(values: Numbers, wanted: Numbers) -> Flags:
    """Which values are among the wanted ones, which are few and ascending."""
    if not len(wanted):
        return np.zeros(len(values), np.bool_)
    return np.asarray(wanted[np.minimum(np.searchsorted(wanted, values), len(wanted) - 1)] == values)


def _find_starts(keys: Numbers) -> Indices:
    """Where each run of equal numbers begins."""
    return np.flatnonzero(np.diff(keys, prepend=-1))


def _rows(
    known: _Known,
    at: Indices,
    *,
    kind: npt.NDArray[np.str_],
    detail: npt.NDArray[np.str_],
    affected: npt.NDArray[np.int64],
    wrong: Floats,
    pairs: npt.NDArray[np.int64],
) -> pa.Table:
    """Rows by record numbers."""
    return pa.table(
        {
            "left_rid": pa.array(known.pairs.left[at]),
            "right_rid": pa.array(known.pairs.right[at]),
            "odds": pa.array(known.odds[at]),
            "kind": pa.array(kind, pa.string()),
            "detail": pa.array(detail, pa.string()),
            "affected": pa.array(affected, pa.int64()),
            "wrong": pa.array(wrong),
            "pairs": pa.array(pairs, pa.int64()),
        }
    )


def _write_rows(con: duckdb.DuckDBPyConnection, rows: pa.Table, prior: float) -> None:
    """Write rows by record numbers as identity_review by record ids."""
    write_table(con, "identity_review_rows", rows)
    con.execute(
        f"""
        create or replace temp table identity_review as
        with named as (
            select l.record_id as record_id_l, r.record_id as record_id_r, odds - $prior as match_weight,
                1 / (1 + pow(2, -odds)) as match_probability, kind, detail, affected as records_affected,
                affected * wrong as expected_change, pairs
            from identity_review_rows
            join identity_person l on l.rid = left_rid
            join identity_person r on r.rid = right_rid
        )
        select *, {RANK} as rank from named order by rank
        """,
        {"prior": prior},
    )
    drop_tables(con, "identity_review_rows")
