"""Raw tables: one per source stream, text columns that grow when a delivery brings new ones."""

import re
from datetime import datetime

import duckdb
import pyarrow as pa

_VERSION = re.compile(r"v(\d+)\.(\d+)")


def raw_table(source: str, stream: str) -> str:
    """Qualified, quoted name of a stream's raw table."""
    return f"raw.{quoted(f'{source}_{stream}')}"


def quoted(name: str) -> str:
    """An identifier in double quotes."""
    return '"' + name.replace('"', '""') + '"'


def folded(name: str) -> str:
    """A column's name as DuckDB compares names: ASCII letters without case, all others as they are."""
    return name.encode("utf-8").lower().decode("utf-8")


def ensure_raw_table(con: duckdb.DuckDBPyConnection, source: str, stream: str, columns: list[str]) -> list[str]:
    """Create the table or add the columns it lacks; returns the names that were added to an existing table."""
    table = raw_table(source, stream)
    present = {folded(name) for name in raw_columns_of(con, source, stream)}
    added = [name for name in columns if folded(name) not in present]
    kind = _text_kind(con) if added else ""
    if not present:
        own = "_batch_id varchar not null, _line bigint not null, _loaded_at timestamp"
        con.execute(f"create table {table} ({', '.join([own, *(f'{quoted(name)} {kind}' for name in added)])})")
        return []
    for name in added:
        con.execute(f"alter table {table} add column {quoted(name)} {kind}")
    return added


def _text_kind(con: duckdb.DuckDBPyConnection) -> str:
    """The type of a raw column. Zstandard stores JSON in a third of the space and half of the time that DuckDB's choice
    takes; files of a storage version that lacks it would hold the text as it is."""
    row = con.execute("select tags['storage_version'] from duckdb_databases() where database_name = current_database()")
    found = _VERSION.match((row.fetchone() or ("",))[0] or "")
    knows_zstd = found is not None and tuple(int(part) for part in found.groups()) >= (1, 2)
    return "varchar using compression zstd" if knows_zstd else "varchar"


def raw_columns_of(con: duckdb.DuckDBPyConnection, source: str, stream: str) -> list[str]:
    """Columns of the raw table, empty when there is none."""
    try:
        # Forty times as fast as information_schema.columns, which looks at every column of every table.
        rows = con.execute(f"describe {raw_table(source, stream)}").fetchall()
    except duckdb.CatalogException:
        return []
    return [row[0] for row in rows]


def append_raw(
    con: duckdb.DuckDBPyConnection, source: str, stream: str, rows: pa.Table, batch_id: str, loaded_at: datetime
) -> int:
    """Append rows (`_line` and text columns the table already has); returns how many."""
    names = [name for name in rows.column_names if name != "_line"]
    con.register("_raw_rows", rows)
    try:
        return append_query(con, source, stream, names, "select * from _raw_rows", {}, batch_id, loaded_at)
    finally:
        con.unregister("_raw_rows")


def append_query(
    con: duckdb.DuckDBPyConnection,
    source: str,
    stream: str,
    names: list[str],
    query: str,
    parameters: dict[str, object],
    batch_id: str,
    loaded_at: datetime,
) -> int:
    """Append what a query yields (`_line` and the text columns `names`, which the table has); returns its rows."""
    listed = "".join(f", {quoted(name)}" for name in names)
    row = con.execute(
        f"""
        insert into {raw_table(source, stream)} (_batch_id, _line, _loaded_at{listed})
        select $batch_id, _line, $loaded_at{listed} from ({query})
        """,
        {**parameters, "batch_id": batch_id, "loaded_at": loaded_at},
    ).fetchone()
    return int(row[0]) if row else 0
