"""Records of a delimited file to columns.

In: a table (`_line`, `text`) with one record per row, and the header. Out: one chunk. pyarrow parses what is quoted;
each record carries its line number as an extra first field, so that accepted and refused rows keep it.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from connectors.files.chunk import Chunk, rejects
from connectors.files.header import Header

# The width of a record whose fields cannot be told.
_BROKEN = -1
# So many empty fields past the header's are looked at; a row with more is refused unseen.
_SPARE = 50


def parse_fields(records: pa.Table, header: Header, delimiter: str, *, quoting: bool) -> Chunk:
    """Fields of the records; a record with another number of fields than the header is a reject.

    Fields too many that are empty are no difference, nor are missing ones whose columns have no name: programs
    disagree on delimiters at the end of a row.
    """
    names = header.names()
    parse = partial(_parse_width, delimiter=delimiter, quoting=quoting)
    whole = parse(records, names)
    rows, refused = [whole.rows], [rejects([], [], [])]
    for width in sorted(set(whole.widths)):
        others = records.filter(pc.is_in(records["_line"], pa.array(whole.lines_of(width), pa.int64())))
        if header.needed() <= width <= len(names) + _SPARE:
            again = parse(others, [*names[:width], *_beyond(names, width)]).rows
            again, others = _split_empty(again, others, names[:width])
            rows.append(again)
        texts = others["text"].to_pylist()
        reasons = [_reason(width, len(names), text) for text in texts]
        refused.append(rejects(others["_line"].to_pylist(), reasons, texts))
    read = pa.concat_tables(rows, promote_options="default")
    # Columns without a row are none: a header that swallowed the whole file would make thousands of them.
    read = read if len(read) else read.select(["_line"])
    return Chunk(read, pa.concat_tables(refused).sort_by("line"), len(records))


def _reason(found: int, expected: int, text: str) -> str:
    if found != _BROKEN:
        return f"{found} fields where the header has {expected}"
    return "a carriage return outside quotes" if "\r" in text else "quotes that do not pair up"


def _beyond(names: list[str], width: int) -> list[str]:
    """Names for fields past the header's, like none of the header's."""
    longest = max(len(name) for name in names)
    return [f"{'_' * (longest + 1)}{i}" for i in range(len(names), width)]


def _split_empty(rows: pa.Table, records: pa.Table, names: list[str]) -> tuple[pa.Table, pa.Table]:
    """Of rows with fields past `names`, those where all of these are empty; and the records of the others."""
    keep = np.ones(len(rows), dtype=bool)
    for column in rows.column_names[len(names) + 1 :]:
        keep &= rows[column].is_null().to_numpy()
    kept = rows.filter(pa.array(keep)).select(["_line", *names])
    return kept, records.filter(pc.invert(pc.is_in(records["_line"], kept["_line"].combine_chunks())))


@dataclass(frozen=True)
class _Parsed:
    """Rows of one width, and the lines and widths of the records of others."""

    rows: pa.Table
    lines: list[int]
    widths: list[int]

    def lines_of(self, width: int) -> list[int]:
        return [line for line, found in zip(self.lines, self.widths, strict=True) if found == width]


def _parse_width(records: pa.Table, names: list[str], *, delimiter: str, quoting: bool) -> _Parsed:
    """The records that have as many fields as there are names.

    pyarrow gives up on a whole block when a record's quoting confuses it, and ends a row at a carriage return outside
    quotes; halving isolates such records.
    """
    if not quoting:
        return _cut_block(records, names, delimiter)
    try:
        return _parse_block(records, names, delimiter)
    except pa.ArrowInvalid:
        if len(records) == 1:
            return _Parsed(_no_rows(names), [records["_line"][0].as_py()], [_BROKEN])
        half = len(records) // 2
        left, right = (
            _parse_width(part, names, delimiter=delimiter, quoting=quoting)
            for part in (records.slice(0, half), records.slice(half))
        )
        return _Parsed(
            pa.concat_tables([left.rows, right.rows], promote_options="default"),
            left.lines + right.lines,
            left.widths + right.widths,
        )


def _no_rows(names: list[str]) -> pa.Table:
    return pa.schema([("_line", pa.int64()), *((name, pa.string()) for name in names)]).empty_table()


def _cut_block(records: pa.Table, names: list[str], delimiter: str) -> _Parsed:
    """Fields of records without quoting."""
    fields = pc.split_pattern(records["text"].combine_chunks(), delimiter)
    widths = pc.list_value_length(fields).to_numpy()
    fits = widths == len(names)
    values = fields.filter(pa.array(fits)).flatten()
    flat = pc.if_else(pc.equal(values, ""), None, values).cast(pa.string())
    columns = [flat.take(pa.array(np.arange(i, len(flat), len(names)))) for i in range(len(names))]
    numbers = records["_line"].to_numpy()
    rows = pa.table([pa.array(numbers[fits]), *columns], names=["_line", *names])
    return _Parsed(rows, numbers[~fits].tolist(), widths[~fits].tolist())


def _parse_block(records: pa.Table, names: list[str], delimiter: str) -> _Parsed:
    prefixed = pc.binary_join_element_wise(
        pc.cast(records["_line"], pa.large_string()), records["text"], pa.scalar(delimiter, pa.large_string())
    )
    data = "\n".join(prefixed.to_pylist()).encode("utf-8") + b"\n"
    lines: list[int] = []
    widths: list[int] = []

    def refuse(row: pyarrow.csv.InvalidRow) -> str:
        number = row.text.partition(delimiter)[0]
        # pyarrow swallows an error raised here, after printing the row; what is no line number is noticed below.
        lines.append(int(number) if number.isascii() and number.isdigit() else _BROKEN)
        widths.append(row.actual_columns - 1)
        return "skip"

    table = pyarrow.csv.read_csv(
        pa.BufferReader(data),
        read_options=pyarrow.csv.ReadOptions(
            use_threads=False, column_names=["_line", *names], block_size=len(data) + 1
        ),
        parse_options=pyarrow.csv.ParseOptions(
            delimiter=delimiter, newlines_in_values=True, invalid_row_handler=refuse, ignore_empty_lines=False
        ),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types={"_line": pa.int64(), **dict.fromkeys(names, pa.string())},
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        ),
    )
    numbers = np.sort(np.concatenate((table["_line"].to_numpy(), lines)))
    if not np.array_equal(numbers, np.sort(records["_line"].to_numpy())):
        raise pa.ArrowInvalid("pyarrow found other rows than the records")
    return _Parsed(table, lines, widths)
