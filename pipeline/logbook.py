"""The logbook: a small copy of the pipeline's own records, which `guiyi status` reads while a stage is writing.

In: an open warehouse. Out: `published/logbook.duckdb`, replaced in one step at the end of every stage. It holds the
tables of the schema `ops` that tell how things are, under their own names, and quarantined rows as counts
(`quarantine_count`): nothing of a delivered row is in it. It is encrypted where the warehouse is. With it goes the head
of the audit chain.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from pipeline.config import Config
from warehouse.audit_head import FILE as HEAD
from warehouse.audit_head import write_head
from warehouse.connection import WarehouseBusy, open_readonly
from warehouse.vault.cipher import attach_file

# Not "ops": a file's name is its catalog's, and would be taken for the schema.
FILE = "logbook.duckdb"
# Whoever asks how things are does not want to wait for the answer.
WAIT_SECONDS = 0.5

_QUARANTINE = """
    select source, stream, stage, reason, count(*) as rows, count(distinct batch_id) as files,
        min(quarantined_at) as first_at, max(quarantined_at) as last_at
    from ops.quarantine group by all
"""
# Table of the copy → what is in it. Where a pull stands within its pages is the system's business.
_TABLES = {
    "ops.run": "select * from ops.run where started_at >= (select max(started_at) from ops.run) - interval 90 day",
    "ops.batch": "select * from ops.batch",
    "ops.delivery": "select * from ops.delivery",
    "ops.pull": "select * exclude (state) from ops.pull",
    "ops.drift": "select * from ops.drift",
    "ops.erasure": "select act_id, erased_at, status from ops.erasure where status = 'begun'",
    "ops.quality_result": "select * from ops.quality_result "
    "qualify rank() over (partition by suite order by checked_at desc, run_id desc) = 1",
    "quarantine_count": _QUARANTINE,
}


@dataclass(frozen=True)
class Logbook:
    """The records to read: tables of the schema `ops`, and `quarantine_count`; `copied_at` (UTC) of a copy."""

    con: duckdb.DuckDBPyConnection
    copied_at: datetime | None

    def has(self, table: str) -> bool:
        """False for what was not there yet when the warehouse was last written to."""
        schema, _, name = table.rpartition(".")
        found = self.con.execute(
            "select 1 from information_schema.tables where table_name = ? and table_schema = ?",
            [name, schema or "main"],
        ).fetchone()
        return found is not None


def write_logbook(con: duckdb.DuckDBPyConnection, config: Config) -> None:
    """Replace the copy. A stage does not fail by it: `guiyi status` says how old the copy is that it reads."""
    target, key = config.published / FILE, config.key
    # One name: only the holder of the warehouse writes, and what a killed run left is replaced.
    building = target.with_name(FILE + ".building")
    with suppress(duckdb.Error, OSError):
        target.parent.mkdir(parents=True, exist_ok=True)
        for leftover in (building, building.with_name(building.name + ".wal")):
            leftover.unlink(missing_ok=True)
        _copy(con, building, key.derive_text("warehouse") if key else None)
        building.replace(target)
    with suppress(duckdb.CatalogException, OSError):
        write_head(con, config.home / HEAD, key)


@contextmanager
def open_logbook(config: Config) -> Iterator[Logbook]:
    """The warehouse's own records or, while a stage holds it, their copy; WarehouseBusy when there is no copy yet."""
    copy = config.published / FILE
    with ExitStack() as stack:
        copied_at = None
        try:
            con = stack.enter_context(open_readonly(config.warehouse, wait_seconds=WAIT_SECONDS))
            with suppress(duckdb.CatalogException):  # nothing was ever ingested
                con.execute(f"create temp view quarantine_count as {_QUARANTINE}")
        except WarehouseBusy:
            if not copy.exists():
                raise
            copied_at = datetime.fromtimestamp(copy.stat().st_mtime, UTC).replace(tzinfo=None)
            con = stack.enter_context(open_readonly(copy))
        yield Logbook(con, copied_at)


def _copy(con: duckdb.DuckDBPyConnection, building: Path, key_text: str | None) -> None:
    # Small blocks: most of its tables are.
    attach_file(con, building, "logbook", key_text, block_size=16384)
    try:
        con.execute("begin")
        con.execute("create schema logbook.ops")
        for table, query in _TABLES.items():
            name = table if "." in table else f"main.{table}"
            con.execute(f"create table logbook.{name} as {query}")
        con.execute("commit")
    except BaseException:
        con.execute("rollback")
        raise
    finally:
        con.execute("detach logbook")
