"""Split a byte stream into numbered lines of valid text, in blocks, without a Python loop over lines.

In: an open binary file and its encoding. Out: per block a table (`_line` int64, `text` large_string) of the lines that
decode, and the rejects. Blank lines are not rows. Line ends are \\n or \\r\\n. The byte 0x0A never occurs inside a
character of UTF-8, GBK or GB18030, so splitting bytes before decoding is safe for all encodings supported here.
"""

from collections.abc import Iterator
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.files.chunk import Chunk, printable, rejects

BLOCK_BYTES = 32 << 20
LINE_LIMIT = 64 << 20
_BOM = b"\xef\xbb\xbf"


class Bytes(Protocol):
    """What lines can be read from."""

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, none at the end."""


def read_lines(
    file: Bytes,
    encoding: str = "utf-8",
    block_bytes: int = BLOCK_BYTES,
    *,
    keep_blank: bool = False,
    first: int | None = None,
) -> Iterator[Chunk]:
    """Yield chunks whose rows are (`_line`, `text`); lines that do not decode or are too long are rejects.

    Blank lines are dropped unless `keep_blank`, for formats in which they may be part of a value. `first` is the
    number of the first line, for a file that is part of another and has no byte order mark.
    """
    number = first or 1
    for block, too_long in _blocks(file, block_bytes):
        if too_long:
            reason = f"line longer than {LINE_LIMIT >> 20} MiB"
            refused = rejects([number], [reason], [printable(block)])
            yield Chunk(_line_table([], []), refused, 1)
            number += 1
            continue
        if number == 1 and first is None:
            block = block.removeprefix(_BOM)
        chunk, count = _split(block, number, encoding, keep_blank=keep_blank)
        yield chunk
        number += count


def without_blank(lines: pa.Table) -> pa.Table:
    """The lines that hold more than white space."""
    return lines.filter(pc.not_equal(pc.utf8_trim_whitespace(lines["text"]), ""))


def _blocks(file: Bytes, block_bytes: int) -> Iterator[tuple[bytes, bool]]:
    """Blocks that end at a line end; (first bytes of it, True) for a line beyond LINE_LIMIT, whose rest is skipped."""
    carry = b""
    while data := file.read(block_bytes):
        cut = data.rfind(b"\n") + 1
        if cut:
            yield carry + data[:cut], False
            carry = data[cut:]
            continue
        carry += data
        if len(carry) > LINE_LIMIT:
            yield carry[:1024], True
            carry = _skip_line(file, block_bytes)
    if carry:
        yield carry, False


def _skip_line(file: Bytes, block_bytes: int) -> bytes:
    while data := file.read(block_bytes):
        cut = data.find(b"\n") + 1
        if cut:
            return data[cut:]
    return b""


def _split(block: bytes, first: int, encoding: str, *, keep_blank: bool) -> tuple[Chunk, int]:
    """The block's lines from number `first` on; returns the chunk and how many lines the block spans."""
    if not block.endswith(b"\n"):
        block += b"\n"
    ends = np.flatnonzero(np.frombuffer(block, dtype=np.uint8) == 0x0A)
    text, bad = _decode(block, ends, encoding)
    if encoding.lower().replace("-", "") != "utf8" or bad:
        ends = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == 0x0A)
    starts = np.concatenate(([0], ends[:-1] + 1)) if len(ends) else ends
    offsets = np.concatenate((starts, [len(text)])).astype(np.int64)
    lines = pa.LargeStringArray.from_buffers(len(ends), pa.py_buffer(offsets), pa.py_buffer(text))
    lines = pc.utf8_rtrim(lines, characters="\r\n")
    numbers = pa.array(np.arange(first, first + len(ends)))
    table = _line_table(numbers, lines)
    rejected = _reject_undecodable(block, bad, first, encoding)
    # The lines that did not decode were blanked, and are rejects already.
    table = table.filter(pc.invert(pc.is_in(table["_line"], rejected["line"].combine_chunks())))
    if not keep_blank:
        table = without_blank(table)
    return Chunk(table, rejected, len(table) + len(rejected)), len(ends)


def _decode(block: bytes, ends: np.ndarray, encoding: str) -> tuple[bytes, list[tuple[int, int, int]]]:
    """The block as UTF-8 with undecodable lines blanked, and those lines as (index, start, end) in the block.

    The loop runs once per undecodable line, not once per line.
    """
    view, bad, pieces, position = memoryview(block), [], [], 0
    while True:
        try:
            pieces.append(str(view[position:], encoding))
            break
        except UnicodeDecodeError as error:
            index = int(np.searchsorted(ends, position + error.start))
            start = int(ends[index - 1]) + 1 if index else 0
            end = int(ends[index])
            pieces.append(str(view[position:start], encoding))
            pieces.append("\n")
            bad.append((index, start, end))
            position = end + 1
    if not bad and encoding.lower().replace("-", "") == "utf8":
        return block, bad
    return "".join(pieces).encode("utf-8", errors="surrogatepass"), bad


def _reject_undecodable(block: bytes, bad: list[tuple[int, int, int]], first: int, encoding: str) -> pa.Table:
    return rejects(
        [first + index for index, _, _ in bad],
        [f"not valid {encoding}"] * len(bad),
        [printable(block[start:end]) for _, start, end in bad],
    )


def _line_table(numbers: pa.Array | list[int], lines: pa.Array | list[str]) -> pa.Table:
    schema = pa.schema([("_line", pa.int64()), ("text", pa.large_string())])
    return pa.table([numbers, lines], schema=schema)
