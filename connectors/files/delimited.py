"""CSV and its relatives: header rows, quoted line breaks, ragged rows, any encoding.

In: an open binary file. Out: chunks of text rows with the line each record starts on. Records are found first (a line
opens a record when the number of quotes before it is even, RFC 4180), then pyarrow parses the fields; each record
carries its line number as an extra first field, so that accepted and refused rows keep it.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from connectors.files.chunk import Chunk, UnreadableFile, rejected_only, rejects
from connectors.files.lines import BLOCK_BYTES, LINE_LIMIT, read_lines, without_blank
from connectors.files.objects import column_names

# A quoted field may hold line breaks, but not this many: beyond it the quote was a stray one.
RECORD_LINE_LIMIT = 200


@dataclass(frozen=True)
class Delimited:
    """How a system writes its tables. With several header rows, a name left empty above is taken from below."""

    encoding: str = "utf-8"
    delimiter: str = ","
    header_rows: int = 1


@dataclass
class _Header:
    """Header rows met so far."""

    rows: list[list[str]] = field(default_factory=list)

    @property
    def width(self) -> int:
        """Fields of the first header row; 0 before it is known."""
        return len(self.rows[0]) if self.rows else 0

    def names(self) -> list[str]:
        """One name per field."""
        filled = [
            next((row[i].strip() for row in self.rows if i < len(row) and row[i].strip()), f"column_{i + 1}")
            for i in range(len(self.rows[0]))
        ]
        return column_names(filled)


def read_delimited(file: BinaryIO, shape: Delimited, block_bytes: int = BLOCK_BYTES) -> Iterator[Chunk]:
    """Yield chunks of text rows; empty fields are null. UnreadableFile when the header itself does not decode."""
    header, carry = _Header(), None
    for block in chain(read_lines(file, shape.encoding, block_bytes, keep_blank=True), [None]):
        if block is not None:
            _check_header(header, shape, block)
            yield rejected_only(block.rejects)
        pieces = [part for part in (carry, block.rows if block else None) if part is not None]
        if not pieces:
            continue
        grouped = _group(pa.concat_tables(pieces), shape, header.width, last=block is None)
        records, carry = grouped.records, grouped.carry
        yield rejected_only(grouped.rejects)
        while len(header.rows) < shape.header_rows and len(records):
            header.rows.append(_fields(records["text"][0].as_py(), shape))
            records = records.slice(1)
        if len(records):
            yield _parse(records, header.names(), shape)
    if 0 < len(header.rows) < shape.header_rows:
        raise UnreadableFile(f"the file ends inside its {shape.header_rows} header rows")


def _check_header(header: _Header, shape: Delimited, block: Chunk) -> None:
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


def _group(lines: pa.Table, shape: Delimited, width: int, *, last: bool) -> _Grouped:
    """Join lines into records; the lines of a record that is still open at the end are carried over.

    The loop runs once per record of several lines, never over the single-line ones.
    """
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
        if end is not None and end - start < RECORD_LINE_LIMIT and _is_record(texts, start, end, shape, width):
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


def _is_record(texts: pa.Array, start: int, end: int, shape: Delimited, width: int) -> bool:
    text = "\n".join(texts.slice(start, end - start + 1).to_pylist())
    rows = _read_records(text, shape)
    return len(rows) == 1 and (not width or len(rows[0]) == width)


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
    rows = _read_records(text, shape)
    if len(rows) > 1:
        # Lines that end in a bare carriage return would make the whole file its header.
        raise UnreadableFile("the header row holds a carriage return: lines must end in \\n or \\r\\n")
    return rows[0] if rows else []


def _read_records(text: str, shape: Delimited, *, strict: bool = False) -> list[list[str]]:
    # The module's own limit on a field, 128 KiB, is process-wide; lines have a limit already.
    csv.field_size_limit(RECORD_LINE_LIMIT * LINE_LIMIT)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=shape.delimiter, strict=strict))


def _parse(records: pa.Table, names: list[str], shape: Delimited) -> Chunk:
    """Fields of the records; a record with another number of fields than the header is a reject.

    pyarrow gives up on a whole block when a record's quoting confuses it, and ends a row at a carriage return outside
    quotes; halving isolates such records, which are rejects too.
    """
    try:
        return _parse_block(records, names, shape)
    except pa.ArrowInvalid:
        if len(records) == 1:
            line, text = records["_line"][0].as_py(), records["text"][0].as_py()
            reason = "a carriage return outside quotes" if "\r" in text else "quotes that do not pair up"
            return rejected_only(rejects([line], [reason], [text]))
        half = len(records) // 2
        left, right = _parse(records.slice(0, half), names, shape), _parse(records.slice(half), names, shape)
        rows = pa.concat_tables([left.rows, right.rows], promote_options="default")
        refused = pa.concat_tables([left.rejects, right.rejects])
        return Chunk(rows, refused, left.delivered + right.delivered)


def _parse_block(records: pa.Table, names: list[str], shape: Delimited) -> Chunk:
    prefixed = pc.binary_join_element_wise(
        pc.cast(records["_line"], pa.large_string()), records["text"], pa.scalar(shape.delimiter, pa.large_string())
    )
    data = "\n".join(prefixed.to_pylist()).encode("utf-8") + b"\n"
    refused: list[tuple[int, str, str]] = []

    def refuse(row: pyarrow.csv.InvalidRow) -> str:
        number, _, text = row.text.partition(shape.delimiter)
        found, expected = row.actual_columns - 1, row.expected_columns - 1
        # pyarrow swallows an error raised here, after printing the row; what is no line number is noticed below.
        refused.append(
            (
                int(number) if number.isascii() and number.isdigit() else -1,
                f"{found} fields where the header has {expected}",
                text,
            )
        )
        return "skip"

    table = pyarrow.csv.read_csv(
        pa.BufferReader(data),
        read_options=pyarrow.csv.ReadOptions(
            use_threads=False, column_names=["_line", *names], block_size=len(data) + 1
        ),
        parse_options=pyarrow.csv.ParseOptions(
            delimiter=shape.delimiter, newlines_in_values=True, invalid_row_handler=refuse, ignore_empty_lines=False
        ),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types={"_line": pa.int64(), **dict.fromkeys(names, pa.string())},
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        ),
    )
    numbers = np.sort(np.concatenate((table["_line"].to_numpy(), [line for line, _, _ in refused])))
    if not np.array_equal(numbers, np.sort(records["_line"].to_numpy())):
        raise pa.ArrowInvalid("pyarrow found other rows than the records")
    parts = list(zip(*refused, strict=True)) or [(), (), ()]
    return Chunk(table, rejects(*(list(part) for part in parts)), len(records))
