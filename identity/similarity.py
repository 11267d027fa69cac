"""Similarity of text, on pairs of codes into a vocabulary: the only place that looks at letters.

Most pairs of different words are nowhere near each other. A 64-bit picture of each word (one bit per kind of letter)
tells so without reading it: one edit changes at most two bits. Only what survives is given to rapidfuzz.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt

from identity.columns import Codes

Words = npt.NDArray[np.object_]


class Vocabulary:
    """Distinct words with what can be known of each alone: length, letters, first letter."""

    def __init__(self, words: Words) -> None:
        """Words as of a Column's vocabulary."""
        self.words = words

    @cached_property
    def lengths(self) -> npt.NDArray[np.int64]:
        """Letters per word."""
        return np.fromiter(map(len, self.words), np.int64, len(self.words))

    @cached_property
    def letters(self) -> npt.NDArray[np.uint64]:
        """One bit per kind of letter in the word."""
        if not len(self.words):
            return np.empty(0, np.uint64)
        starts = np.cumsum(self.lengths) - self.lengths
        bits = np.uint64(1) << (self._points % 61).astype(np.uint64)
        return np.bitwise_or.reduceat(bits, starts)

    @cached_property
    def first(self) -> npt.NDArray[np.uint32]:
        """Code point of the first letter."""
        return self._points[np.cumsum(self.lengths) - self.lengths]

    @cached_property
    def is_han(self) -> npt.NDArray[np.bool_]:
        """Whether the word begins with a Chinese character."""
        return (self.first >= ord("㐀")) & (self.first <= ord("鿿"))

    @cached_property
    def _points(self) -> npt.NDArray[np.uint32]:
        """Code points of all words, one after the other. No word is empty."""
        return np.frombuffer("".join(self.words).encode("utf-32-le", "surrogatepass"), np.uint32)

    def distances(self, left: Codes, right: Codes, most: int) -> npt.NDArray[np.uint8]:
        """Edits between words (insert, delete, replace, swap neighbours: OSA), `most + 1` where there are more."""
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        out = np.full(len(left), most + 1, np.uint8)
        if not len(left):
            return out
        near = np.abs(self.lengths[left] - self.lengths[right]) <= most
        near &= np.bitwise_count(self.letters[left] ^ self.letters[right]) <= 2 * most
        at = np.flatnonzero(near)
        if len(at):
            keys, back = _distinct(left[at], right[at])
            first, second = self.words[keys[0]].tolist(), self.words[keys[1]].tolist()
            found = process.cpdist(first, second, scorer=OSA.distance, score_cutoff=most, dtype=np.uint8, workers=-1)
            out[at] = found[back]
        return out

    def token_ratios(self, left: Codes, right: Codes) -> npt.NDArray[np.uint8]:
        """Likeness of word sets from 0 to 100 whatever their order (rapidfuzz token_sort_ratio)."""
        from rapidfuzz import fuzz, process

        if not len(left):
            return np.empty(0, np.uint8)
        keys, back = _distinct(left, right)
        first, second = self.words[keys[0]].tolist(), self.words[keys[1]].tolist()
        found = process.cpdist(first, second, scorer=fuzz.token_sort_ratio, score_cutoff=50, dtype=np.uint8, workers=-1)
        return np.asarray(found[back], np.uint8)

    def starts_with(self, left: Codes, right: Codes) -> npt.NDArray[np.bool_]:
        """Whether the shorter word begins the longer one."""
        out = np.zeros(len(left), np.bool_)
        at = np.flatnonzero(self.first[left] == self.first[right])
        if len(at):
            keys, back = _distinct(left[at], right[at])
            first, second = self.words[keys[0]], self.words[keys[1]]
            out[at] = np.fromiter(
                (a.startswith(b) or b.startswith(a) for a, b in zip(first, second, strict=True)), np.bool_, len(first)
            )[back]
        return out


def _distinct(left: Codes, right: Codes) -> tuple[tuple[Codes, Codes], npt.NDArray[np.int64]]:
    """The distinct unordered code pairs and where each pair went."""
    low, high = np.minimum(left, right).astype(np.int64), np.maximum(left, right).astype(np.int64)
    keys, back = np.unique((low << 32) | high, return_inverse=True)
    return ((keys >> 32).astype(np.int32), (keys & 0xFFFFFFFF).astype(np.int32)), back
