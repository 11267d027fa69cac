"""The warehouse file written anew, because DuckDB leaves the bytes of deleted rows in free blocks and in its log.

In: the path of a DuckDB file that nobody else has open. Out: the same tables under the same name in a file that holds
nothing else. The copy is built beside the file and takes its name in one step, while the file is still held: who waits
for it opens the copy. A kill leaves the old file, and a `.compacting` beside it that the next time replaces.
"""

from pathlib import Path

import duckdb

from warehouse.connection import open_warehouse
from warehouse.raw import quoted
from warehouse.vault.cipher import attach_file
from warehouse.vault.key import Purpose
from warehouse.vault.keyring import key_of

_NAME = "compacted"


class CompactionFailed(ValueError):
    """The copy is not the same as the file; the file is as it was."""


def compact(path: Path, *, purpose: Purpose = "warehouse") -> int:
    """Rewrite the file; returns the bytes saved."""
    building = path.with_name(f"{path.name}.compacting")
    for leftover in (building, Path(f"{building}.wal")):
        leftover.unlink(missing_ok=True)
    before, key = path.stat().st_size, key_of(path)
    with open_warehouse(path) as con:
        con.execute("force checkpoint")
        row = con.execute("select current_database()").fetchone()
        current = str(row[0] if row else "")
        attach_file(con, building, _NAME, key.derive_text(purpose) if key else None)
        con.execute(f"copy from database {quoted(current)} to {_NAME}")
        is_whole = _count(con, current) == _count(con, _NAME)
        con.execute(f"detach {_NAME}")
        if not is_whole:
            building.unlink()
            raise CompactionFailed(f"{path.name} could not be copied whole; it is as it was: please report this")
        building.chmod(path.stat().st_mode & 0o777)
        building.replace(path)
    Path(f"{path}.wal").unlink(missing_ok=True)
    return before - path.stat().st_size


def _count(con: duckdb.DuckDBPyConnection, database: str) -> dict[str, int]:
    """Rows of every table."""
    tables = con.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = ? and not temporary", [database]
    ).fetchall()
    counts = {}
    for schema, table in tables:
        row = con.execute(f"select count(*) from {quoted(database)}.{quoted(schema)}.{quoted(table)}").fetchone()
        counts[f"{schema}.{table}"] = int(row[0]) if row else -1
    return counts
