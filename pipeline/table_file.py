"""A table somebody hands us: a CSV or Parquet file with unknown columns.

In: a path. Out: a temporary table of text columns, blank text missing, names without blanks around them. A row that
cannot be read is an error that names its line: whoever brought the file can mend it, and guessing would lose records.
"""

import codecs
import csv
import gzip
from pathlib import Path

import duckdb
import pyarrow as pa

from connectors.files.chunk import UnreadableFile
from connectors.files.delimited import Delimited
from connectors.files.objects import column_names
from connectors.files.reading import read_file
from pipeline.values import count_rows
from warehouse.raw import quoted

_DELIMITERS = ",;\t|"
_OTHER_KINDS = {
    **dict.fromkeys((".xlsx", ".xls", ".ods"), "a spreadsheet: save the sheet as CSV (UTF-8)"),
    **dict.fromkeys((".json", ".ndjson", ".jsonl"), "JSON: write it as CSV or Parquet"),
}


class TableError(ValueError):
    """A file is no table we can read; the text says what to change and quotes no value."""


def load_table(con: duckdb.DuckDBPyConnection, table: str, path: Path, encoding: str = "utf-8") -> list[str]:
    """Make the temporary `table` of the file's rows; returns its column names. TableError says what is wrong."""
    if not path.is_file():
        raise TableError(f"{path} is a folder, not a file" if path.is_dir() else f"{path} does not exist")
    if kind := _OTHER_KINDS.get(path.suffix.lower()):
        raise TableError(f"{path} is {kind}")
    if _starts_with(path, b"PAR1") or path.suffix.lower() in {".parquet", ".pq"}:
        names = _load_parquet(con, table, path)
    else:
        names = _load_delimited(con, table, path, encoding)
    if not names or not count_rows(con, table):
        raise TableError(f"{path} holds no rows: it needs a header line and one line per record")
    return names


def _starts_with(path: Path, *magic: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(8).startswith(magic)


def _load_parquet(con: duckdb.DuckDBPyConnection, table: str, path: Path) -> list[str]:
    try:
        described = con.execute("describe select * from read_parquet($path)", {"path": str(path)}).fetchall()
        found = [row[0] for row in described]
        names = column_names(found)
        texts = ", ".join(f"{_text(name)} as {quoted(new)}" for name, new in zip(found, names, strict=True))
        con.execute(
            f"create or replace temp table {table} as select {texts} from read_parquet($path)", {"path": str(path)}
        )
    except duckdb.Error:
        raise TableError(f"{path} is not a readable Parquet file") from None
    return names


def _load_delimited(con: duckdb.DuckDBPyConnection, table: str, path: Path, encoding: str) -> list[str]:
    shape = Delimited(_known(encoding), _delimiter(path, encoding))
    con.execute(f"drop table if exists temp.{table}")
    names: list[str] = []
    try:
        for chunk in read_file(con, path, shape):
            if len(chunk.rejects):
                raise _refusal(path, shape, chunk.rejects)
            if len(chunk.rows):
                names = [name for name in chunk.rows.column_names if name != "_line"]
                _append(con, table, names, chunk.rows)
    except UnreadableFile as error:
        raise TableError(f"{path}: {error}{_hint(str(error), shape)}") from None
    return names


def _append(con: duckdb.DuckDBPyConnection, table: str, names: list[str], rows: pa.Table) -> None:
    texts = ", ".join(f"{_text(name)} as {quoted(name)}" for name in names)
    con.register("_table_rows", rows)
    con.execute(f"create temp table if not exists {table} as select {texts} from _table_rows limit 0")
    con.execute(f"insert into {table} select {texts} from _table_rows")
    con.unregister("_table_rows")


def _text(name: str) -> str:
    return f"nullif(trim({quoted(name)}::varchar), '')"


def _known(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
    except LookupError:
        raise TableError(f"no encoding is called {encoding!r}; usual ones are utf-8, gb18030 and cp1252") from None
    if name.startswith(("utf-16", "utf-32")):
        raise TableError(f"{encoding} cannot be read line by line: save the file as UTF-8")
    # Excel's "CSV UTF-8" begins with a byte order mark, which the reader drops by itself.
    return "utf-8" if name in ("utf-8", "utf-8-sig") else name


def _delimiter(path: Path, encoding: str) -> str:
    """The separator that cuts the header line into most columns; a comma when none does."""
    if _starts_with(path, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        raise TableError(f"{path} is UTF-16 text: save it as UTF-8")
    opener = gzip.open if _starts_with(path, b"\x1f\x8b") else Path.open
    with opener(path, "rb") as file:
        first = next((line for line in file if line.strip()), b"").decode(encoding, errors="replace")
    columns = {each: len(next(csv.reader([first], delimiter=each), [])) for each in _DELIMITERS}
    return max(_DELIMITERS, key=lambda each: (columns[each], -_DELIMITERS.index(each)))


def _refusal(path: Path, shape: Delimited, refused: pa.Table) -> TableError:
    line, reason = refused["line"][0].as_py(), refused["reason"][0].as_py()
    more = f" ({len(refused):,} such lines)" if len(refused) > 1 else ""
    return TableError(f"{path}, line {line}: {reason}{more}{_hint(reason, shape)}")


def _hint(reason: str, shape: Delimited) -> str:
    if "not valid" in reason:
        return "; name the file's encoding with --encoding, such as gb18030 or cp1252, or save it as UTF-8"
    return "; mend that line" if "fields" in reason or "quote" in reason else ""
