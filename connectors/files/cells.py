"""The cells of one sheet of a workbook, as text: a program of its own, which workbook.py runs for each file.

In: as arguments the path, the sheet (JSON: a name, a number from 1, or null for the first visible one with data) and
the limit of memory in bytes. Out: JSON lines on standard output: {"width": columns} or {"error": reason}, then per
portion of rows {"first": row number, "columns": [[text or null, …], …]}, at last {"rows": rows of the sheet}.

It is a process of its own because the library may end it: one stray cell at the sheet's far corner asks for half a
terabyte, and the allocation that fails aborts. Importing little, it starts in a tenth of a second. A sheet has a
million rows at most, which is why a loop over its cells will do.
"""

import json
import re
import resource
import sys
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import python_calamine as calamine

CELLS_AT_ONCE = 100_000
# A sheet may take minutes, not hours.
_CPU_SECONDS = 1800
# A character that XML cannot hold, as spreadsheet programs write it.
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
# The stream in which an XLSX with a password is wrapped, as its container's directory names it.
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
Column = list[str | None]


class _Refused(ValueError):
    """The workbook cannot be used; the text says why."""


def main(path: str, sheet: str, memory: str) -> None:
    """Write the sheet's cells to standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    try:
        # Given the path, calamine would go by the file's name.
        with Path(path).open("rb") as file:
            workbook = calamine.CalamineWorkbook.from_filelike(file)
        _write(_sheet(workbook, json.loads(sheet)))
    except calamine.PasswordError:
        _say({"error": "the workbook needs a password"})
    except _Refused as refused:
        _say({"error": str(refused)})
    except BaseException:  # the library's panics are no Exception
        protected = _ENCRYPTED in Path(path).read_bytes()
        _say({"error": "the workbook needs a password" if protected else "the workbook is damaged, or is none"})


def _sheet(workbook: calamine.CalamineWorkbook, wanted: str | int | None) -> calamine.CalamineSheet | None:
    if isinstance(wanted, str):
        if wanted not in workbook.sheet_names:
            raise _Refused("the workbook has no sheet of the configured name")
        return workbook.get_sheet_by_name(wanted)
    if wanted is not None:
        if not 0 < wanted <= len(workbook.sheet_names):
            raise _Refused(f"the workbook has {len(workbook.sheet_names)} sheets, none is number {wanted}")
        return workbook.get_sheet_by_index(wanted - 1)
    tables = [each for each in workbook.sheets_metadata if each.typ is calamine.SheetTypeEnum.WorkSheet]
    tables.sort(key=lambda each: each.visible is not calamine.SheetVisibleEnum.Visible)
    sheets = (workbook.get_sheet_by_name(each.name) for each in tables)
    return next((sheet for sheet in sheets if sheet.start), None)


def _write(sheet: calamine.CalamineSheet | None) -> None:
    if sheet is None or sheet.start is None:
        _say({"width": 0})
        _say({"rows": 0})
        return
    left = sheet.start[1]
    width = left + sheet.width
    _say({"width": width})
    merged, rows, number = _Merged(sheet), sheet.iter_rows(), 0
    while portion := list(islice(rows, max(1, CELLS_AT_ONCE // width))):
        columns: list[Column] = [[None] * len(portion) for _ in range(left)]
        columns += [_texts(column) for column in zip(*portion, strict=True)]
        merged.fill(columns, number, number + len(portion))
        _say({"first": number + 1, "columns": columns})
        number += len(portion)
    _say({"rows": number})


class _Merged:
    """Cells merged over several rows: the value stands in the first row and holds for all."""

    def __init__(self, sheet: calamine.CalamineSheet) -> None:
        found = [(top, bottom, column) for (top, column), (bottom, _) in sheet.merged_cell_ranges or () if bottom > top]
        if sum(bottom - top for top, bottom, _ in found) > 2 * sheet.total_height * sheet.width:
            raise _Refused("the workbook is damaged: its merged cells overlap")
        self._waiting = sorted(found, reverse=True)
        self._open: list[tuple[int, int, str | None]] = []

    def fill(self, columns: list[Column], first: int, end: int) -> None:
        """Fill the rows from `first` up to `end`, which are those in hand."""
        still_open = []
        for bottom, column, value in self._open:
            self._down(columns[column], value, first, first, min(bottom + 1, end))
            still_open += [(bottom, column, value)] if bottom >= end else []
        while self._waiting and self._waiting[-1][0] < end:
            top, bottom, column = self._waiting.pop()
            if column < len(columns):
                value = columns[column][top - first]
                self._down(columns[column], value, first, top, min(bottom + 1, end))
                still_open += [(bottom, column, value)] if bottom >= end else []
        self._open = still_open

    @staticmethod
    def _down(column: Column, value: str | None, first: int, start: int, end: int) -> None:
        column[start - first : end - first] = [value] * (end - start)


def _texts(column: tuple[Any, ...]) -> Column:
    return [_TEXT[type(cell)](cell) for cell in column]


def _plain(cell: str) -> str | None:
    if "_x" in cell:
        cell = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), cell).encode("utf-8", errors="replace").decode()
    return cell or None


def _number(cell: float) -> str:
    """A whole number without .0 or exponent; others with the 15 digits that spreadsheet programs show."""
    if cell.is_integer():
        return str(int(Decimal(repr(cell))))
    return f"{Decimal(f'{cell:.15g}'):f}"


def _span(cell: timedelta) -> str:
    """Hours, minutes and seconds; more than a day is more than 24 hours."""
    seconds = round(cell.total_seconds())
    sign, seconds = ("-" if seconds < 0 else ""), abs(seconds)
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


_TEXT: dict[type, Callable[[Any], str | None]] = {
    str: _plain,
    bool: lambda cell: "true" if cell else "false",
    int: str,
    float: _number,
    date: date.isoformat,
    datetime: lambda cell: cell.isoformat(sep=" "),
    time: time.isoformat,
    timedelta: _span,
}


def _say(message: dict[str, Any]) -> None:
    json.dump(message, sys.stdout)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
