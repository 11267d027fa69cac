"""A segment's file for the mail, message or ad tool.

In: the temporary table `extract_row` (extract_rows.py). Out: the bytes of one file in the segment's format.

A CSV is UTF-8 with a byte order mark, because Excel on a Chinese system reads a CSV without one as GBK; lines end in
CRLF (RFC 4180). Text whose first character would make a spreadsheet take it for a formula (OWASP, "CSV injection": = +
- @ tab and carriage return, also in their full-width forms and behind blanks and signs that do not show) starts with an
apostrophe. An E.164 phone begins with a plus and must reach the tool unharmed, so phones are written as digits with the
country code and without the plus, which ad and message tools take. Lists for other systems have no byte order mark,
because it would become part of their first header. Parquet keeps types and values as they are in the warehouse.
"""

import io
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet

from warehouse.segments.audience import CHANGE
from warehouse.segments.definition import Segment
from warehouse.segments.formats import FORMATS
from warehouse.segments.workbook import render_workbook
from warehouse.vault.keyring import key_of
from warehouse.vault.sealing import holds_private, read_private, sealed_name, write_private

FORMULA_START = r"^[\p{C}\p{Z}]*[=+\-@＝＋－＠]|^[\t\r\n]"

_STAGED = ".staged"
_PHONE_COLUMNS = {"phone"}


def render_extract(con: duckdb.DuckDBPyConnection, segment: Segment, *, day: date, folder: Path) -> bytes:
    """The file's bytes. While a workbook is put together its rows lie in `folder`, which a key forbids."""
    described = {row[0]: row[1] for row in con.execute("describe extract_row").fetchall()[2:]}
    if segment.format == "parquet":
        return _parquet(_read(con, [f'"{name}"' for name in described]))
    if segment.format == "xlsx":
        table = _read(con, [_value(name) for name in described])
        return render_workbook(table, day=day, folder=None if key_of(folder) else folder)
    if segment.format == "wecom":
        return _csv(_read(con, _tag_cells(described), {"tag": segment.tag}), mark=False)
    table = _read(con, [_cell(name, kind) for name, kind in described.items()])
    if segment.format == "tencent":
        return "".join(f"{value}\n" for value in table.column(0).unique().to_pylist()).encode()
    return _csv(table, mark=not FORMATS[segment.format].is_list)


def file_columns(con: duckdb.DuckDBPyConnection, segment: Segment) -> list[str]:
    """The columns of the file, for the log."""
    names = [row[0] for row in con.execute("describe extract_row").fetchall()[2:]]
    return (
        [*(name for name in names if name != CHANGE), "add_tag", "remove_tag"] if segment.format == "wecom" else names
    )


def extract_path(extracts: Path, segment: Segment, day: date, delta_number: int = 0) -> Path:
    """extracts/<segment>/<day>.csv; a day's deltas are <day>.delta.csv, <day>.delta-2.csv and so on."""
    delta = "" if not delta_number else ".delta" if delta_number == 1 else f".delta-{delta_number}"
    return extracts / segment.name / f"{day.isoformat()}{delta}.{FORMATS[segment.format].suffix}"


def stage_extract(file: Path, content: bytes) -> None:
    """Write the file under a name nobody looks at, for its owner alone, and sealed where a key is configured."""
    write_private(_staged(file), content, key_of(file))


def release_extract(file: Path) -> None:
    """Put what was staged in place, in one step."""
    waiting = find_extract(_staged(file))
    if waiting is None:
        raise FileNotFoundError(f"{_staged(file)} is not there")
    is_sealed = waiting != _staged(file)
    target, other = (sealed_name(file), file) if is_sealed else (file, sealed_name(file))
    waiting.replace(target)
    # The same content under the other name would be out of date.
    other.unlink(missing_ok=True)


def discard_staged(file: Path) -> None:
    """Remove what was staged and is not to leave."""
    for each in (_staged(file), sealed_name(_staged(file))):
        each.unlink(missing_ok=True)


def find_staged(folder: Path) -> dict[Path, bytes]:
    """Files a killed run staged in a folder and did not put in place, with their content; half ones are removed."""
    found: dict[Path, bytes] = {}
    for each in sorted(folder.glob(f".*{_STAGED}*")):
        if each.name.endswith(".building"):
            each.unlink()
            continue
        file = folder / each.name.partition(_STAGED)[0].removeprefix(".")
        found[file] = read_private(_staged(file), key_of(file))
    return found


def holds_extract(file: Path, content: bytes) -> bool:
    """Whether the file is there with this content."""
    return holds_private(file, content, key_of(file))


def find_extract(file: Path) -> Path | None:
    """Where the file is, sealed or not; None when it is gone."""
    return next((each for each in (sealed_name(file), file) if each.exists()), None)


def _staged(file: Path) -> Path:
    return file.with_name(f".{file.name}{_STAGED}")


def _read(con: duckdb.DuckDBPyConnection, cells: list[str], parameters: dict[str, str] | None = None) -> pa.Table:
    # The table was filled in the file's order, and DuckDB keeps it.
    query = f"select {', '.join(cells)} from extract_row"
    used = {"formula_start": FORMULA_START} if "$formula_start" in query else {}
    return con.execute(query, {**used, **(parameters or {})}).to_arrow_table()


def _csv(table: pa.Table, *, mark: bool) -> bytes:
    text: str = table.to_pandas().to_csv(index=False, lineterminator="\r\n")
    return text.encode("utf-8-sig" if mark else "utf-8")


def _parquet(table: pa.Table) -> bytes:
    target = io.BytesIO()
    pyarrow.parquet.write_table(table, target, compression="zstd")
    return target.getvalue()


def _tag_cells(described: dict[str, str]) -> list[str]:
    """A WeCom row adds the tag, or removes it from who left."""
    cells = [_cell(name, kind) for name, kind in described.items() if name != CHANGE]
    if CHANGE not in described:
        return [*cells, "$tag as add_tag", "'' as remove_tag"]
    return [*cells, f"if({CHANGE} = 'entered', $tag, '') as add_tag", f"if({CHANGE} = 'left', $tag, '') as remove_tag"]


def _value(name: str) -> str:
    return _digits(name) if name in _PHONE_COLUMNS else f'"{name}"'


def _cell(name: str, kind: str) -> str:
    # Names are columns of our own table, checked against its header, or headers of our own lists.
    if name in _PHONE_COLUMNS:
        return _digits(name)
    if kind == "VARCHAR":
        return f'if(regexp_matches("{name}", $formula_start), \'\'\'\' || "{name}", "{name}") as "{name}"'
    return f'"{name}"::varchar as "{name}"'


def _digits(name: str) -> str:
    return f"regexp_replace(\"{name}\", '[^0-9]', '', 'g') as \"{name}\""
