"""Address, postcode, city and region as one comparison: they are one fact at several depths and must not count twice.

same address       all words and numbers
near address       most words, and the same house number or place
postcode and city  address different or missing
postcode
city               or district
region
different
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from identity.columns import Column
from identity.comparisons.base import Comparison, Frequency, Level, Levels, Pairs, both_present, missing, pairs_of_equal
from identity.similarity import Vocabulary

SAME, NEAR, POSTCODE_CITY, POSTCODE, CITY, REGION, DIFFERENT = range(1, 8)
NEAR_RATIO = 80


def compare_places(address: Column, house: Column, postcode: Column, city: Column, region: Column) -> Comparison:
    """The comparison of where somebody lives. Columns as of identity_person."""
    vocabulary = Vocabulary(address.words)

    def evaluate(pairs: Pairs) -> Levels:
        out = np.zeros(len(pairs), np.uint8)
        _mark(out, region, pairs, REGION)
        same_city = _mark(out, city, pairs, CITY)
        same_postcode = _mark(out, postcode, pairs, POSTCODE)
        out[same_postcode & same_city] = POSTCODE_CITY
        same_address = _mark(out, address, pairs, SAME)
        left, right = address.codes[pairs.left], address.codes[pairs.right]
        around = same_postcode | same_city | _equal(house, pairs)
        at = np.flatnonzero(both_present(left, right) & ~same_address & around)
        ratios = vocabulary.token_ratios(left[at], right[at], NEAR_RATIO)
        out[at[ratios >= NEAR_RATIO]] = NEAR
        return out

    levels = (
        missing(),
        Level("same address", 0.35, 0.62, _frequency("address", address), pairs_of_equal(address.codes)),
        Level("near address", 0.20, 0.15),
        Level("same postcode and city", 0.10, 0.08),
        Level("same postcode", 0.07, 0.04, frequency=_frequency("postcode", postcode)),
        Level("same city", 0.10, 0.05, frequency=_frequency("city", city)),
        Level("same region", 0.05, 0.02, frequency=_frequency("region", region)),
        Level("different", 0.13, 0.04),
    )
    return Comparison("address", levels, evaluate)


def _frequency(name: str, column: Column) -> Frequency:
    return Frequency(name, column.codes, column.words)


def _mark(out: Levels, column: Column, pairs: Pairs, level: int) -> npt.NDArray[np.bool_]:
    """Write the level where the column agrees, `different` where it disagrees and nothing is written yet."""
    left, right = column.codes[pairs.left], column.codes[pairs.right]
    present = both_present(left, right)
    same = present & (left == right)
    out[present & (out == 0)] = DIFFERENT
    out[same] = level
    return np.asarray(same)


def _equal(column: Column, pairs: Pairs) -> npt.NDArray[np.bool_]:
    """Where the column is present and agrees."""
    left, right = column.codes[pairs.left], column.codes[pairs.right]
    return both_present(left, right) & (left == right)
