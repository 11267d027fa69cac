"""Where a table's header is: title rows above it, several header rows, or none.

In: the first rows as texts, each with its line. Out: rows to skip, header rows, and names where the file has none. A
cell is *typed* when it can be no header: a number, a day, an e-mail address, a JSON object. A row is a header when none
of its cells is typed where the columns below are.
"""

import re
from dataclasses import dataclass

_TYPED = re.compile(
    r"\s*['\"=]*(?:[-+$€£¥]?\s?\d[\d.,:/ TZ+%-]*|\d{4}年.*|[^@\s]+@[^@\s]+\.\w+|(?i:true|false)|https?://\S+|\{.*\})"
    r"['\"]*\s*",
    re.DOTALL,
)
_IMPORT_ID = '{"ImportId"'
_MOST_HEADERS = 3
# Share of a column's cells that are typed for it to be a typed column.
_MOSTLY = 0.8


@dataclass(frozen=True)
class Layout:
    """Settings of a table that names its columns, or gets names here."""

    skip_rows: int = 0
    header_rows: int = 1
    names: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def find_layout(grid: list[tuple[int, list[str]]]) -> Layout:
    """The layout of the rows."""
    above = _titles([row for _, row in grid])
    rows = [row for _, row in grid[above:]]
    skip = grid[above][0] - 1 if above else 0
    remarks = [f"{above} title rows above the header are skipped"] if above else []
    width = max(len(row) for row in rows)
    typed = _typed_columns(rows, width)
    headers = _header_rows(rows, typed)
    if headers == 0:
        named = "the file has no header: say what its columns are with --names, such as --names id,name,phone"
        return Layout(skip, 0, tuple(f"column_{i}" for i in range(1, width + 1)), (*remarks, named))
    if headers > 1:
        remarks.append(f"{headers} header rows")
    return Layout(skip, headers, (), tuple(remarks))


def _titles(rows: list[list[str]]) -> int:
    """Rows above the header: they fill fewer than half of the columns that the rows below do."""
    counts = [sum(bool(cell.strip()) for cell in row) for row in rows]
    usual = sorted(counts)[len(counts) // 2]
    above = 0
    while above < min(10, len(rows) - 1) and usual >= 3 and counts[above] < usual / 2:
        above += 1
    return above


def _typed_columns(rows: list[list[str]], width: int) -> list[int]:
    """Columns whose cells below the first rows are numbers, days or addresses."""
    below = rows[_MOST_HEADERS:] if len(rows) > 2 * _MOST_HEADERS else rows[1:]
    found = []
    for i in range(width):
        cells = [row[i] for row in below if i < len(row) and row[i].strip()]
        if cells and sum(is_typed(cell) for cell in cells) >= _MOSTLY * len(cells):
            found.append(i)
    return found


def _header_rows(rows: list[list[str]], typed: list[int]) -> int:
    if len(rows) > 2 and any(cell.strip().startswith(_IMPORT_ID) for cell in rows[2]):
        return 3  # Qualtrics
    count = 0
    for row in rows[: min(_MOST_HEADERS, len(rows) - 1)]:
        cells = [row[i].strip() for i in typed if i < len(row)]
        if any(is_typed(cell) for cell in cells if cell) or (count and not _continues(row, cells)):
            break
        count += 1
    if not typed:  # nothing to tell rows by: a header is what has no empty and no equal cells
        named = [cell.strip() for cell in rows[0] if cell.strip()]
        return int(len(set(named)) == len(rows[0]) and not any(is_typed(cell) for cell in named))
    return min(count, 1) if len(typed) < 2 else count


def _continues(row: list[str], cells: list[str]) -> bool:
    """A second header row leaves cells empty, as the names above hold for them, or has words where values are."""
    return any(cells) or 2 * sum(not cell.strip() for cell in row) >= len(row)


def is_typed(cell: str) -> bool:
    """True for what can be no header."""
    return bool(_TYPED.fullmatch(cell))
