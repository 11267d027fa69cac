"""Parquet files: every column as text, `_line` the row's position from 1; structs, lists and maps as JSON.

In: a path. Out: chunks. A database of its own reads the file: an error inside the pipeline's transaction would abort
it, and what hostile bytes do to a reader stays there.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from connectors.files.chunk import Chunk, UnreadableFile, rejects
from connectors.files.header import MOST_COLUMNS
from connectors.files.objects import column_names

ROWS_AT_ONCE = 100_000
# Types whose text is DuckDB's own way of writing them, which nothing else reads.
_NESTED = re.compile(r"(STRUCT|MAP|UNION)\(|.*\[\d*\]$", re.DOTALL)


@dataclass(frozen=True)
class Columnar:
    """Parquet needs no settings."""


def read_columnar(path: Path) -> Iterator[Chunk]:
    """The rows of the file; UnreadableFile when it is not Parquet, or where it is damaged."""
    try:
        with duckdb.connect(config={"threads": 1, "preserve_insertion_order": True}) as con:
            yield from _chunks(con, str(path))
    except duckdb.Error:
        raise UnreadableFile("not a readable Parquet file") from None


def _chunks(con: duckdb.DuckDBPyConnection, path: str) -> Iterator[Chunk]:
    described = con.execute("describe select * from read_parquet($path)", {"path": path}).fetchall()
    columns = [row[0] for row in described]
    nested = {row[0] for row in described if _NESTED.match(row[1])}
    if len(columns) > MOST_COLUMNS:
        raise UnreadableFile(f"the file has {len(columns):,} columns; more than {MOST_COLUMNS:,} are no table")
    counted = con.execute("select sum(num_rows) from parquet_file_metadata($path)", {"path": path}).fetchone()
    delivered = int(counted[0]) if counted and counted[0] is not None else 0
    selected = ", ".join(
        f"nullif({_text(column, nested)}, '') as {_quoted(name)}"
        for column, name in zip(columns, column_names(columns), strict=True)
    )
    batches = con.execute(
        f"select file_row_number + 1 as _line, {selected} from read_parquet($path, file_row_number = true)",
        {"path": path},
    ).to_arrow_reader(ROWS_AT_ONCE)
    read = 0
    for batch in batches:
        read += len(batch)
        yield Chunk(pa.Table.from_batches([batch]), rejects([], [], []), len(batch))
    if read != delivered:
        raise UnreadableFile(f"{read:,} rows found where the file says it has {delivered:,}")


def _text(column: str, nested: set[str]) -> str:
    return f"to_json({_quoted(column)})::varchar" if column in nested else f"{_quoted(column)}::varchar"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
