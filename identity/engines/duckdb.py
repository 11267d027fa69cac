"""DuckDB as the engine: columns of a query to numpy or Arrow and back into temporary tables.

Everything that knows how data enters and leaves the database is here, so that a second engine replaces one file.
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from identity.errors import InputError

INCOMING = "_identity_incoming"


def read_columns(con: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    """Column names of a table or view with their DuckDB types, in order."""
    try:
        rows = con.execute(f"describe {table}").fetchall()
    except duckdb.CatalogException as error:
        raise InputError(f"there is no table or view named {table}") from error
    return {str(row[0]).lower(): str(row[1]) for row in rows}


def read_arrow(con: duckdb.DuckDBPyConnection, query: str) -> pa.Table:
    """Result of a query as an Arrow table."""
    return con.sql(query).to_arrow_table()


def read_numpy(
    con: duckdb.DuckDBPyConnection, query: str, parameters: Mapping[str, object] | None = None
) -> dict[str, npt.NDArray[np.generic]]:
    """Result of a query without nulls as one numpy array per column.

    Of a relation, because that is computed as a whole before it is fetched: what `execute` gives is streamed through a
    buffer, and a large result of several pipelines can wait there for itself for ever (DuckDB 1.5, issue 22215).
    """
    found = con.sql(query, params=dict(parameters) if parameters else None)
    return {name: np.asarray(values) for name, values in found.fetchnumpy().items()}


def write_table(con: duckdb.DuckDBPyConnection, name: str, data: pa.Table) -> None:
    """A temporary table of that name with the rows of an Arrow table, in their order."""
    con.register(INCOMING, data)
    try:
        con.execute(f"create or replace temp table {name} as select * from {INCOMING}")
    finally:
        con.unregister(INCOMING)


def drop_tables(con: duckdb.DuckDBPyConnection, *names: str) -> None:
    """Drop temporary tables that were only needed on the way."""
    for name in names:
        con.execute(f"drop table if exists temp.{name}")
