"""Similarity of text, on pairs of codes into a vocabulary: the only place that looks at letters.

Most pairs of different words are nowhere near each other. A 64-bit picture of each word (one bit per kind of letter)
tells so without reading it: one edit changes at most two bits. Only what survives is given to rapidfuzz.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from identity.columns import Codes

PICTURED_AT_ONCE = 200_000  # words whose letters are unpacked at a time: four bytes a letter


class Vocabulary:
    """Distinct words with what can be known of each alone: length, letters, first letter."""

    def __init__(self, words: pa.Array) -> None:
        """Words as of a Column; none is empty."""
        self.words = words

    def text(self, codes: Codes) -> list[str]:
        """The words behind codes."""
        return list(self.words.take(pa.array(codes)).to_pylist())

    @cached_property
    def lengths(self) -> npt.NDArray[np.int32]:
        """Letters per word."""
        return np.asarray(pc.utf8_length(self.words), np.int32)

    @cached_property
    def has_space(self) -> npt.NDArray[np.bool_]:
        """Whether it is more than one word."""
        return np.asarray(pc.match_substring(self.words, " "), np.bool_)

    @property
    def letters(self) -> npt.NDArray[np.uint64]:
        """One bit per kind of letter in the word."""
        return self._picture[0]

    @property
    def first(self) -> npt.NDArray[np.uint32]:
        """Code point of the first letter."""
        return self._picture[1]

    @cached_property
    def is_han(self) -> npt.NDArray[np.bool_]:
        """Whether the word begins with a Chinese character."""
        return (self.first >= ord("㐀")) & (self.first <= ord("鿿"))

    @cached_property
    def _picture(self) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint32]]:
        """Letters and first letter of every word."""
        letters = np.zeros(len(self.words), np.uint64)
        first = np.zeros(len(self.words), np.uint32)
        for start in range(0, len(self.words), PICTURED_AT_ONCE):
            stop = start + PICTURED_AT_ONCE
            text = "".join(self.words[start:stop].to_pylist())
            points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
            lengths = self.lengths[start:stop].astype(np.int64)
            starts = np.cumsum(lengths) - lengths
            letters[start:stop] = np.bitwise_or.reduceat(np.uint64(1) << (points % 61).astype(np.uint64), starts)
            first[start:stop] = points[starts]
        return letters, first

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
            first, second = self.text(keys[0]), self.text(keys[1])
            found = process.cpdist(first, second, scorer=OSA.distance, score_cutoff=most, dtype=np.uint8, workers=1)
            out[at] = found[back]
        return out

    def token_ratios(self, left: Codes, right: Codes, least: int) -> npt.NDArray[np.uint8]:
        """Likeness of word sets from 0 to 100 whatever their order (rapidfuzz token_sort_ratio); 0 below `least`.

        A kind of letter that only one of them has is an edit, so the letters' pictures tell most unlike pairs.
        """
        from rapidfuzz import fuzz, process

        out = np.zeros(len(left), np.uint8)
        edits = np.bitwise_count(self.letters[left] ^ self.letters[right])
        at = np.flatnonzero(edits * 100 <= (100 - least) * (self.lengths[left] + self.lengths[right]))
        if len(at):
            keys, back = _distinct(left[at], right[at])
            first, second = self.text(keys[0]), self.text(keys[1])
            found = process.cpdist(
                first, second, scorer=fuzz.token_sort_ratio, score_cutoff=least, dtype=np.uint8, workers=1
            )
            out[at] = found[back]
        return out

    def starts_with(self, left: Codes, right: Codes) -> npt.NDArray[np.bool_]:
        """Whether the shorter word begins the longer one."""
        out = np.zeros(len(left), np.bool_)
        at = np.flatnonzero(self.first[left] == self.first[right])
        if len(at):
            keys, back = _distinct(left[at], right[at])
            first, second = self.text(keys[0]), self.text(keys[1])
            out[at] = np.fromiter(
                (a.startswith(b) or b.startswith(a) for a, b in zip(first, second, strict=True)), np.bool_, len(first)
            )[back]
        return out


def _distinct(left: Codes, right: Codes) -> tuple[tuple[Codes, Codes], npt.NDArray[np.int64]]:
    """The distinct unordered code pairs and where each pair went."""
    low, high = np.minimum(left, right).astype(np.int64), np.maximum(left, right).astype(np.int64)
    keys, back = np.unique((low << 32) | high, return_inverse=True)
    return ((keys >> 32).astype(np.int32), (keys & 0xFFFFFFFF).astype(np.int32)), back
