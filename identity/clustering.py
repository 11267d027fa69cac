"""Scored pairs in, one cluster number per record out: mutual-best merging on the evidence between whole clusters.

Connected components of all links are the classic failure of record linkage: one wrong link joins two persons, and a
chain of them joins thousands. Averages of pair scores fail the other way: two records of one person that have nothing
to compare pull the average down though they say nothing. So here clusters are compared like records, comparison by
comparison, over all known pairs between them:

1. Records joined by a steward's "same" start as one cluster; all others start alone.
2. For what stays with a person (name, birth date, gender) the mean bits over the pairs count, so one odd record is
   outvoted. For what a person can have several of (e-mail, phone, address, accounts) the best pair counts.
3. The bits are put together as for two records (scoring.py), the prior odds are added once.
4. Each cluster names the cluster with the highest value above zero; those that name each other become one. Ties go
   to the smaller numbers, so that the order of the input does not matter.
5. Pairs a veto forbids are passed over: a steward's "different", two values where a person has only one.
6. Repeat 2 to 5 until nobody names anybody.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Indices = npt.NDArray[np.int32]
Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

GONE = -1e30
GRAIN = 1024.0  # bits are counted in this part of a bit, so that sums do not depend on the order of the pairs


@dataclass(frozen=True)
class Evidence:
    """Pairs of dense record numbers with bits per comparison, shape (pairs, comparisons).

    strangers, household: bits against pairs of strangers and of one household; zero where nothing can be compared;
    multiples of 1/GRAIN.
    present: whether both records have something to compare.
    takes_best: per comparison, whether the best pair of two clusters counts instead of the mean.
    household_share: share of households among pairs that are not one person; prior: log2 odds beforehand.
    """

    left: Indices
    right: Indices
    strangers: Floats
    household: Floats
    present: npt.NDArray[np.bool_]
    takes_best: npt.NDArray[np.bool_]
    household_share: float
    prior: float


@dataclass(frozen=True)
class Vetoes:
    """What must not come together.

    same, different: steward decisions, pairs of record numbers (two columns).
    unique: per namespace with one value per person, a code per record, -1 where it has none.
    """

    same: Numbers
    different: Numbers
    unique: tuple[Indices, ...]

    def within(self, records: Numbers) -> Vetoes:
        """The vetoes among some of the records (ascending), which are numbered anew from 0."""

        def renumber(pairs: Numbers) -> Numbers:
            at = np.minimum(np.searchsorted(records, pairs), max(len(records) - 1, 0))
            known = (records[at] == pairs).all(axis=1) if len(records) else np.zeros(len(pairs), np.bool_)
            return np.asarray(at[known], np.int64)

        return Vetoes(renumber(self.same), renumber(self.different), tuple(codes[records] for codes in self.unique))


@dataclass(frozen=True)
class Partition:
    """Cluster number per record, and cluster pairs that evidence would join but a veto forbids (record numbers).

    contradictions: pairs decided different that other decisions make the same.
    """

    cluster: Numbers
    vetoed: Numbers
    contradictions: Numbers


class _Between:
    """Evidence between clusters: one row per pair, low number first; bits summed over `pairs` or the best of them.

    Rows are never moved: a merge marks the rows it touches as gone and adds new ones, so that a round costs what it
    changes.
    """

    def __init__(self, evidence: Evidence, records: int) -> None:
        """One row per pair of single records."""
        self.evidence = evidence
        self.records = records
        self.low = evidence.left.astype(np.int64)
        self.high = evidence.right.astype(np.int64)
        self.strangers = evidence.strangers
        self.household = evidence.household
        self.pairs = evidence.present.astype(np.float64)
        self.value = _value(self.strangers, self.household, self.pairs, evidence)

    def merge(self, target: Numbers, touched: npt.NDArray[np.bool_]) -> None:
        """Renumber clusters by `target`; rows of touched clusters are put together anew."""
        changed = np.flatnonzero((touched[self.low] | touched[self.high]) & (self.value > GONE))
        first, second = target[self.low[changed]], target[self.high[changed]]
        keys = np.minimum(first, second) * self.records + np.maximum(first, second)
        order = np.argsort(keys, kind="stable")
        order = order[(first != second)[order]]
        self.value[changed] = GONE
        if not len(order):
            return
        keys, rows = keys[order], changed[order]
        starts = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
        pairs = np.add.reduceat(self.pairs[rows], starts, axis=0)
        known = self.pairs[rows] > 0
        best = self.evidence.takes_best
        strangers = _reduce(self.strangers[rows], known, starts, best)
        household = _reduce(self.household[rows], known, starts, best)
        # New rows take the places of rows that are gone: there are never more of them.
        at = changed[: len(starts)]
        self.low[at], self.high[at] = keys[starts] // self.records, keys[starts] % self.records
        self.strangers[at], self.household[at], self.pairs[at] = strangers, household, pairs
        self.value[at] = _value(strangers, household, pairs, self.evidence)


def cluster_records(records: int, evidence: Evidence, vetoes: Vetoes) -> Partition:
    """The partition of records 0 to records - 1. A cluster's number is its smallest record. Uses up the evidence."""
    # 1. Decisions first.
    label, contradictions = _apply_decisions(records, vetoes)
    unique = [_spread_codes(codes, label) for codes in vetoes.unique]
    between = _Between(evidence, records)
    if (label != np.arange(records)).any():
        between.merge(label, np.ones(records, np.bool_))
    vetoed = [np.empty((0, 2), np.int64)]
    while True:
        # 5. Vetoes, looked up before anybody chooses.
        positive = np.flatnonzero(between.value > 0)
        low, high = between.low[positive], between.high[positive]
        forbidden = _is_forbidden(low, high, label, unique, vetoes.different, records)
        vetoed.append(np.stack([low[forbidden], high[forbidden]], axis=1))
        # 4. Mutual best.
        allowed = ~forbidden
        first, second = _mutual_best(low[allowed], high[allowed], between.value[positive[allowed]], records)
        if not len(first):
            break
        # 2. and 3. Evidence of the new clusters; what did not change stays as it is.
        target = np.arange(records)
        target[second] = first
        for codes in unique:
            codes[first] = np.maximum(codes[first], codes[second])
        label = target[label]
        touched = np.zeros(records, np.bool_)
        touched[first] = touched[second] = True
        between.merge(target, touched)
    return Partition(label, np.unique(np.concatenate(vetoed), axis=0), contradictions)


def _reduce(
    bits: Floats, known: npt.NDArray[np.bool_], starts: npt.NDArray[np.intp], takes_best: npt.NDArray[np.bool_]
) -> Floats:
    """Step 2: the best where the best counts (missing evidence never beats present one), sums elsewhere."""
    out = np.empty((len(starts), bits.shape[1]), np.float64)
    mean = ~takes_best
    out[:, mean] = np.add.reduceat(bits[:, mean], starts, axis=0)
    best = np.maximum.reduceat(np.where(known[:, takes_best], bits[:, takes_best], -np.inf), starts, axis=0)
    out[:, takes_best] = np.where(np.isneginf(best), 0.0, best)
    return out


def _value(strangers: Floats, household: Floats, pairs: Floats, evidence: Evidence) -> Floats:
    """Step 3: log2 odds that two clusters are one person."""
    divisor = np.where(evidence.takes_best, 1.0, np.maximum(pairs, 1.0))
    against_strangers = (strangers / divisor).sum(axis=1)
    share = evidence.household_share
    if share <= 0:
        return _grained(against_strangers + evidence.prior)
    against_household = (household / divisor).sum(axis=1)
    apart = np.logaddexp2(np.log2(1 - share) - against_strangers, np.log2(share) - against_household)
    return _grained(evidence.prior - apart)


def _grained(bits: Floats) -> Floats:
    """Bits in the grain that sums are exact in."""
    return np.asarray(np.round(bits * GRAIN) / GRAIN, np.float64)


def _apply_decisions(records: int, vetoes: Vetoes) -> tuple[Numbers, Numbers]:
    """Components of the "same" decisions; a "different" inside one of them is a contradiction and is returned."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    label = np.arange(records)
    if len(vetoes.same):
        ones = np.ones(len(vetoes.same), np.int8)
        graph = coo_array((ones, (vetoes.same[:, 0], vetoes.same[:, 1])), shape=(records, records))
        component = connected_components(graph, directed=False)[1]
        smallest = np.full(component.max() + 1, records, np.int64)
        np.minimum.at(smallest, component, label)
        label = smallest[component]
    inside = label[vetoes.different[:, 0]] == label[vetoes.different[:, 1]]
    return label, vetoes.different[inside]


def _spread_codes(codes: Indices, label: Numbers) -> Numbers:
    """Code per cluster number: the largest of its records."""
    out = np.full(len(codes), -1, np.int64)
    np.maximum.at(out, label, codes.astype(np.int64))
    return out


def _mutual_best(low: Numbers, high: Numbers, values: Floats, records: int) -> tuple[Numbers, Numbers]:
    """Pairs that are each other's best partner; equal values are ties and go to the smaller number."""
    rounded = np.round(values * GRAIN).astype(np.int64)
    highest = np.full(records, -1, np.int64)
    np.maximum.at(highest, low, rounded)
    np.maximum.at(highest, high, rounded)
    partner = np.full(records, records, np.int64)
    for one, two in ((low, high), (high, low)):
        best = rounded == highest[one]
        np.minimum.at(partner, one[best], two[best])
    chosen = np.flatnonzero(partner < records)
    mutual = chosen[(partner[partner[chosen]] == chosen) & (chosen < partner[chosen])]
    return mutual, partner[mutual]


def _is_forbidden(
    low: Numbers, high: Numbers, label: Numbers, unique: list[Numbers], different: Numbers, records: int
) -> npt.NDArray[np.bool_]:
    """Whether a veto keeps two clusters apart."""
    out = np.zeros(len(low), np.bool_)
    for codes in unique:
        out |= (codes[low] >= 0) & (codes[high] >= 0) & (codes[low] != codes[high])
    if len(different):
        first, second = label[different[:, 0]], label[different[:, 1]]
        keys = np.minimum(first, second) * records + np.maximum(first, second)
        out |= np.isin(low * records + high, keys)
    return out
