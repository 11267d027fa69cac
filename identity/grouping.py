"""Links between records in, who is who out: component by component, over all cores.

1. Components of the links, steward decisions "same" among them (components.py).
2. All pairs of records of each component are compared and scored, in batches.
3. A component whose pairs are all likely one person, and which no veto concerns, is one cluster. The others, where
   pairs contradict each other, are clustered (clustering.py).

What comes out for a component depends on its records, the links among them and the epoch alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from identity.clustering import Partition, Vetoes, cluster_records
from identity.comparisons.base import Pairs
from identity.components import LARGEST, find_components, list_pairs
from identity.learning import Patterns
from identity.matching import compare_pairs, score_pairs
from identity.scoring import Scorer

LINK_FLOOR = -10.0  # log2 odds below which a pair is not kept unless both records are of one customer
CERTAIN = 1e6  # log2 odds of a steward's word

Odds = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Grouping:
    """The partition, the component of each record, and the pairs worth keeping with levels and odds, sorted."""

    partition: Partition
    component: npt.NDArray[np.int64]
    pairs: Pairs
    levels: Patterns
    odds: Odds


@dataclass(frozen=True)
class _Piece:
    """What came out of one batch of components; pairs and clusters by record number of the whole table."""

    records: npt.NDArray[np.int64]
    cluster: npt.NDArray[np.int64]
    vetoed: npt.NDArray[np.int64]
    contradictions: npt.NDArray[np.int64]
    pairs: Pairs
    levels: Patterns
    odds: Odds


def group_records(scorer: Scorer, records: int, links: Pairs, odds: Odds, vetoes: Vetoes) -> Grouping:
    """Who is who among records 0 to records - 1.

    links: pairs of log2 odds of FLOOR and more; vetoes: of all records.
    """
    # 1. Components.
    same = Pairs(vetoes.same[:, 0].astype(np.int32), vetoes.same[:, 1].astype(np.int32))
    strong = np.full(len(same), CERTAIN, np.float32)
    component = find_components(records, links.join(same), np.concatenate([odds, strong]))
    # 2. and 3. Batches.
    batches = _list_batches(component, links, same)
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        pieces = list(pool.map(lambda batch: _settle(scorer, batch, component, vetoes), batches))
    return _join(records, component, links, odds, scorer, pieces)


def _list_batches(component: npt.NDArray[np.int64], links: Pairs, same: Pairs) -> Iterator[Pairs]:
    """Pairs to be clustered together. Of a component too large for all its pairs, those that are links."""
    yield from list_pairs(component)
    large = np.bincount(component, minlength=len(component)) > LARGEST
    if not large.any():
        return
    links = links.join(same)
    inside = (component[links.left] == component[links.right]) & large[component[links.left]]
    packed = np.unique(links.take(np.flatnonzero(inside)).packed)
    yield Pairs((packed >> 32).astype(np.int32), (packed & 0xFFFFFFFF).astype(np.int32))


def _settle(scorer: Scorer, pairs: Pairs, component: npt.NDArray[np.int64], vetoes: Vetoes) -> _Piece:
    """Steps 2 and 3 for one batch."""
    levels = compare_pairs(scorer.comparisons, pairs)
    odds = score_pairs(scorer, levels, pairs)
    # Records are numbered anew within the batch, in their order; so are components.
    records, back = np.unique(np.concatenate([pairs.left, pairs.right]), return_inverse=True)
    records = records.astype(np.int64)
    local = Pairs(back[: len(pairs)].astype(np.int32), back[len(pairs) :].astype(np.int32))
    group = np.unique(component[records], return_inverse=True)[1]
    contested = _find_contested(group, local, odds, vetoes.within(records))
    cluster = _lowest(group)
    among = np.flatnonzero(contested[group])
    vetoed = contradictions = np.empty((0, 2), np.int64)
    if len(among):
        at = np.flatnonzero(contested[group[local.left]])
        inner = Pairs(
            np.searchsorted(among, local.left[at]).astype(np.int32),
            np.searchsorted(among, local.right[at]).astype(np.int32),
        )
        evidence = scorer.evidence(levels[at], pairs.take(at), inner)
        found = cluster_records(len(among), evidence, vetoes.within(records[among]))
        cluster[among] = among[found.cluster]
        vetoed, contradictions = records[among][found.vetoed], records[among][found.contradictions]
    keep = np.flatnonzero((odds >= LINK_FLOOR) | (cluster[local.left] == cluster[local.right]))
    return _Piece(records, records[cluster], vetoed, contradictions, pairs.take(keep), levels[keep], odds[keep])


def _find_contested(group: npt.NDArray[np.int64], pairs: Pairs, odds: Odds, vetoes: Vetoes) -> npt.NDArray[np.bool_]:
    """Per component, whether a pair of it is unlikely, or a veto or decision concerns it."""
    out = np.zeros(int(group.max(initial=-1)) + 1, np.bool_)
    out[group[pairs.left[odds <= 0]]] = True
    for decided in (vetoes.same, vetoes.different):
        out[group[decided].ravel()] = True
    for codes in vetoes.unique:
        left, right = codes[pairs.left], codes[pairs.right]
        out[group[pairs.left[(left >= 0) & (right >= 0) & (left != right)]]] = True
    return out


def _lowest(group: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The first record of each record's component."""
    first = np.unique(group, return_index=True)[1]
    return first[group].astype(np.int64)


def _join(
    records: int,
    component: npt.NDArray[np.int64],
    links: Pairs,
    odds: Odds,
    scorer: Scorer,
    pieces: list[_Piece],
) -> Grouping:
    """The pieces put together, with the links that were passed over when a component was cut."""
    cluster = np.arange(records, dtype=np.int64)
    for piece in pieces:
        cluster[piece.records] = piece.cluster
    across = np.flatnonzero(component[links.left] != component[links.right])
    cut = links.take(across)
    pairs = Pairs(
        np.concatenate([*(piece.pairs.left for piece in pieces), cut.left]),
        np.concatenate([*(piece.pairs.right for piece in pieces), cut.right]),
    )
    levels = np.concatenate([*(piece.levels for piece in pieces), compare_pairs(scorer.comparisons, cut)])
    all_odds = np.concatenate([*(piece.odds for piece in pieces), odds[across]])
    order = np.argsort(pairs.packed)
    none = np.empty((0, 2), np.int64)
    partition = Partition(
        cluster,
        np.concatenate([none, *(piece.vetoed for piece in pieces)]),
        np.concatenate([none, *(piece.contradictions for piece in pieces)]),
    )
    return Grouping(partition, component, pairs.take(order), levels[order], all_odds[order])
