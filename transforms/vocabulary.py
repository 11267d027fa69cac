"""Closed vocabularies: a column of words in, the term each stands for out.

`fold_words` brings spelling variants of a word together; `translate` looks them up in one vectorised pass.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from transforms.text import clean_text


def fold_words(values: pa.Array | pa.ChunkedArray | Sequence[str | None]) -> pa.Array:
    """Clean, lower-case, without final dots, with one blank for `_`, `-` and blanks: "Opted-Out." is "opted out"."""
    text = pc.utf8_lower(clean_text(values))
    text = pc.replace_substring_regex(text, r"[\s_\-]+", " ")
    text = pc.replace_substring_regex(text, r"^(-?\d+)\.0+$", r"\1")
    return pc.utf8_trim_whitespace(pc.utf8_rtrim(text, ".。!"))


def translate(words: pa.Array, terms: Mapping[str, str | None]) -> tuple[pa.Array, pa.BooleanArray]:
    """Give each word's term, and whether the word is in the vocabulary at all (its term may be null)."""
    place = pc.index_in(words, value_set=pa.array(list(terms), pa.string()))
    return pa.array(list(terms.values()), pa.string()).take(place), pc.is_valid(place)


def invert(vocabulary: Mapping[str | None, str]) -> dict[str, str | None]:
    """Turn {term: "word|word|…"} into {word: term}."""
    return {word: term for term, words in vocabulary.items() for word in words.split("|")}
