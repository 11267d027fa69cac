"""CSV and its relatives: header rows, quoted line breaks, ragged rows, any encoding.

In: an open binary file. Out: chunks of text rows with the line each record starts on. Records are found first (a line
opens a record when the number of quotes before it is even, RFC 4180), then pyarrow parses the fields; each record
carries its line number as an extra first field, so that accepted and refused rows keep it. Without quoting a line is a
record, cut at every delimiter.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.files.chunk import Chunk, UnreadableFile, rejected_only, rejects
from connectors.files.fields import parse_fields
from connectors.files.header import Header
from connectors.files.lines import BLOCK_BYTES, LINE_LIMIT, read_lines, without_blank

# A quoted field may hold line breaks, but not this many: beyond it the quote was a stray one.
RECORD_LINE_LIMIT = 200


@dataclass(frozen=True)
class Delimited:
    """How a system writes its tables. With several header rows, a name left empty above is taken from below.

    `names` are the columns of a table without a header, or instead of its header; `skip_rows` lines stand above it.
    Without `quoting` a quote is a character like any other and the delimiter may be several characters.
    """

    encoding: str = "utf-8"
    delimiter: str = ","
    header_rows: int = 1
    names: tuple[str, ...] = ()
    quoting: bool = True
    skip_rows: int = 0


def read_delimited(file: BinaryIO, shape: Delimited, block_bytes: int = BLOCK_BYTES) -> Iterator[Chunk]:
    """Yield chunks of text rows; empty fields are null. UnreadableFile when the header itself does not decode."""
    header, carry = Header(shape.names), None
    for block in chain(_lines(file, shape, block_bytes), [None]):
        if block is not None:
            _check_header(header, shape, block)
            yield rejected_only(block.rejects)
        pieces = [part for part in (carry, block.rows if block else None) if part is not None]
        if not pieces:
            continue
        grouped = _group(pa.concat_tables(pieces), shape, header, last=block is None)
        records, carry = grouped.records, grouped.carry
        yield rejected_only(grouped.rejects)
        while len(header.rows) < shape.header_rows and len(records):
            header.add(_fields(records["text"][0].as_py(), shape))
            records = records.slice(1)
        if len(records):
            header.width = header.width or len(_fields(records["text"][0].as_py(), shape))
            yield parse_fields(records, header, shape.delimiter, quoting=shape.quoting)
    if 0 < len(header.rows) < shape.header_rows:
        raise UnreadableFile(f"the file ends inside its {shape.header_rows} header rows")


def _lines(file: BinaryIO, shape: Delimited, block_bytes: int) -> Iterator[Chunk]:
    """The lines below those to skip."""
    for chunk in read_lines(file, shape.encoding, block_bytes, keep_blank=True):
        if not shape.skip_rows:
            yield chunk
            continue
        rows, refused = (part.filter(pc.greater(part[name], shape.skip_rows))
                         for part, name in ((chunk.rows, "_line"), (chunk.rejects, "line")))  # fmt: skip
        yield Chunk(rows, refused, len(rows) + len(refused))


def _check_header(header: Header, shape: Delimited, block: Chunk) -> None:
    """UnreadableFile when a header row is among the lines that did not decode: else the first customer would be it."""
    wanted = shape.header_rows - len(header.rows)
    if wanted <= 0 or not len(block.rejects):
        return
    lines = without_blank(block.rows)["_line"]
    last = lines[wanted - 1].as_py() if len(lines) >= wanted else None
    if last is None or block.rejects["line"][0].as_py() < last:
        raise UnreadableFile(f"the header row is {block.rejects['reason'][0].as_py()}")


@dataclass(frozen=True)
class _Grouped:
    records: pa.Table
    rejects: pa.Table
    carry: pa.Table | None


def _group(lines: pa.Table, shape: Delimited, header: Header, *, last: bool) -> _Grouped:
    """Join lines into records; the lines of a record that is still open at the end are carried over.

    The loop runs once per record of several lines, never over the single-line ones.
    """
    if not shape.quoting:
        return _Grouped(without_blank(lines), rejects([], [], []), None)
    texts = pa.array(lines["text"].combine_chunks()) if len(lines) else pa.array([], pa.large_string())
    numbers = lines["_line"].to_numpy()
    odd = (pc.count_substring(texts, '"').to_numpy(zero_copy_only=False) % 2).astype(bool)
    count, flips = len(texts), np.flatnonzero(odd)
    joined: list[tuple[int, int]] = []
    stray: list[int] = []
    position, carry = 0, None
    while position < len(flips):
        start = int(flips[position])
        end = int(flips[position + 1]) if position + 1 < len(flips) else None
        if end is None and not last and count - start <= RECORD_LINE_LIMIT:
            carry = start
            break
        if end is not None and end - start < RECORD_LINE_LIMIT and _is_record(texts, start, end, shape, header):
            joined.append((start, end))
            position += 2
        else:  # a stray quote: the line stands alone, and is refused when that quote opens a field
            if _is_unclosed(texts[start].as_py(), shape):
                stray.append(start)
            position += 1
    keep = count if carry is None else carry
    refused = rejects(
        [int(numbers[i]) for i in stray],
        ["a quote is opened and never closed"] * len(stray),
        [texts[i].as_py() for i in stray],
    )
    records = _join(texts.slice(0, keep), numbers[:keep], joined)
    records = records.filter(pc.invert(pc.is_in(records["_line"], refused["line"].combine_chunks())))
    return _Grouped(without_blank(records), refused, None if carry is None else lines.slice(carry))


def _is_unclosed(text: str, shape: Delimited) -> bool:
    try:
        _read_records(text, shape, strict=True)
    except csv.Error:
        return True
    return False


def _is_record(texts: pa.Array, start: int, end: int, shape: Delimited, header: Header) -> bool:
    text = "\n".join(texts.slice(start, end - start + 1).to_pylist())
    rows = _read_records(text, shape)
    return len(rows) == 1 and (
        not header.width or (header.needed() <= len(rows[0]) and not any(rows[0][header.width :]))
    )


def _join(texts: pa.Array, numbers: np.ndarray, joined: list[tuple[int, int]]) -> pa.Table:
    schema = pa.schema([("_line", pa.int64()), ("text", pa.large_string())])
    if not joined:
        return pa.table([pa.array(numbers), texts], schema=schema)
    pieces, at = [], 0
    for start, end in joined:
        pieces.append(pa.table([pa.array(numbers[at:start]), texts.slice(at, start - at)], schema=schema))
        text = "\n".join(texts.slice(start, end - start + 1).to_pylist())
        pieces.append(pa.table([[int(numbers[start])], [text]], schema=schema))
        at = end + 1
    pieces.append(pa.table([pa.array(numbers[at:]), texts.slice(at)], schema=schema))
    return pa.concat_tables(pieces)


def _fields(text: str, shape: Delimited) -> list[str]:
    """Fields of one header row."""
    if not shape.quoting:
        return text.split(shape.delimiter)
    rows = _read_records(text, shape)
    if len(rows) > 1:
        # Lines that end in a bare carriage return would make the whole file its header.
        raise UnreadableFile("the header row holds a carriage return: lines must end in \\n or \\r\\n")
    return rows[0] if rows else []


def _read_records(text: str, shape: Delimited, *, strict: bool = False) -> list[list[str]]:
    # The module's own limit on a field, 128 KiB, is process-wide; lines have a limit already.
    csv.field_size_limit(RECORD_LINE_LIMIT * LINE_LIMIT)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=shape.delimiter, strict=strict))
