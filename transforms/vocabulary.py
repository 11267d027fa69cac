"""Closed vocabularies: a column of words in, the term each stands for out.

`list_words`, `list_pairs` and `invert` draw vocabularies up; `fold_words` brings the spellings of a word together;
`translate` looks a column up in one vectorised pass.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from transforms.text import clean_text


def list_words(text: str) -> frozenset[str]:
    """Give the words of a drawn-up list, written with blanks and line breaks between them."""
    return frozenset(text.split())


def list_pairs(text: str, between: str, inside: str) -> dict[str, str]:
    """Give the pairs of a drawn-up list: `between` parts its entries, `inside` the key of an entry from its value."""
    entries = (entry.strip().partition(inside) for entry in " ".join(text.split()).split(between))
    return {key.strip(): value.strip() for key, _, value in entries if key}


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
