"""From levels to bits: the weight of each pair, and the line of each comparison in it.

weight = -log2( (1-h) * 2^-R + h * 2^-H ), where R adds the bits against strangers, H those against members of one
household, and h is the share of households among the pairs that are not one person. The difference between weight and R
is shown as a comparison of its own, `household`. Agreement on a rare value weighs more: the damped log2 of the expected
over the actual frequency of the value.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from identity.comparisons.base import Comparison, Pairs
from identity.learning import Model, Patterns

Floats = npt.NDArray[np.float32]

DAMPING = 0.6
RAREST = 3.0  # records; a value seen less often is not taken to be rarer than this
MOST_FREQUENCY_BITS = 6.0


@dataclass(frozen=True)
class Links:
    """Scored pairs of dense record numbers; `odds` are log2 odds that both are one person."""

    left: npt.NDArray[np.int32]
    right: npt.NDArray[np.int32]
    odds: Floats


@dataclass(frozen=True)
class FrequencyTable:
    """Bits to add for agreeing on a value, by the code of the value."""

    codes: npt.NDArray[np.int32]
    bits: Floats


def frequency_tables(comparisons: list[Comparison]) -> list[dict[int, FrequencyTable]]:
    """For each comparison, by level number, what agreement on each value adds or takes."""
    return [
        {
            number: _frequency_table(level.frequency)
            for number, level in enumerate(item.levels)
            if level.frequency is not None and (level.frequency >= 0).any()
        }
        for item in comparisons
    ]


def score(
    comparisons: list[Comparison], levels: Patterns, pairs: Pairs, model: Model, tables: list[dict[int, FrequencyTable]]
) -> Floats:
    """Weight in bits of each pair."""
    weights, house_weights = model.weights(), model.household_weights()
    strangers = np.zeros(len(pairs), np.float32)
    house = np.zeros(len(pairs), np.float32)
    for column in range(len(comparisons)):
        strangers += weights[column].astype(np.float32)[levels[:, column]]
        house += house_weights[column].astype(np.float32)[levels[:, column]]
        for number, table in tables[column].items():
            at = np.flatnonzero(levels[:, column] == number)
            strangers[at] += table.bits[table.codes[pairs.left[at]]]
    share = model.share_household / max(1 - model.share_same, 1e-9)
    if share <= 0:
        return strangers
    return -np.logaddexp2(np.log2(1 - share) - strangers, np.log2(share) - house).astype(np.float32)


def score_comparison(
    column: int, levels: Patterns, pairs: Pairs, model: Model, tables: list[dict[int, FrequencyTable]]
) -> Floats:
    """Bits of one comparison for each pair, value frequency included."""
    bits = model.weights()[column].astype(np.float32)[levels[:, column]]
    for number, table in tables[column].items():
        at = np.flatnonzero(levels[:, column] == number)
        bits[at] += table.bits[table.codes[pairs.left[at]]]
    return np.asarray(bits, np.float32)


def _frequency_table(codes: npt.NDArray[np.int32]) -> FrequencyTable:
    """Damped log2 of the mean frequency of agreeing values over each value's own."""
    counts = np.bincount(codes[codes >= 0]).astype(np.float64)
    present = counts.sum()
    expected = (counts / present) @ counts / present
    bits = DAMPING * np.log2(expected * present / np.maximum(counts, RAREST))
    return FrequencyTable(codes, np.clip(bits, -MOST_FREQUENCY_BITS, MOST_FREQUENCY_BITS).astype(np.float32))
