"""The published snapshots: what analysts read while the pipeline writes.

In: an open warehouse. Out: a DuckDB file with the customer tables, the marts, segment membership and who is who, every
table and column commented: in full, encrypted with a key where there is one, or pseudonymised. A new snapshot is built
beside the old one and takes its name in one step, so whoever has the old file open goes on reading it, and whoever
opens the name gets one of the two in full.
"""

from collections.abc import Callable
from pathlib import Path

import duckdb

from warehouse.pseudonyms import Column, clear, prepare, pseudonymise, read_columns
from warehouse.published_columns import Treatment
from warehouse.tables import TableFile, comment_tables, table_files
from warehouse.vault.cipher import attach_file, connect_file

SCHEMAS = ("customer", "mart")
TABLES = (
    "segment.membership",
    "segment.change",
    "identity.record_customer",
    "identity.alias",
    "identity.ledger",
)


# What DuckDB has been able to read since its first stable version: analysts' tools bring versions of their own.
READERS_VERSION = "v1.0.0"


class PublishingError(ValueError):
    """There is nothing to publish yet."""


def publish_snapshot(con: duckdb.DuckDBPyConnection, target: Path, *, key_text: str | None = None) -> dict[str, int]:
    """Write a fresh snapshot of the warehouse behind `con` to `target`, encrypted with a key; returns rows by table.

    Raw and standard values and the pipeline's own book-keeping are not in it.
    """
    files = _published_files(con)
    building = _place_beside(target)
    orders = {file.full_name: _order(file) for file in files}
    rows = _copy_tables(con, list(orders), lambda name: f"from {name}{orders[name]}", building, key_text)
    _describe(building, key_text, {})
    # For whoever may read personal data; analysts open the other one.
    building.chmod(0o600)
    building.replace(target)
    return rows


def publish_pseudonymised(con: duckdb.DuckDBPyConnection, target: Path, secret: bytes) -> dict[str, int]:
    """The same tables without direct identifiers, as published_columns.py says, in a file that is not encrypted."""
    names = [file.full_name for file in _published_files(con)]
    building = _place_beside(target)
    prepare(con, names)
    try:
        rows = _copy_tables(con, names, lambda name: pseudonymise(con, name, secret), building, None, READERS_VERSION)
    finally:
        clear(con)
    _describe(building, None, {name: read_columns(con, name) for name in names})
    building.replace(target)
    return rows


def _published_files(con: duckdb.DuckDBPyConnection) -> list[TableFile]:
    chosen = [file for name, file in table_files().items() if file.schema in SCHEMAS or name in TABLES]
    existing = {
        row[0]
        for row in con.execute("select table_schema || '.' || table_name from information_schema.tables").fetchall()
    }
    if missing := [file.full_name for file in chosen if file.full_name not in existing]:
        raise PublishingError(f"nothing to publish: {', '.join(missing)} missing; run `guiyi profile` first")
    return chosen


def _place_beside(target: Path) -> Path:
    # In the same directory, because a rename is atomic only within one file system. One name: only the holder of the
    # warehouse publishes, and what a killed run left is replaced.
    target.parent.mkdir(parents=True, exist_ok=True)
    building = target.with_name(target.name + ".building")
    for leftover in (building, building.with_name(building.name + ".wal")):
        leftover.unlink(missing_ok=True)
    return building


def _copy_tables(
    con: duckdb.DuckDBPyConnection,
    names: list[str],
    select: Callable[[str], str],
    building: Path,
    key_text: str | None,
    storage_version: str | None = None,
) -> dict[str, int]:
    rows = {}
    attach_file(con, building, "snapshot", key_text, storage_version=storage_version)
    try:
        con.execute("begin")
        for schema in sorted({name.partition(".")[0] for name in names}):
            con.execute(f"create schema snapshot.{schema}")
        for name in names:
            con.execute(f"create table snapshot.{name} as {select(name)}")
            row = con.execute(f"select count(*) from snapshot.{name}").fetchone()
            rows[name] = int(row[0]) if row else 0
        con.execute("commit")
    except BaseException:
        con.execute("rollback")
        raise
    finally:
        con.execute("detach snapshot")
    return rows


def _describe(building: Path, key_text: str | None, treated: dict[str, list[Column]]) -> None:
    """Comment tables and columns, and say what became of those that are not as they were."""
    snapshot = connect_file(building, key_text)
    try:
        comment_tables(snapshot)
        for table, columns in treated.items():
            for column in columns:
                if column.treatment is not Treatment.KEEP:
                    _add_comment(snapshot, table, column)
        snapshot.execute("checkpoint")
    finally:
        snapshot.close()


def _add_comment(snapshot: duckdb.DuckDBPyConnection, table: str, column: Column) -> None:
    known = table_files()[table].columns.get(column.name, column.name)
    # COMMENT ON takes no parameter; the texts are our own files', quoted all the same.
    text = f"{known} ({column.treatment.value})".replace("'", "''")
    snapshot.execute(f"comment on column {table}.\"{column.name}\" is '{text}'")


def _order(file: TableFile) -> str:
    # Derived tables are built in order of the person, which is what readers filter by; DuckDB keeps the order of rows
    # and skips blocks by their minimum and maximum. Tables that keep state are in the order of their changes.
    return f" order by {file.grain}" if file.keeps_state else ""
