"""Weights without labels: how often each level is seen among pairs of one person, of one household, of strangers.

Expectation maximisation over counts of level patterns, for three kinds of pairs. After Fellegi and Sunter (1969) and
Winkler (1988), with two departures. The population is *all* pairs of records: pairs blocking never made count as
strangers, so the frequencies of strangers follow from the totals of the table instead of from biased candidates. And a
third kind, `household`, takes up what otherwise breaks independence: members of a family agree on family name, address
and phone because they live together, not by chance.

1. Totals: how many of all pairs are at each level, from value frequencies, random pairs and the candidates.
2. Expect: for each pattern, the share of its pairs that is one person, one household.
3. Maximise: level shares of each kind from the expected pairs; strangers are the totals less the other two.
4. Repeat until the number of expected pairs stands still.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from identity.comparisons.base import MISSING, Comparison

Floats = npt.NDArray[np.float64]
Patterns = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]

SAME_STRENGTH = 25.0  # pairs the beforehand guess of a comparison is worth
HOUSEHOLD_STRENGTH = 50.0
HOUSEHOLD_PULL = 0.5  # and, for households, this share of the expected pairs: the kind must keep its meaning
APART_PULL = 1.0  # the same for what tells the members of a household apart
FEW = 8  # random pairs at a level from which the sample tells how many there are
ROUNDS = 100
STILL = 1e-4  # share of the expected pairs that may still move from kind to kind in the last round
TINY = 1e-12


@dataclass(frozen=True)
class Model:
    """What was learned. Per comparison one array of shares by level; `missing` is level 0 and has weight 0.

    same, household, random: share of pairs at each level for the three kinds.
    share_same, share_household: share of all pairs of records that are one person, or one household.
    """

    same: tuple[Floats, ...]
    household: tuple[Floats, ...]
    random: tuple[Floats, ...]
    share_same: float
    share_household: float
    rounds: int
    patterns: int

    def weights(self) -> tuple[Floats, ...]:
        """Bits per comparison and level: log2 of same over random."""
        return tuple(_bits(same, random) for same, random in zip(self.same, self.random, strict=True))

    def household_weights(self) -> tuple[Floats, ...]:
        """Bits per comparison and level: log2 of same over household."""
        return tuple(_bits(same, house) for same, house in zip(self.same, self.household, strict=True))


def count_patterns(levels: Patterns) -> tuple[Patterns, Floats]:
    """Distinct rows of a level table (pairs x comparisons) and how often each occurs."""
    packed = np.zeros(len(levels), np.uint64)
    for column in range(levels.shape[1]):
        packed = packed * np.uint64(16) + levels[:, column].astype(np.uint64)
    if levels.shape[1] > 16:
        rows, counts = np.unique(levels, axis=0, return_counts=True)
        return rows, counts.astype(np.float64)
    keys, counts = np.unique(packed, return_counts=True)
    shifts = np.arange(levels.shape[1] - 1, -1, -1, dtype=np.uint64) * np.uint64(4)
    return ((keys[:, None] >> shifts) & np.uint64(15)).astype(np.uint8), counts.astype(np.float64)


def count_totals(
    comparisons: list[Comparison], patterns: Patterns, counts: Floats, sample: Patterns, total: float
) -> tuple[Floats, ...]:
    """Step 1: for each comparison, of all `total` pairs, how many are at each level.

    The random sample tells about frequent levels, blocking about rare ones, and value frequencies about equal values.
    """
    found = []
    for column, comparison in enumerate(comparisons):
        width = len(comparison.levels)
        drawn = np.bincount(sample[:, column], minlength=width).astype(np.float64)
        seen = np.bincount(patterns[:, column], weights=counts, minlength=width)
        totals = np.where(drawn >= FEW, drawn / max(len(sample), 1) * total, 0.0)
        totals = np.maximum(totals, seen)
        for number, level in enumerate(comparison.levels):
            if level.random is not None:
                totals[number] = max(level.random, TINY)
        totals[MISSING] = drawn[MISSING] / max(len(sample), 1) * total
        found.append(totals)
    return tuple(found)


def learn(
    comparisons: list[Comparison], patterns: Patterns, counts: Floats, totals: tuple[Floats, ...], total: float
) -> Model:
    """Steps 2 to 4. `patterns` (patterns x comparisons) with `counts` are the candidate pairs, `total` all pairs."""
    silent = tuple(item.silent for item in comparisons)
    same = tuple(_normalise(np.array([level.same for level in item.levels]), item.silent) for item in comparisons)
    house = tuple(_normalise(np.array([level.household for level in item.levels]), item.silent) for item in comparisons)
    prior_same, prior_house = same, house
    none = tuple(np.zeros_like(count) for count in totals)
    random = tuple(_strangers(*args) for args in zip(comparisons, totals, none, none, strict=True))
    has_households = any(item.separates_household for item in comparisons)
    n_same = max(1.0, min(0.3 * counts.sum(), 0.5 * np.sqrt(2 * total)))
    n_house = 0.1 * n_same if has_households else 0.0
    rounds = 0
    while rounds < ROUNDS:
        rounds += 1
        # 2. Expect.
        expected, expected_house = _expect(patterns, counts, silent, same, house, random, n_same, n_house, total)
        # 3. Maximise.
        before, n_same = (n_same, n_house), float(expected.sum())
        n_house = min(float(expected_house.sum()), n_same) if has_households else 0.0
        same_counts = tuple(_tally(patterns[:, c], expected, len(same[c])) for c in range(len(comparisons)))
        house_counts = tuple(_tally(patterns[:, c], expected_house, len(same[c])) for c in range(len(comparisons)))
        same = tuple(
            _limit(_share(n, p, s, SAME_STRENGTH), item)
            for item, n, p, s in zip(comparisons, same_counts, prior_same, silent, strict=True)
        )
        house = tuple(
            _share(n, p, s, HOUSEHOLD_STRENGTH + (APART_PULL if item.separates_household else HOUSEHOLD_PULL) * n_house)
            for item, n, p, s in zip(comparisons, house_counts, prior_house, silent, strict=True)
        )
        random = tuple(_strangers(*args) for args in zip(comparisons, totals, same_counts, house_counts, strict=True))
        # 4. Until it stands still.
        if abs(n_same - before[0]) + abs(n_house - before[1]) <= STILL * before[0]:
            break
    return Model(same, house, random, max(n_same, 0.5) / total, n_house / total, rounds, len(patterns))


def _expect(
    patterns: Patterns,
    counts: Floats,
    silent: tuple[Mask, ...],
    same: tuple[Floats, ...],
    house: tuple[Floats, ...],
    random: tuple[Floats, ...],
    n_same: float,
    n_house: float,
    total: float,
) -> tuple[Floats, Floats]:
    """Expected pairs of one person and of one household behind each pattern."""
    scores = np.zeros((3, len(patterns)))
    for column in range(patterns.shape[1]):
        levels = patterns[:, column]
        for kind, shares in enumerate((same, house, random)):
            logs = np.log(np.maximum(shares[column], TINY))
            logs[silent[column]] = 0.0
            scores[kind] += logs[levels]
    priors = np.array([n_same, max(n_house, TINY), max(total - n_same - n_house, 1.0)])
    scores += np.log(np.maximum(priors, TINY))[:, None]
    scores -= scores.max(axis=0)
    likelihood = np.exp(scores)
    likelihood /= likelihood.sum(axis=0)
    return likelihood[0] * counts, likelihood[1] * counts


def _strangers(comparison: Comparison, totals: Floats, same: Floats, house: Floats) -> Floats:
    """Level shares of strangers: all pairs at the level less those expected to be one person or household.

    For a level with a trust, what is learned about the share of strangers stays within reach of the distrust. A level
    within a wider one has the wider one's share: strangers differ in all parts as a rule.
    """
    left = np.maximum(totals - same - house, 0.0)
    for number, level in enumerate(comparison.levels):
        if level.trust is not None:
            doubt = 1 - level.trust
            left[number] = np.clip(left[number], doubt / 3 * totals[number], min(5 * doubt, 1) * totals[number])
    left[1:] = np.maximum(left[1:], 0.3)
    apart = comparison.silent
    for number, level in enumerate(comparison.levels):
        if level.within is not None:
            left[level.within] += left[number]
            apart[number] = True
    shares = _normalise(left, apart)
    for number, level in enumerate(comparison.levels):
        if level.within is not None and not level.silent:
            shares[number] = shares[level.within]
    return shares


def _tally(levels: npt.NDArray[np.uint8], expected: Floats, width: int) -> Floats:
    """Expected pairs per level."""
    return np.bincount(levels, weights=expected, minlength=width).astype(np.float64)


def _share(counts: Floats, prior: Floats, silent: Mask, strength: float) -> Floats:
    """Level shares among present values, drawn towards the beforehand guess."""
    present = counts.copy()
    present[silent] = 0.0
    return (present + strength * prior) / (present.sum() + strength)


def _limit(shares: Floats, comparison: Comparison) -> Floats:
    """No more of a level than it can be by its meaning."""
    most = np.array([level.most for level in comparison.levels])
    return _normalise(np.minimum(shares, most), comparison.silent) if (shares > most).any() else shares


def _normalise(shares: Floats, silent: Mask) -> Floats:
    """Shares among present values that sum to one."""
    out = np.maximum(shares.astype(np.float64), TINY)
    out[silent] = 0.0
    return out / out.sum()


def _bits(first: Floats, second: Floats) -> Floats:
    """log2 of the ratio; silent levels have share 0 on both sides and so 0 bits."""
    return np.log2(np.maximum(first, TINY) / np.maximum(second, TINY))
