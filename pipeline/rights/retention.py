"""Retention: what was kept as long as rights.toml says goes (PIPL Article 19, GDPR Article 5(1)(e)).

In: days per layer or table. Out: rows and files that are older are gone, and counted. Ages are told

    raw              by the day the batch was loaded; its quarantined rows go with it, and ops.batch counts both as
                     expired
    raw.<table>      the same for one stream
    archive          by the day the batch was loaded
    extracts         by the file's time of change
    standard.*       by when it happened; without a time by the batch
    ops.*            by the row's time

Two kinds of streams keep their raw rows under `raw`, because their records are put together from all of them: those
whose rows are patches, and lines of orders in files of their own. Naming their table takes them out too. Without raw
rows `guiyi standardise --full-refresh` cannot build again what came from them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from pipeline.archive import find_copy, remove_copy
from pipeline.config import Config, ConfigError
from pipeline.rights.settings import read_rights
from pipeline.sources import source_streams
from pipeline.stage import Count, Work, transaction
from warehouse.audit import record_act
from warehouse.connection import open_readonly
from warehouse.raw import quoted

STAGE = "retention"
_TIMES = {
    "standard.event": "occurred_at",
    "standard.purchase": "ordered_at",
    "standard.interaction": "occurred_at",
    "standard.feedback": "answered_at",
    "ops.run": "started_at",
    "ops.quality_result": "checked_at",
}
_LAYERS = ("raw", "archive", "extracts")


@dataclass(frozen=True)
class Expired:
    """What of one entry is older than its days: rows or files."""

    name: str
    days: int
    before: datetime
    count: int


def find_expired(config: Config) -> list[Expired]:
    """What would go now; nothing is written."""
    now = datetime.now(UTC).replace(tzinfo=None)
    with open_readonly(config.warehouse) as con:
        return [_count(con, config, *entry) for entry in _entries(con, config, now)]


def retention(work: Work) -> dict[str, Count]:
    """Take out what is too old; counts per entry."""
    counts: dict[str, Count] = {}
    for name, days, before in _entries(work.con, work.config, work.now):
        found = _count(work.con, work.config, name, days, before)
        counts[name] = found.count
        if found.count:
            work.progress(f"{name}: {found.count:,} older than {days:,} days")
            _expire(work, name, before)
    gone = sum(int(count) for count in counts.values())
    if gone:
        record_act(
            work.con, acted_at=work.now, actor=work.options.actor, action="retention", subject=", ".join(counts),
            detail=dict(counts),
        )  # fmt: skip
    return {"changed": gone, "rows_out": gone, **counts}


def _entries(con: duckdb.DuckDBPyConnection, config: Config, now: datetime) -> Iterator[tuple[str, int, datetime]]:
    """The settings, checked against what there is."""
    tables = {f"raw.{row[0]}" for row in _raw_tables(con)}
    for name, days in read_rights(config).retention.items():
        if name not in (*_LAYERS, *_TIMES) and name not in tables:
            known = ", ".join((*_LAYERS, *_TIMES))
            raise ConfigError(f"{config.rights_settings}: [retention] has no {name}; there are {known} and raw.<table>")
        yield name, days, now - timedelta(days=days)


def _count(con: duckdb.DuckDBPyConnection, config: Config, name: str, days: int, before: datetime) -> Expired:
    if name == "extracts":
        count = len(_old_extracts(config, before))
    elif name == "archive":
        count = len(_old_copies(con, config, before))
    elif name in _TIMES:
        count = _single(con, f"select count(*) from {name} where {_is_old(name)}", before)
    else:
        tables = _expiring(con, config, name)
        rows = sum(_single(con, f"select count(*) from {table} where {_OF_OLD_BATCH}", before) for _, table in tables)
        quarantined = "select count(*) from ops.quarantine where batch_id in (select batch_id from ops.batch where "
        count = rows + _single(con, f"{quarantined}{_streams(tables)} and loaded_at < $before)", before)
    return Expired(name, days, before, count)


_OF_OLD_BATCH = "_batch_id in (select batch_id from ops.batch where loaded_at < $before)"


def _expire(work: Work, name: str, before: datetime) -> None:
    con, config = work.con, work.config
    if name == "extracts":
        for path in _old_extracts(config, before):
            path.unlink(missing_ok=True)
    elif name == "archive":
        for batch_id, path in _old_copies(con, config, before):
            con.execute("update ops.batch set archive_path = null where batch_id = ?", [batch_id])
            remove_copy(path)
    elif name in _TIMES:
        with transaction(con):
            if name == "standard.purchase":
                con.execute(
                    "delete from standard.purchase_line where purchase_id in "
                    f"(select purchase_id from standard.purchase where {_is_old(name)})",
                    {"before": before},
                )
            con.execute(f"delete from {name} where {_is_old(name)}", {"before": before})
    else:
        with transaction(con):
            _expire_raw(con, _expiring(con, config, name), before)


def _expire_raw(con: duckdb.DuckDBPyConnection, tables: list[tuple[str, str]], before: datetime) -> None:
    streams = _streams(tables)
    for _, table in tables:
        con.execute(f"delete from {table} where {_OF_OLD_BATCH}", {"before": before})
    con.execute(
        f"delete from ops.quarantine where batch_id in "
        f"(select batch_id from ops.batch where {streams} and loaded_at < $before)",
        {"before": before},
    )
    con.execute(
        f"""
        update ops.batch set rows_expired = rows_expired + rows_loaded + rows_quarantined, rows_loaded = 0,
            rows_quarantined = 0
        where {streams} and loaded_at < $before
        """,
        {"before": before},
    )


def _expiring(con: duckdb.DuckDBPyConnection, config: Config, name: str) -> list[tuple[str, str]]:
    """Raw tables that an entry is about: their names, plain and as SQL."""
    if name != "raw":
        plain = name.removeprefix("raw.")
        return [(plain, f"raw.{quoted(plain)}")]
    kept = {
        f"{each.source.name}_{each.stream.name}"
        for each in source_streams(config)
        if (each.stream.record and each.stream.record.versions == "patch")
        or (each.stream.purchase_line and not each.stream.purchase)
    }
    return [(row[0], f"raw.{quoted(row[0])}") for row in _raw_tables(con) if row[0] not in kept]


def _streams(tables: list[tuple[str, str]]) -> str:
    """SQL: the batches of these tables."""
    listed = ", ".join("'" + plain.replace("'", "''") + "'" for plain, _ in tables)
    return f"source || '_' || stream in ({listed})" if listed else "false"


def _is_old(name: str) -> str:
    time = _TIMES[name]
    if name.startswith("ops."):
        return f"{time} < $before"
    return f"({time} < $before or ({time} is null and {_OF_OLD_BATCH}))"


def _raw_tables(con: duckdb.DuckDBPyConnection) -> list[tuple[str]]:
    return con.execute(
        """
        select table_name from duckdb_tables()
        where schema_name = 'raw' and database_name = current_database() order by table_name
        """
    ).fetchall()


def _old_copies(con: duckdb.DuckDBPyConnection, config: Config, before: datetime) -> list[tuple[str, Path]]:
    rows = con.execute(
        "select batch_id, archive_path from ops.batch where archive_path is not null and loaded_at < ? order by 1",
        [before],
    ).fetchall()
    found = [(batch_id, config.home / path) for batch_id, path in rows]
    return [(batch_id, path) for batch_id, path in found if find_copy(path)]


def _old_extracts(config: Config, before: datetime) -> list[Path]:
    oldest = before.replace(tzinfo=UTC).timestamp()
    return sorted(
        path for path in config.extracts.rglob("*") if path.is_file() and path.stat().st_mtime < oldest
    )  # fmt: skip


def _single(con: duckdb.DuckDBPyConnection, query: str, before: datetime) -> int:
    row = con.execute(query, {"before": before}).fetchone()
    return int(row[0]) if row else 0
