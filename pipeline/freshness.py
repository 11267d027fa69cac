"""Freshness: whether every stream delivers when, and as much as, it usually does.

In: ops.batch, ops.pull and ops.delivery, and what the configuration expects:

    [source.zoho]
    expected = "daily"            # or "hourly", "weekly", "monthly"; learned from the deliveries when it is not said
    max_age_hours = 36            # or: how old the newest delivery may be

    [freshness]
    history = 28                  # days with a delivery that are looked back on
    least = 5                     # fewer say too little: no alarm
    deviations = 5.0              # from which on a day's rows are unusual

Both keys of a source may be tables by stream: `expected = { contacts = "daily", leads = "weekly" }`. Said of a source,
they hold for its streams that ever delivered, and for all of them while none has: a system has more streams than an
installation uses. Out: rows of `ops.freshness` (warehouse/sql/ops/freshness.sql says how they are judged), made after
every ingest and by `guiyi status`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time
from typing import Any

import duckdb

from pipeline.config import Config, ConfigError
from pipeline.sources import source_streams
from warehouse.tables import derive_table, table_files

TABLE = "ops.freshness"
CADENCES = {"hourly": 1 / 24, "daily": 1.0, "weekly": 7.0, "monthly": 31.0}
# Statuses somebody should be woken for.
ALARMS = ("late", "missing")
UNUSUAL = ("unusually small", "unusually large")


@dataclass(frozen=True)
class Thresholds:
    """[freshness] of guiyi.toml."""

    history: int = 28
    least: int = 5
    deviations: float = 5.0


@dataclass(frozen=True)
class Expectation:
    """What the configuration says about one stream."""

    source: str
    stream: str
    cadence_days: float | None = None
    max_age_hours: float | None = None
    by_name: bool = False


@dataclass(frozen=True)
class Freshness:
    """One row of ops.freshness."""

    source: str
    stream: str
    status: str
    as_of: datetime
    last_day: date | None
    expected_by: date | None
    cadence_days: float | None
    missed: int
    rows_last: int | None
    rows_usual: int | None
    deviations: float | None
    missing_days: int
    repeated: int
    days: int


def write_freshness(con: duckdb.DuckDBPyConnection, config: Config, as_of: datetime) -> dict[str, int]:
    """Make ops.freshness anew; counts of streams by what is wrong with them."""
    derive_table(con, TABLE, _parameters(config, as_of))
    found = [row[0] for row in con.execute(f"select status from {TABLE}").fetchall()]
    return {
        "streams_late": sum(status in ALARMS for status in found),
        "streams_unusual": sum(status in UNUSUAL for status in found),
    }


def read_freshness(con: duckdb.DuckDBPyConnection, config: Config, as_of: datetime) -> list[Freshness]:
    """Every stream judged for a moment, without writing anything."""
    rows = con.execute(table_files()[TABLE].statement, _parameters(config, as_of)).fetchall()
    return [Freshness(*row) for row in rows]


def end_of(day: date | None) -> datetime:
    """The moment to judge for: the end of a day, or now."""
    return datetime.combine(day, time(23, 59, 59)) if day else datetime.now(UTC).replace(tzinfo=None)


def _parameters(config: Config, as_of: datetime) -> dict[str, Any]:
    thresholds = read_thresholds(config)
    expected = [
        {item.name: getattr(each, item.name) for item in fields(Expectation)} for each in read_expectations(config)
    ]
    return {
        "as_of": as_of,
        "expected": expected,
        **{item.name: getattr(thresholds, item.name) for item in fields(Thresholds)},
    }


def read_thresholds(config: Config) -> Thresholds:
    """[freshness]; ConfigError when it says what cannot be used."""
    where = f"{config.directory / 'guiyi.toml'}: [freshness]"
    known = {item.name for item in fields(Thresholds)}
    if unknown := set(config.freshness) - known:
        raise ConfigError(f"{where} has unknown keys {sorted(unknown)}; known are {sorted(known)}")
    for key, value in config.freshness.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
            raise ConfigError(f"{where} {key} must be a number above 0")
        if key != "deviations" and not isinstance(value, int):
            raise ConfigError(f"{where} {key} must be a whole number")
    return Thresholds(**config.freshness)


def read_expectations(config: Config) -> Iterator[Expectation]:
    """What is configured, stream by stream; ConfigError when it cannot be used."""
    for each in source_streams(config):
        name, stream = each.source.name, each.stream.name
        cadence = _of_stream(config, name, stream, "expected")
        age = _of_stream(config, name, stream, "max_age_hours")
        where = f"{config.directory / 'guiyi.toml'}: [source.{name}]"
        if cadence is not None and cadence not in CADENCES:
            raise ConfigError(f"{where} expected must be one of {', '.join(CADENCES)}")
        if age is not None and (isinstance(age, bool) or not isinstance(age, int | float) or age <= 0):
            raise ConfigError(f"{where} max_age_hours must be a number above 0")
        if cadence == "hourly" and age is None:
            # Deliveries carry no hour: by their arrival, one may be skipped before the next is late.
            cadence, age = None, 2
        if cadence is not None or age is not None:
            named = any(isinstance(value, dict) for value in config.sources[name].freshness.values())
            yield Expectation(name, stream, CADENCES.get(cadence or ""), age, named)


def _of_stream(config: Config, source: str, stream: str, key: str) -> Any:
    """A source's key for one stream: the value itself, or its entry in a table by stream."""
    value = config.sources[source].freshness.get(key)
    if not isinstance(value, dict):
        return value
    known = {each.stream.name for each in source_streams(config, (source,))}
    if unknown := set(value) - known:
        raise ConfigError(f"[source.{source}] {key} names no stream of {source}: {sorted(unknown)}")
    return value.get(stream)
