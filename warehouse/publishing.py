"""The published snapshot: what analysts read while the pipeline writes.

In: an open warehouse. Out: a DuckDB file with the customer tables, the marts, segment membership and who is who, every
table and column commented. A new snapshot is built beside the old one and takes its name in one step, so whoever has
the old file open goes on reading it, and whoever opens the name gets one of the two in full.
"""

import shutil
from pathlib import Path

import duckdb

from warehouse.tables import TableFile, comment_tables, table_files

SCHEMAS = ("customer", "mart")
TABLES = (
    "segment.membership",
    "segment.change",
    "identity.record_customer",
    "identity.alias",
    "identity.ledger",
)


class PublishingError(ValueError):
    """There is nothing to publish yet."""


def publish_snapshot(con: duckdb.DuckDBPyConnection, target: Path) -> dict[str, int]:
    """Write a fresh snapshot of the warehouse behind `con` to `target`; returns rows by table.

    Raw and standard values and the pipeline's own book-keeping are not in it.
    """
    files = _published_files(con)
    building = _place_beside(target)
    rows = _copy_tables(con, files, building)
    with duckdb.connect(str(building)) as snapshot:
        comment_tables(snapshot)
        snapshot.execute("checkpoint")
    building.replace(target)
    return rows


def copy_snapshot(published: Path, target: Path) -> None:
    """Publish the same snapshot under a second name, with the same care."""
    building = _place_beside(target)
    shutil.copyfile(published, building)
    building.replace(target)


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


def _copy_tables(con: duckdb.DuckDBPyConnection, files: list[TableFile], building: Path) -> dict[str, int]:
    rows = {}
    # ATTACH takes no parameter for its file name; a quote in the path is doubled.
    con.execute("attach '{}' as snapshot".format(str(building).replace("'", "''")))
    try:
        con.execute("begin")
        for schema in sorted({file.schema for file in files}):
            con.execute(f"create schema snapshot.{schema}")
        for file in files:
            con.execute(f"create table snapshot.{file.full_name} as from {file.full_name}{_order(file)}")
            row = con.execute(f"select count(*) from snapshot.{file.full_name}").fetchone()
            rows[file.full_name] = int(row[0]) if row else 0
        con.execute("commit")
    except BaseException:
        con.execute("rollback")
        raise
    finally:
        con.execute("detach snapshot")
    return rows


def _order(file: TableFile) -> str:
    # Derived tables are built in order of the person, which is what readers filter by; DuckDB keeps the order of rows
    # and skips blocks by their minimum and maximum. Tables that keep state are in the order of their changes.
    return f" order by {file.grain}" if file.keeps_state else ""
