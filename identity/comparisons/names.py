"""Given and family names, Western and Chinese.

Both parts share one vocabulary, so that a name entered the wrong way round is seen by comparing codes. The pinyin of
a Chinese name tells whether a romanised spelling and hanzi are one name, and whether two hanzi names sound alike.

    exact          王 | 王, smith | smith (simplified characters, lower case, no accents)
    nickname       bob | robert
    romanised      小明 | xiaoming
    swapped        given name of one record = family name of the other, or the same letters in another order
    typo           one edit: smith | smiht
    shortened      mary ann | mary, alex | alexander
    same sound     小明 | 晓明
    near           two edits in a word of six letters and more; one of two or three hanzi differs
    initial        j | john
    different      and the other part agrees or is missing
    other name     both parts differ

`swapped` and `other name` concern both parts at once; they weigh with the given name, and nothing with the family name.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from identity.columns import Codes, Column
from identity.comparisons.base import (
    Comparison,
    Frequency,
    Indices,
    Level,
    Levels,
    Pairs,
    both_present,
    missing,
    pairs_of_equal,
)
from identity.nicknames import nickname_edges
from identity.similarity import Vocabulary

Mask = npt.NDArray[np.bool_]
LevelFunction = Callable[[Pairs], Levels]

EXACT, NICKNAME, ROMANISED, SWAPPED, TYPO, SHORTENED, SAME_SOUND, NEAR, INITIAL, DIFFERENT, OTHER = range(1, 12)


@dataclass(frozen=True)
class _Part:
    """One part of the name: codes of the part, of its first word, of its pinyin; nickname edges of the vocabulary."""

    own: Codes
    first: Codes
    pinyin: Codes
    edges: npt.NDArray[np.int64]


def compare_names(
    given: Column, family: Column, given_first: Column, given_pinyin: Column, family_pinyin: Column, letters: Column
) -> list[Comparison]:
    """The comparisons of given and family name.

    All columns share one vocabulary; letters: all letters of each record's name in alphabetic order.
    """
    words = Vocabulary(given.words)
    one = _Part(given.codes, given_first.codes, given_pinyin.codes, nickname_edges(given.words))
    two = _Part(family.codes, family.codes, family_pinyin.codes, np.empty(0, np.int64))
    whole = _Whole(_level(one, two, letters.codes, words), _level(two, one, letters.codes, words))
    return [
        Comparison("given_name", _given_levels(given, letters), whole.given, separates_household=True, lasting=True),
        Comparison("family_name", _family_levels(family), whole.family, lasting=True),
    ]


class _Whole(threading.local):
    """Both parts of the name at once: two parts that differ together are one event, not two, another name altogether.

    The comparisons of given and family name are asked one after the other about the same pairs, so each thread keeps
    the answer about the last ones.
    """

    def __init__(self, given: LevelFunction, family: LevelFunction) -> None:
        """The level functions of the parts."""
        self._parts = (given, family)
        self._asked: Pairs | None = None
        self._levels: tuple[Levels, Levels] | None = None

    def given(self, pairs: Pairs) -> Levels:
        """Levels of the given name."""
        return self._answer(pairs)[0]

    def family(self, pairs: Pairs) -> Levels:
        """Levels of the family name."""
        return self._answer(pairs)[1]

    def _answer(self, pairs: Pairs) -> tuple[Levels, Levels]:
        if self._levels is None or self._asked is not pairs:
            given, family = (part(pairs) for part in self._parts)
            other = (given == DIFFERENT) & (family == DIFFERENT)
            given[other] = family[other] = OTHER
            self._asked, self._levels = pairs, (given, family)
        return self._levels


def _level(part: _Part, other: _Part, letters: Codes, words: Vocabulary) -> LevelFunction:
    """The level function of one name part; `other` is the other part, for swapped names."""
    own = part.own

    def evaluate(pairs: Pairs) -> Levels:
        left, right = own[pairs.left], own[pairs.right]
        out = np.zeros(len(pairs), np.uint8)
        present = both_present(left, right)
        out[present] = DIFFERENT
        out[present & (left == right)] = EXACT
        at = np.flatnonzero(present & (left != right))
        out[at] = _compare_words(left[at], right[at], words, part.edges)
        _apply_first_tokens(out, at, part.first, pairs)
        _apply_pinyin(out, at, part.pinyin, left, right, words, pairs)
        crossed = _are_swapped(left[at], right[at], other.own[pairs.left[at]], other.own[pairs.right[at]], words)
        first, second = letters[pairs.left[at]], letters[pairs.right[at]]
        reordered = both_present(first, second) & (first == second) & (out[at] > TYPO) & (out[at] != SAME_SOUND)
        # With the other part the same, one word made of the letters of another is another name.
        reordered &= words.has_space[left[at]] | ~_are_one(other, left=pairs.left[at], right=pairs.right[at])
        out[at[crossed | reordered]] = SWAPPED
        return out

    return evaluate


def _compare_words(left: Codes, right: Codes, words: Vocabulary, edges: npt.NDArray[np.int64]) -> Levels:
    """Levels of pairs of different words."""
    out = np.full(len(left), DIFFERENT, np.uint8)
    one, two = words.lengths[left], words.lengths[right]
    short, long = np.minimum(one, two), np.maximum(one, two)
    han = words.is_han[left] & words.is_han[right]
    out[(short == 1) & ~han & (long > 1) & (words.first[left] == words.first[right])] = INITIAL
    distances = words.distances(left, right, 2)
    out[(distances == 2) & (short >= 6) & ~han] = NEAR
    out[(distances == 1) & han & (long >= 2)] = NEAR
    out[(distances == 1) & (short >= 3) & ~han] = TYPO
    at = np.flatnonzero((out == DIFFERENT) & (short >= 3) & ~han & (words.first[left] == words.first[right]))
    out[at[words.starts_with(left[at], right[at])]] = SHORTENED
    if len(edges):
        keys = (np.minimum(left, right).astype(np.int64) << 32) | np.maximum(left, right)
        out[edges[np.minimum(np.searchsorted(edges, keys), len(edges) - 1)] == keys] = NICKNAME
    return out


def _apply_first_tokens(out: Levels, at: npt.NDArray[np.intp], first: Codes, pairs: Pairs) -> None:
    """A given name of several words against its first word alone is a shortened one."""
    same = first[pairs.left[at]] == first[pairs.right[at]]
    weak = out[at] > SHORTENED
    out[at[same & weak & (first[pairs.left[at]] >= 0)]] = SHORTENED


def _apply_pinyin(
    out: Levels, at: npt.NDArray[np.intp], pinyin: Codes, left: Indices, right: Indices, words: Vocabulary, pairs: Pairs
) -> None:
    """Equal pinyin across scripts is the romanised name, within hanzi only the same sound."""
    sound_left, sound_right = pinyin[pairs.left[at]], pinyin[pairs.right[at]]
    same = both_present(sound_left, sound_right) & (sound_left == sound_right)
    hit = at[same]
    han_left, han_right = words.is_han[left[hit]], words.is_han[right[hit]]
    out[hit] = np.where(han_left & han_right, SAME_SOUND, ROMANISED)
    # A spelling without pinyin of its own is compared with the pinyin of the hanzi.
    rest = np.flatnonzero(~same & (words.is_han[left[at]] != words.is_han[right[at]]) & (out[at] == DIFFERENT))
    first = np.where(sound_left[rest] >= 0, sound_left[rest], left[at[rest]])
    second = np.where(sound_right[rest] >= 0, sound_right[rest], right[at[rest]])
    long = np.minimum(words.lengths[first], words.lengths[second]) >= 4
    out[at[rest[(words.distances(first, second, 1) == 1) & long]]] = TYPO
    out[at[rest[first == second]]] = ROMANISED


def _are_one(part: _Part, left: Indices, right: Indices) -> Mask:
    """Whether a part is written the same or sounds the same; a spelling without pinyin of its own is its sound."""
    one, two = part.own[left], part.own[right]
    sound_one = np.where(part.pinyin[left] >= 0, part.pinyin[left], one)
    sound_two = np.where(part.pinyin[right] >= 0, part.pinyin[right], two)
    return np.asarray((one >= 0) & ((one == two) | (sound_one == sound_two)))


def _are_swapped(left: Codes, right: Codes, other_left: Codes, other_right: Codes, words: Vocabulary) -> Mask:
    """Each part equals the other part of the other record; one of the two may have a typo."""
    crossed, back = left == other_right, right == other_left
    out = crossed & back
    half = np.flatnonzero((crossed ^ back) & both_present(other_left, other_right))
    first = np.where(crossed[half], right[half], left[half])
    second = np.where(crossed[half], other_left[half], other_right[half])
    out[half] = words.distances(first, second, 2) <= 2
    return np.asarray(out)


def _given_levels(given: Column, letters: Column) -> tuple[Level, ...]:
    return (
        missing(),
        Level("exact", 0.74, 0.02, frequency=_frequency("given_name", given), random=pairs_of_equal(given.codes)),
        Level("nickname", 0.04, 0.004),
        Level("romanised", 0.04, 0.002),
        Level("swapped", 0.02, 0.001, frequency=_frequency("name_letters", letters)),
        Level("typo", 0.05, 0.01),
        Level("shortened", 0.02, 0.01),
        Level("same sound", 0.01, 0.01),
        Level("near", 0.02, 0.03),
        Level("initial", 0.03, 0.03),
        Level("different", 0.02, 0.64),
        Level("other name", 0.01, 0.243, within=DIFFERENT),
    )


def _family_levels(family: Column) -> tuple[Level, ...]:
    return (
        missing(),
        Level("exact", 0.80, 0.80, frequency=_frequency("family_name", family), random=pairs_of_equal(family.codes)),
        Level("nickname", 0.002, 0.002),
        Level("romanised", 0.04, 0.04),
        Level("swapped", 0.0, 0.0, silent=True),
        Level("typo", 0.05, 0.02),
        Level("shortened", 0.01, 0.005),
        Level("same sound", 0.005, 0.005),
        Level("near", 0.02, 0.01),
        Level("initial", 0.003, 0.006),
        Level("different", 0.05, 0.11),
        Level("other name", 0.0, 0.0, silent=True, within=DIFFERENT),
    )


def _frequency(name: str, column: Column) -> Frequency:
    return Frequency(name, column.codes, column.words)
