"""What a comparison is: a name, its levels, and a function from record pairs to level numbers.

Level 0 is always `missing`; the others run from the strongest evidence for one person to the strongest against.
Each level carries beforehand guesses of how often it is seen among pairs of one person (`same`) and among pairs of
different persons of one household (`household`); the guesses only matter while the data is silent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Indices = npt.NDArray[np.int32]
Levels = npt.NDArray[np.uint8]

MISSING = 0


@dataclass(frozen=True)
class Pairs:
    """Pairs of dense record numbers."""

    left: Indices
    right: Indices

    def __len__(self) -> int:
        """Number of pairs."""
        return len(self.left)

    def part(self, start: int, stop: int) -> Pairs:
        """A slice of the pairs."""
        return Pairs(self.left[start:stop], self.right[start:stop])

    def take(self, at: npt.NDArray[np.intp]) -> Pairs:
        """The pairs at these positions."""
        return Pairs(self.left[at], self.right[at])

    def join(self, other: Pairs) -> Pairs:
        """These pairs and then the others."""
        return Pairs(np.concatenate([self.left, other.left]), np.concatenate([self.right, other.right]))

    @property
    def packed(self) -> npt.NDArray[np.int64]:
        """Each pair as one number that sorts like it."""
        return (self.left.astype(np.int64) << 32) | self.right


@dataclass(frozen=True)
class Frequency:
    """Values whose rarity sharpens a level: the name of their column, the code of each record, the values."""

    column: str
    codes: Indices
    words: pa.Array


@dataclass(frozen=True)
class Level:
    """One level of a comparison.

    same, household: share of pairs at this level beforehand, among present values.
    frequency: for levels of equal values, the values whose rarity sharpens the weight.
    random: exact number of record pairs at this level among all records, where it is known without sampling.
    trust: share of these pairs that are one person beforehand; bounds how far learning may doubt or believe.
    silent: whether the level weighs nothing, like `missing`: what it says is already told by another comparison.
    within: number of a wider level that strangers at this level also count for.
    most: share of pairs of one person that can be at this level; learning stays below.
    """

    name: str
    same: float
    household: float
    frequency: Frequency | None = None
    random: float | None = None
    trust: float | None = None
    silent: bool = False
    within: int | None = None
    most: float = 1.0


@dataclass(frozen=True)
class Comparison:
    """A comparison: `evaluate` returns one level number per pair, an index into `levels`.

    separates_household: whether it tells members of a household apart. lasting: whether a person has only one of it, so
    that all records of a person should agree; otherwise one agreement among many values is enough.
    """

    name: str
    levels: tuple[Level, ...]
    evaluate: Callable[[Pairs], Levels]
    separates_household: bool = False
    lasting: bool = False

    @property
    def silent(self) -> npt.NDArray[np.bool_]:
        """Which levels weigh nothing."""
        return np.array([level.silent for level in self.levels])


def missing() -> Level:
    """Level 0 of every comparison: a value is missing on one side or both, which tells nothing."""
    return Level("missing", 0.0, 0.0, silent=True)


def both_present(left: Indices, right: Indices) -> npt.NDArray[np.bool_]:
    """Pairs whose codes are both there."""
    return (left >= 0) & (right >= 0)


def pairs_of_equal(codes: npt.NDArray[np.int32]) -> float:
    """Number of record pairs with equal codes: sum of n(n-1)/2 over the values."""
    counts = np.bincount(codes[codes >= 0]).astype(np.float64)
    return float((counts * (counts - 1) / 2).sum())
