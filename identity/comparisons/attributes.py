"""Further attributes by kind: gender, company, generation marks, and the extra columns of a map.

category    exact | different
text        exact | near (token likeness of 85 and more) | some words (60 and more) | different
name        exact | typo | near | different
number      exact | within one per cent | within ten per cent | different
identifier  exact | one character | different
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from identity.columns import Codes, Column
from identity.comparisons.base import Comparison, Frequency, Level, Levels, Pairs, both_present, missing, pairs_of_equal
from identity.similarity import Vocabulary


def compare_category(name: str, column: Column, same: float = 0.93, household: float | None = None) -> Comparison:
    """Equal or not."""
    levels = (
        missing(),
        _exact(name, column, same, same if household is None else household),
        Level("different", 1 - same, 1 - (same if household is None else household)),
    )

    def evaluate(pairs: Pairs) -> Levels:
        left, right = column.codes[pairs.left], column.codes[pairs.right]
        return np.where(both_present(left, right), np.where(left == right, 1, 2), 0).astype(np.uint8)

    return Comparison(name, levels, evaluate, lasting=True)


def compare_text(name: str, column: Column) -> Comparison:
    """Free text by its words."""
    vocabulary = Vocabulary(column.words)

    def grade(left: Codes, right: Codes) -> Levels:
        ratios = vocabulary.token_ratios(left, right, 60)
        return np.select([ratios >= 85, ratios >= 60], [2, 3], 4).astype(np.uint8)

    levels = (
        missing(),
        _exact(name, column, 0.6, 0.3),
        Level("near", 0.15, 0.1),
        Level("some words", 0.1, 0.1),
        Level("different", 0.15, 0.5),
    )
    return _graded(name, column.codes, levels, grade)


def compare_word(name: str, column: Column, kind: str) -> Comparison:
    """A name or an identifier, by edits."""
    vocabulary = Vocabulary(column.words)

    def grade(left: Codes, right: Codes) -> Levels:
        distances = vocabulary.distances(left, right, 2)
        return np.select([distances == 1, distances == 2], [2, 3], 4).astype(np.uint8)

    one, two = ("typo", "near") if kind == "name" else ("one character", "two characters")
    levels = (
        missing(),
        _exact(name, column, 0.78, 0.3 if kind == "name" else 0.02),
        Level(one, 0.08, 0.02),
        Level(two, 0.04, 0.02),
        Level("different", 0.10, 0.66 if kind == "name" else 0.94),
    )
    return _graded(name, column.codes, levels, grade)


def compare_number(name: str, column: Column) -> Comparison:
    """An amount or a count, by relative distance."""
    values = np.array(column.words.to_pylist() or [0.0], np.float64)

    def grade(left: Codes, right: Codes) -> Levels:
        first, second = values[left], values[right]
        gap = np.abs(first - second) / np.maximum(np.maximum(np.abs(first), np.abs(second)), 1e-12)
        return np.select([gap <= 0.01, gap <= 0.1], [2, 3], 4).astype(np.uint8)

    levels = (
        missing(),
        _exact(name, column, 0.6, 0.3),
        Level("within one per cent", 0.1, 0.05),
        Level("within ten per cent", 0.1, 0.1),
        Level("different", 0.2, 0.55),
    )
    return _graded(name, column.codes, levels, grade)


def _exact(name: str, column: Column, same: float, household: float) -> Level:
    frequency = Frequency(name, column.codes, column.words)
    return Level("exact", same, household, frequency=frequency, random=pairs_of_equal(column.codes))


def _graded(name: str, codes: Codes, levels: tuple[Level, ...], grade: Callable[[Codes, Codes], Levels]) -> Comparison:
    """A comparison that looks at the values only where they differ."""

    def evaluate(pairs: Pairs) -> Levels:
        left, right = codes[pairs.left], codes[pairs.right]
        present = both_present(left, right)
        out = present.astype(np.uint8)
        at = np.flatnonzero(present & (left != right))
        out[at] = grade(left[at], right[at])
        return out

    return Comparison(name, levels, evaluate)
