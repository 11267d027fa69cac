"""Archived deliveries without the rows of a person.

In: a batch whose rows have gone from its raw table, or are about to. Out: in the place of the delivered bytes, a
Parquet file of the batch's remaining raw rows with the lines they stood in, sealed where a key is configured.

Whatever a delivery was (a workbook, pages of JSON, a compressed file, a CSV whose cells hold line breaks), this holds
all that was read of it. What could not be read of it stays in ops.quarantine as far as it was kept as text; the
unreadable rest of a damaged file is lost, because nobody can tell whose it is.
"""

import tempfile
from pathlib import Path

import duckdb

from pipeline.archive import remove_copy
from pipeline.config import Config
from pipeline.stage import Work
from warehouse.raw import raw_table
from warehouse.vault.key import Key
from warehouse.vault.sealing import Sealer, private_file, sealed_name

SUFFIX = ".remaining.parquet"


def write_remaining(work: Work, source: str, stream: str, batch_id: str, without: str = "") -> str:
    """Write the batch's remaining rows into the archive; returns the copy's name, relative to the data directory.

    `without` is a condition on the raw rows that go.
    """
    config = work.config
    target = config.archive / source / stream / f"{batch_id}{SUFFIX}"
    target.parent.mkdir(parents=True, exist_ok=True)
    config.opened.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=config.opened) as folder:
        plain = Path(folder) / "rows.parquet"
        _copy_rows(work.con, raw_table(source, stream), batch_id, without, plain)
        _store(plain, target, config.key)
    return target.relative_to(config.home).as_posix()


def take_out(config: Config, archive_path: str | None) -> None:
    """Remove a copy of delivered bytes."""
    if archive_path and not archive_path.endswith(SUFFIX):
        remove_copy(config.home / archive_path)


def note_redaction(
    con: duckdb.DuckDBPyConnection, work: Work, act_id: str, batch_id: str, rows: int, was_path: str | None
) -> None:
    """A row of ops.redaction."""
    con.execute("insert into ops.redaction values (?, ?, ?, ?, ?)", [act_id, batch_id, rows, was_path, work.now])


def _copy_rows(con: duckdb.DuckDBPyConnection, table: str, batch_id: str, without: str, path: Path) -> None:
    # COPY takes no parameter for its file name; a quote in the path is doubled.
    name = str(path).replace("'", "''")
    condition = f" and not ({without})" if without else ""
    con.execute(
        f"copy (select * exclude (_batch_id, _loaded_at) from {table} where _batch_id = $batch{condition} "
        f"order by _line) to '{name}' (format parquet)",
        {"batch": batch_id},
    )


def _store(content: Path, target: Path, key: Key | None) -> None:
    """Put a file into the archive in one step, sealed with a key."""
    place = sealed_name(target) if key else target
    building = place.with_name("remaining.part")
    with content.open("rb") as file, private_file(building) as out:
        sealer = Sealer(out, key, "archive", content.stat().st_size) if key else None
        while block := file.read(1 << 20):
            (sealer or out).write(block)
        if sealer:
            sealer.close()
    building.replace(place)
