"""A table as a workbook.

In: a table. Out: the bytes of an .xlsx file of one sheet: a header, text as text (a cell that looks like a formula or a
link is neither), numbers as numbers, days and times as such. The same table gives the same bytes.
"""

import io
import shutil
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import xlsxwriter  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from warehouse.segments.errors import SegmentError

# Excel's own limit, less the header.
MAX_ROWS = 1_048_575
# Days before it have no number in Excel and would all become the same one; they are written as text.
_FIRST_YEAR = 1900
_WIDTH = 18
_WAITING = ".building-"
_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd",
}


def render_workbook(table: pa.Table, *, day: date, folder: Path | None) -> bytes:
    """The file's bytes.

    Rows wait in a private directory under `folder`, so that a long list needs little memory; without one in memory.
    """
    if table.num_rows > MAX_ROWS:
        raise SegmentError(f"format xlsx holds {MAX_ROWS:,} rows at most: choose csv or parquet")
    if folder is None:
        return _render(table, day, {"in_memory": True})
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob(f"{_WAITING}*"):  # by a killed run: only one at a time writes extracts
        shutil.rmtree(left, ignore_errors=True)
    with TemporaryDirectory(dir=folder, prefix=_WAITING) as waiting:
        return _render(table, day, {"constant_memory": True, "tmpdir": waiting})


def _render(table: pa.Table, day: date, options: dict[str, object]) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {**_OPTIONS, **options}) as book:
        # The day in place of the clock.
        book.set_properties({"created": datetime(day.year, day.month, day.day)})
        text = book.add_format({"num_format": "@"})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet = book.add_worksheet("members")
        sheet.set_column(0, max(table.num_columns - 1, 0), _WIDTH)
        sheet.freeze_panes(1, 0)
        _write(sheet, table, text, moment)
    return target.getvalue()


def _write(sheet: Worksheet, table: pa.Table, text: object, moment: object) -> None:
    for place, name in enumerate(table.column_names):
        sheet.write_string(0, place, name, text)
    columns = [_writable(column) for column in table.columns]
    # xlsxwriter takes one cell at a time, row by row.
    for line, row in enumerate(zip(*columns, strict=True), start=1):
        for place, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(line, place, value, text)
            elif isinstance(value, datetime) and value.year >= _FIRST_YEAR:
                sheet.write_datetime(line, place, value, moment)
            elif isinstance(value, date) and value.year < _FIRST_YEAR:
                sheet.write_string(line, place, value.isoformat(), text)
            elif value is not None:
                sheet.write(line, place, value)


def _writable(column: pa.ChunkedArray) -> list[object]:
    if pa.types.is_decimal(column.type):
        return column.cast(pa.float64()).to_pylist()
    if pa.types.is_timestamp(column.type):
        return column.cast(pa.timestamp("us")).to_pylist()
    return column.to_pylist()
