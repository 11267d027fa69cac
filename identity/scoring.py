"""From levels to bits: the evidence of each pair, comparison by comparison, and its sum.

odds = prior - log2( (1-h) * 2^-R + h * 2^-H ), where R adds the bits against strangers, H those against members of one
household, h is the share of households among pairs that are not one person, and prior the log2 odds of any two records
being one person. The weight of a pair is its odds without the prior; what it lies below R is shown as a comparison of
its own, `household`. Agreement on a rare value weighs more: the damped log2 of the expected over the actual frequency.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from identity.clustering import Evidence
from identity.comparisons.base import Comparison, Pairs
from identity.learning import Model, Patterns

Floats = npt.NDArray[np.float32]

DAMPING = 0.6
RAREST = 3.0  # records; a value seen less often is not taken to be rarer than this
MOST_FREQUENCY_BITS = 6.0


@dataclass(frozen=True)
class FrequencyTable:
    """Bits to add for agreeing on a value, by the code of the value."""

    codes: npt.NDArray[np.int32]
    bits: Floats


@dataclass(frozen=True)
class Scorer:
    """A model ready to score pairs: bits per comparison and level, and frequency tables per comparison and level."""

    comparisons: list[Comparison]
    strangers: tuple[Floats, ...]
    household: tuple[Floats, ...]
    tables: tuple[dict[int, FrequencyTable], ...]
    household_share: float
    prior: float

    def bits(self, column: int, levels: npt.NDArray[np.uint8], pairs: Pairs) -> Floats:
        """Bits of one comparison against strangers, value frequency included."""
        out = self.strangers[column][levels]
        for number, table in self.tables[column].items():
            at = np.flatnonzero(levels == number)
            codes = table.codes[pairs.left[at]]
            out[at[codes >= 0]] += table.bits[codes[codes >= 0]]
        return out

    def odds(self, levels: Patterns, pairs: Pairs) -> Floats:
        """log2 odds that each pair is one person."""
        strangers = np.zeros(len(pairs), np.float32)
        household = np.zeros(len(pairs), np.float32)
        for column in range(len(self.comparisons)):
            strangers += self.bits(column, levels[:, column], pairs)
            household += self.household[column][levels[:, column]]
        return self.prior + join_kinds(strangers, household, self.household_share)

    def evidence(self, levels: Patterns, pairs: Pairs) -> Evidence:
        """Bits per comparison for clustering."""
        shape = (len(pairs), len(self.comparisons))
        strangers, household = np.empty(shape, np.float32), np.empty(shape, np.float32)
        present = np.empty(shape, np.bool_)
        for column, comparison in enumerate(self.comparisons):
            strangers[:, column] = self.bits(column, levels[:, column], pairs)
            household[:, column] = self.household[column][levels[:, column]]
            present[:, column] = ~comparison.silent[levels[:, column]]
        return Evidence(
            pairs.left,
            pairs.right,
            strangers,
            household,
            present,
            np.array([not comparison.lasting for comparison in self.comparisons]),
            self.household_share,
            self.prior,
        )


def join_kinds(strangers: Floats, household: Floats, share: float) -> Floats:
    """Bits against strangers and household together; the lesser of the two has its way."""
    if share <= 0:
        return strangers
    return -np.logaddexp2(np.float32(np.log2(1 - share)) - strangers, np.float32(np.log2(share)) - household)


LARGEST_SHARE = 1 / 3  # of all pairs that may be one person before anything is known of them


def prepare_scorer(comparisons: list[Comparison], model: Model) -> Scorer:
    """The scorer of a learned model."""
    tables = tuple(
        {
            number: _frequency_table(level.frequency)
            for number, level in enumerate(item.levels)
            if level.frequency is not None and (level.frequency >= 0).any()
        }
        for item in comparisons
    )
    # In a table of a few records EM may find that most pairs are one person; absence of evidence must not merge.
    share_same = min(model.share_same, LARGEST_SHARE)
    return Scorer(
        comparisons,
        tuple(bits.astype(np.float32) for bits in model.weights()),
        tuple(bits.astype(np.float32) for bits in model.household_weights()),
        tables,
        min(model.share_household / max(1 - share_same, 1e-9), 0.5),
        float(np.log2(share_same / max(1 - share_same, 1e-9))),
    )


def _frequency_table(codes: npt.NDArray[np.int32]) -> FrequencyTable:
    """Damped log2 of the mean frequency of agreeing values over each value's own."""
    counts = np.bincount(codes[codes >= 0]).astype(np.float64)
    expected = float((counts * counts).sum() / counts.sum())
    bits = DAMPING * np.log2(expected / np.maximum(counts, RAREST))
    return FrequencyTable(codes, np.clip(bits, -MOST_FREQUENCY_BITS, MOST_FREQUENCY_BITS).astype(np.float32))
