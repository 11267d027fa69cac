"""The elements of a JSON array too large to be parsed at once, without parsing it: brackets and commas are counted.

In: where the array begins and the rest of the file. Out: per block a table (`_line`, `text`) of the elements that end
in it; at last what follows the array. A block is looked at with numpy; DuckDB parses the elements later.
"""

import json
import re
from collections.abc import Generator
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.files.chunk import Chunk, UnreadableFile, printable, rejects
from connectors.files.nesting import structure

BLOCK_BYTES = 8 << 20
ELEMENT_LIMIT = 64 << 20
_KEY = re.compile(r'\.(?:"([^"]+)"|([^."\[\]*]+))')
_BLANKS = " \t\r\n"


def array_start(document: bytes, path: str) -> int | None:
    """Position behind the opening bracket of the array at `path`, if the document's beginning holds it."""
    text = document.decode("latin-1")  # one character per byte, so that positions are the same
    keys = [quoted or plain for quoted, plain in _KEY.findall(path)]
    if path != "$" and "$" + "".join(found[0] for found in _KEY.finditer(path)) != path:
        return None
    try:
        position = _skip_blanks(text, 0)
        for key in keys:
            position = _value_of(text, position, key.encode("utf-8").decode("latin-1"))
    except (ValueError, IndexError, RecursionError):
        return None
    return position + 1 if text[position : position + 1] == "[" else None


def split_elements(rest: bytes, file: BinaryIO) -> Generator[Chunk, None, bytes]:
    """Yield the elements from `rest` (what follows the opening bracket) and `file`; return what follows the array.

    UnreadableFile when the array never ends, or an element does not within ELEMENT_LIMIT.
    """
    carry, number = rest, 1
    while True:
        positions, depths = structure(np.frombuffer(carry, dtype=np.uint8))
        closing = np.flatnonzero(depths < 0)
        ended = len(closing) > 0
        if ended:
            positions, depths = positions[: closing[0] + 1], depths[: closing[0] + 1]
            if carry[positions[-1]] != ord("]"):
                raise UnreadableFile("not valid JSON")
        ends = positions[depths <= 0]
        ends = ends[(depths[depths <= 0] < 0) | (np.frombuffer(carry, dtype=np.uint8)[ends] == ord(","))]
        if len(ends):
            chunk, count = _cut(carry, ends, number, ended=ended)
            yield chunk
            number += count
            carry = carry[int(ends[-1]) + 1 :]
        if ended:
            return carry
        if len(carry) > ELEMENT_LIMIT:
            raise UnreadableFile(f"an element is longer than {ELEMENT_LIMIT >> 20} MiB")
        data = file.read(BLOCK_BYTES)
        if not data:
            raise UnreadableFile("the document ends inside its array")
        carry += data


def _cut(block: bytes, ends: np.ndarray, first: int, *, ended: bool) -> tuple[Chunk, int]:
    """The elements before each of `ends`, numbered from `first`; and how many there are."""
    offsets = np.concatenate(([0], ends + 1)).astype(np.int64)
    elements = pa.Array.from_buffers(pa.large_binary(), len(ends), [None, pa.py_buffer(offsets), pa.py_buffer(block)])
    texts, bad = _decoded(elements)
    texts = pc.utf8_trim(pc.utf8_slice_codeunits(texts, 0, -1), characters=_BLANKS)
    numbers = np.arange(first, first + len(texts))
    if ended and first == len(texts) == 1 and texts[0].as_py() == "":  # nothing between the brackets
        texts, numbers = texts.slice(0, 0), numbers[:0]
    keep = ~np.isin(numbers, bad + first)
    table = pa.table({"_line": pa.array(numbers), "text": texts}).filter(pa.array(keep))
    refused = rejects(
        [int(i) + first for i in bad],
        ["not valid utf-8"] * len(bad),
        [printable(elements[int(i)].as_py()) for i in bad],
    )
    return Chunk(table, refused, len(numbers)), len(numbers)


def _decoded(elements: pa.LargeBinaryArray) -> tuple[pa.LargeStringArray, np.ndarray]:
    """The elements as text, and the positions of those that are no UTF-8 (their text is empty)."""
    try:
        return elements.cast(pa.large_string()), np.array([], dtype=np.int64)
    except pa.ArrowInvalid:
        texts = [_text(element) for element in elements.to_pylist()]
        bad = np.flatnonzero([text is None for text in texts])
        return pa.array([text or "," for text in texts], pa.large_string()), bad


def _text(element: bytes) -> str | None:
    try:
        return element.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _value_of(text: str, position: int, wanted: str) -> int:
    """Position of the value of a key in the object that begins at `position`; the values before it are skipped."""
    decoder = json.JSONDecoder(strict=False)
    if text[position] != "{":
        raise ValueError
    position = _skip_blanks(text, position + 1)
    while True:
        key, position = decoder.raw_decode(text, position)
        position = _skip_blanks(text, position)
        if text[position] != ":":
            raise ValueError
        position = _skip_blanks(text, position + 1)
        if key == wanted:
            return position
        _, position = decoder.raw_decode(text, position)
        position = _skip_blanks(text, position)
        if text[position] != ",":
            raise ValueError
        position = _skip_blanks(text, position + 1)
        if text[position] != '"':
            raise ValueError


def _skip_blanks(text: str, position: int) -> int:
    while text[position] in _BLANKS:
        position += 1
    return position
