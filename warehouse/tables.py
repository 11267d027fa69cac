"""The warehouse's tables: one SQL file each, in sql/<schema>/<table>.sql.

A file opens with a header (`-- schema.table: purpose`, `-- grain:`, `-- columns:` with one line per column). What
follows is either a `create table if not exists`, for tables that keep state, or one `select`, for tables derived
anew on every run.
"""

import re
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import duckdb

SQL_DIRECTORY = Path(__file__).parent / "sql"
SCHEMAS = ("raw", "standard", "identity", "customer", "mart", "segment", "ops")

_TITLE = re.compile(r"^-- (?P<schema>\w+)\.(?P<name>\w+): (?P<purpose>.+)$")
_TABLE_NAME = re.compile(r"\b[a-z]+\.[a-z0-9_]+\b")
_COLUMN = re.compile(r"^--   (?P<column>\w+): (?P<comment>.+)$")


class TableFileError(ValueError):
    """A file under warehouse/sql does not have the header or the statement it must have."""


@dataclass(frozen=True)
class TableFile:
    """One table: its name, what its header says, and its statement."""

    schema: str
    name: str
    purpose: str
    grain: str
    columns: dict[str, str]
    statement: str

    @property
    def full_name(self) -> str:
        """schema.table"""
        return f"{self.schema}.{self.name}"

    @property
    def keeps_state(self) -> bool:
        """True for tables created once and changed, False for tables derived anew by a select."""
        return self.statement.lower().startswith("create table if not exists")

    @property
    def path(self) -> Path:
        """Where its file is."""
        return SQL_DIRECTORY / self.schema / f"{self.name}.sql"

    @property
    def reads(self) -> set[str]:
        """Full names of the tables with a file that the statement mentions."""
        return {name for name in _TABLE_NAME.findall(self.statement) if name in table_files()} - {self.full_name}


@cache
def table_files() -> dict[str, TableFile]:
    """Every table file by full name, in path order."""
    files = (parse_table_file(path) for path in sorted(SQL_DIRECTORY.glob("*/*.sql")))
    return {file.full_name: file for file in files}


def parse_table_file(path: Path) -> TableFile:
    """Read one table file; TableFileError says which part of the header is wrong."""
    lines = path.read_text(encoding="utf-8").splitlines()
    title = _TITLE.match(lines[0]) if lines else None
    if title is None or (title["schema"], title["name"]) != (path.parent.name, path.stem):
        raise TableFileError(f"{path.name}: the first line must read `-- {path.parent.name}.{path.stem}: purpose`")
    header = [line for line in lines if line.startswith("--")]
    grain = next((line.removeprefix("-- grain: ") for line in header if line.startswith("-- grain: ")), None)
    if grain is None:
        raise TableFileError(f"{path.name}: no `-- grain:` line")
    columns = {match["column"]: match["comment"] for line in header if (match := _COLUMN.match(line))}
    statement = "\n".join(line for line in lines if not line.startswith("--")).strip().rstrip(";")
    return TableFile(title["schema"], title["name"], title["purpose"], grain, columns, statement)


def create_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Create the schemas and the tables that keep state, where they are missing, and their columns that are."""
    for schema in SCHEMAS:
        con.execute(f"create schema if not exists {schema}")
    for file in table_files().values():
        if file.keeps_state:
            con.execute(file.statement)
    _add_missing_columns(con)


def _add_missing_columns(con: duckdb.DuckDBPyConnection) -> None:
    """Bring tables that an earlier version created to today's statements; see `add_columns`."""
    existing: dict[str, set[str]] = {}
    rows = con.execute(
        "select schema_name, table_name, column_name from duckdb_columns() where database_name = current_database()"
    ).fetchall()
    for schema, table, column in rows:
        existing.setdefault(f"{schema}.{table}", set()).add(column)
    for name, file in table_files().items():
        if file.keeps_state and set(file.columns) - existing[name]:
            add_columns(con, file)


def add_columns(con: duckdb.DuckDBPyConnection, file: TableFile) -> list[str]:
    """Add the columns that `file`'s statement has and its table in `con` lacks; returns their names.

    A new column is filled with its default. DuckDB adds no constraint together with a column, so `not null` follows,
    and a column without a default must allow nulls. New columns belong at the end of the statement, because that is
    where they come to stand in a table that exists.
    """
    twin = f"{file.name}_as_stated"
    con.execute(re.sub(rf"^create table if not exists {re.escape(file.full_name)}\b", f"create temp table {twin}",
                       file.statement, flags=re.IGNORECASE))  # fmt: skip
    try:
        missing = con.execute(
            """
            select column_name, data_type, column_default, is_nullable from duckdb_columns()
            where database_name = 'temp' and table_name = $twin and column_name not in (
                select column_name from duckdb_columns()
                where database_name = current_database() and schema_name = $schema and table_name = $table
            )
            order by column_index
            """,
            {"twin": twin, "schema": file.schema, "table": file.name},
        ).fetchall()
    finally:
        con.execute(f"drop table temp.{twin}")
    for name, kind, default, is_nullable in missing:
        if default is None and not is_nullable:
            raise TableFileError(f"{file.full_name}: the new column {name} needs a default or must allow nulls")
        filled = f" default {default}" if default is not None else ""
        con.execute(f'alter table {file.full_name} add column "{name}" {kind}{filled}')
        if not is_nullable:
            con.execute(f'alter table {file.full_name} alter column "{name}" set not null')
    return [row[0] for row in missing]


def order_derived(schemas: tuple[str, ...]) -> tuple[str, ...]:
    """The tables of `schemas` that a select derives, each after those its select reads; TableFileError on a circle."""
    chosen = {name: file for name, file in table_files().items() if file.schema in schemas and not file.keeps_state}
    sorter = TopologicalSorter({name: sorted(file.reads & set(chosen)) for name, file in chosen.items()})
    try:
        return tuple(sorter.static_order())
    except CycleError as error:
        raise TableFileError(f"tables that read each other: {', '.join(error.args[1])}") from None


def derive_table(con: duckdb.DuckDBPyConnection, full_name: str, parameters: dict[str, object] | None = None) -> int:
    """Build a derived table anew from its select, in one transaction; returns its rows."""
    file = table_files()[full_name]
    if file.keeps_state:
        raise TableFileError(f"{full_name} keeps state and is not derived by a select")
    # Only parameters the select names may be passed: DuckDB refuses unused ones.
    used = {name: value for name, value in (parameters or {}).items() if re.search(rf"\${name}\b", file.statement)}
    con.execute(f"create or replace table {full_name} as {file.statement}", used)
    row = con.execute(f"select count(*) from {full_name}").fetchone()
    return int(row[0]) if row else 0


def comment_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Attach the headers' texts as comments to every table and column that exists in `con`."""
    existing = {
        (row[0], row[1])
        for row in con.execute(
            "select table_schema || '.' || table_name, column_name from information_schema.columns"
        ).fetchall()
    }
    for file in table_files().values():
        if not any(table == file.full_name for table, _ in existing):
            continue
        con.execute(f"comment on table {file.full_name} is {_literal(f'{file.purpose} (one row per {file.grain})')}")
        for column, comment in file.columns.items():
            if (file.full_name, column) in existing:
                con.execute(f'comment on column {file.full_name}."{column}" is {_literal(comment)}')


def _literal(text: str) -> str:
    # COMMENT ON takes no parameter; the texts are our own files', quoted all the same.
    return "'" + text.replace("'", "''") + "'"
