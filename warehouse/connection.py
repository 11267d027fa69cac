"""Connections to the warehouse file.

DuckDB lets one read-write process at a time hold a file, so connections are short-lived: a stage opens one, works,
closes it. Waiting for another writer is bounded and says who to wait for. Where the data directory has a key, files are
encrypted (vault/); callers need not know.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from warehouse.vault.cipher import connect_file
from warehouse.vault.key import Purpose
from warehouse.vault.keyring import key_of

WAIT_SECONDS = 60.0
# Someone who only looks is told soon that a stage is writing.
READ_WAIT_SECONDS = 5.0


class WarehouseBusy(ValueError):
    """Another process held the warehouse file for longer than the wait allowed."""


class WarehouseMissing(ValueError):
    """There is no warehouse file yet."""


@contextmanager
def open_warehouse(
    path: Path, *, threads: int = 0, memory_limit: str = "", wait_seconds: float = WAIT_SECONDS
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse for writing, waiting up to `wait_seconds` for another writer; closes on leaving."""
    path.parent.mkdir(parents=True, exist_ok=True)
    con = _connect_patiently(path, wait_seconds)
    try:
        configure(con, threads=threads, memory_limit=memory_limit)
        yield con
    finally:
        con.close()


@contextmanager
def open_readonly(
    path: Path, *, wait_seconds: float = READ_WAIT_SECONDS, purpose: Purpose = "warehouse"
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a DuckDB file read-only; many processes may do so at once, but none beside a writer: WarehouseBusy.

    `purpose` says which sub-key opens it: "snapshot" for customers_full.duckdb.
    """
    if not path.exists():
        raise WarehouseMissing(f"{path} does not exist yet: run `guiyi run` first")
    con = _connect_patiently(path, wait_seconds, read_only=True, purpose=purpose)
    try:
        configure(con)
        yield con
    finally:
        con.close()


@contextmanager
def open_memory() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory, for work that needs no warehouse."""
    with duckdb.connect() as con:
        configure(con)
        yield con


def configure(con: duckdb.DuckDBPyConnection, *, threads: int = 0, memory_limit: str = "") -> None:
    """Settings every connection shares: UTC everywhere, no progress bar on a terminal, limits from the config."""
    con.execute("set TimeZone = 'UTC'")
    con.execute("set enable_progress_bar = false")
    # A result is kept whole: one that is streamed through the small default buffer can wait for itself for ever when
    # several pipelines make it (DuckDB 1.5, issue 22215).
    con.execute("set streaming_buffer_size = '1TB'")
    if threads:
        con.execute("set threads = ?", [threads])
    if memory_limit:
        con.execute("set memory_limit = ?", [memory_limit])


def _connect_patiently(
    path: Path, wait_seconds: float, *, read_only: bool = False, purpose: Purpose = "warehouse"
) -> duckdb.DuckDBPyConnection:
    key = key_of(path)
    key_text = key.derive_text(purpose) if key else None
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            return connect_file(path, key_text, read_only=read_only)
        except (duckdb.IOException, duckdb.BinderException) as error:
            if not _is_held(error):
                raise
            if time.monotonic() >= deadline:
                raise WarehouseBusy(
                    f"{path} is being written by another process; wait for it to finish or stop it, then try again"
                ) from error
            time.sleep(0.2)


def _is_held(error: duckdb.Error) -> bool:
    """True when another process, or another connection of this one, has the file."""
    return "lock" in str(error).lower() if isinstance(error, duckdb.IOException) else "Unique file handle" in str(error)
