"""Dates, as yyyymmdd numbers.

exact             the same day
swapped           day and month changed places, or one reading of an ambiguous date
typo              one digit differs, or two neighbouring digits changed places
two parts         two of year, month and day agree
same year
within ten years
generation apart  13 to 50 years: parent and child
different
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from identity.columns import Column
from identity.comparisons.base import Comparison, Frequency, Level, Levels, Pairs, missing, pairs_of_equal

EXACT, SWAPPED, TYPO, TWO_PARTS, SAME_YEAR, TEN_YEARS, GENERATION, DIFFERENT = range(1, 9)
Days = npt.NDArray[np.int64]


def compare_dates(name: str, days: Days, other_reading: Days, column: Column) -> Comparison:
    """The comparison of a date; days are yyyymmdd, -1 when missing; `column` holds the same days as codes."""

    def evaluate(pairs: Pairs) -> Levels:
        left, right = days[pairs.left], days[pairs.right]
        out = np.zeros(len(pairs), np.uint8)
        present = (left > 0) & (right > 0)
        out[present] = EXACT
        at = np.flatnonzero(present & (left != right))
        out[at] = classify_days(left[at], right[at], other_reading[pairs.left[at]], other_reading[pairs.right[at]])
        return out

    return Comparison(name, _levels(name, column), evaluate, separates_household=name == "birth_date", lasting=True)


def classify_days(left: Days, right: Days, other_left: Days, other_right: Days) -> Levels:
    """Levels of pairs of different days; the others are second readings of ambiguous dates, -1 when there is none."""
    years = np.abs(left // 10000 - right // 10000)
    same_year, same_month, same_day = years == 0, left // 100 % 100 == right // 100 % 100, left % 100 == right % 100
    swapped = same_year & (left // 100 % 100 == right % 100) & (left % 100 == right // 100 % 100)
    readings = (other_left == right) | (other_right == left) | ((other_left == other_right) & (other_left > 0))
    out = np.full(len(left), DIFFERENT, np.uint8)
    out[(years >= 13) & (years <= 50)] = GENERATION
    out[years <= 12] = TEN_YEARS
    out[same_year] = SAME_YEAR
    out[same_year.astype(np.int8) + same_month + same_day >= 2] = TWO_PARTS
    out[_one_typo(left, right)] = TYPO
    out[swapped | readings] = SWAPPED
    return out


def _one_typo(left: Days, right: Days) -> npt.NDArray[np.bool_]:
    """One digit differs, or two neighbours changed places."""
    powers = 10 ** np.arange(7, -1, -1, dtype=np.int64)
    first, second = left[:, None] // powers % 10, right[:, None] // powers % 10
    differs = first != second
    count = differs.sum(axis=1)
    crossed = (first[:, :-1] == second[:, 1:]) & (first[:, 1:] == second[:, :-1]) & differs[:, :-1] & differs[:, 1:]
    return (count == 1) | ((count == 2) & crossed.any(axis=1))


def _levels(name: str, column: Column) -> tuple[Level, ...]:
    random = pairs_of_equal(column.codes)
    return (
        missing(),
        Level("exact", 0.85, 0.02, frequency=Frequency(name, column.codes, column.words), random=random),
        Level("swapped", 0.03, 0.001),
        Level("typo", 0.05, 0.003),
        Level("two parts", 0.02, 0.015),
        Level("same year", 0.01, 0.04),
        Level("within ten years", 0.02, 0.35),
        Level("generation apart", 0.01, 0.53),
        Level("different", 0.01, 0.041),
    )
