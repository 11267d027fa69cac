"""Parquet files: every column as text, `_line` the row's position from 1."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from connectors.files.chunk import Chunk, UnreadableFile, rejects
from connectors.files.objects import column_names


@dataclass(frozen=True)
class Columnar:
    """Parquet needs no settings."""


def read_columnar(con: duckdb.DuckDBPyConnection, path: Path) -> Chunk:
    """All rows of the file; UnreadableFile when it is not Parquet."""
    try:
        described = con.execute("describe select * from read_parquet($path)", {"path": str(path)}).fetchall()
        counted = con.execute("select sum(num_rows) from parquet_file_metadata($path)", {"path": str(path)}).fetchone()
        columns = [row[0] for row in described]
        selected = ", ".join(
            f'nullif("{column.replace(chr(34), chr(34) * 2)}"::varchar, \'\') as "{name.replace(chr(34), chr(34) * 2)}"'
            for column, name in zip(columns, column_names(columns), strict=True)
        )
        rows = con.execute(
            f"select file_row_number + 1 as _line, {selected} from read_parquet($path, file_row_number = true)",
            {"path": str(path)},
        ).to_arrow_table()
    except duckdb.Error:
        raise UnreadableFile("not a readable Parquet file") from None
    return Chunk(rows, rejects([], [], []), int(counted[0]) if counted and counted[0] is not None else 0)
