"""What every stage has in common: a connection, a run id, progress, and a row in ops.run.

A stage is a function `(work: Work) -> dict[str, Count]`. It gets an open warehouse, does its work in transactions of
its own and returns counts, which go to ops.run, to the terminal and (in Airflow) to XCom. Counts never hold a value of
a person.
"""

import hashlib
import json
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from pipeline.config import Config
from pipeline.logbook import write_logbook
from warehouse.connection import open_warehouse
from warehouse.tables import create_tables

# How long an errand waits for the stage that holds the warehouse: as long as a long stage takes.
ERRAND_WAIT_SECONDS = 3600.0

Count = int | float | str
Progress = Callable[[str], None]


class StageFailed(ValueError):
    """A stage stopped for a reason the operator can act on; the text says which and what to do."""


class StagePostponed(StageFailed):
    """A stage stopped for a reason that passes by itself: the same again, later, may be enough."""


@dataclass(frozen=True)
class Options:
    """What a caller may ask of a stage; the defaults are the ordinary daily run."""

    sources: tuple[str, ...] = ()
    full_refresh: bool = False
    as_of: date | None = None
    delivered_until: date | None = None
    segments: tuple[str, ...] = ()
    actor: str = "pipeline"
    reason: str = ""
    delta: bool | None = None


@dataclass(frozen=True)
class Work:
    """What a stage is given."""

    con: duckdb.DuckDBPyConnection
    config: Config
    run_id: str
    now: datetime
    progress: Progress
    options: Options


@dataclass(frozen=True)
class Errand:
    """What a stage is given that is away from the warehouse for long: it opens it by itself, for as long as it writes.

    Another stage may hold the warehouse meanwhile, and is waited for.
    """

    config: Config
    run_id: str
    progress: Progress
    options: Options

    @contextmanager
    def warehouse(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The warehouse, for a moment."""
        with open_warehouse(self.config.warehouse, wait_seconds=ERRAND_WAIT_SECONDS) as con:
            yield con


@dataclass(frozen=True)
class StageReport:
    """What a stage did; `status` is done or unchanged."""

    stage: str
    run_id: str
    status: str
    seconds: float
    counts: dict[str, Count] = field(default_factory=dict)


def new_run_id(now: datetime | None = None) -> str:
    """A sortable id: UTC time and six random hex digits."""
    return f"{now or datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:6]}"


def execute(
    stage: str,
    function: Callable[[Work], dict[str, Count]],
    config: Config,
    *,
    after: tuple[str, ...] = (),
    gate: Callable[[Work], dict[str, Count]] | None = None,
    settings: tuple[Path, ...] = (),
    run_id: str | None = None,
    options: Options | None = None,
    progress: Progress | None = None,
) -> StageReport:
    """Run one stage and record it in ops.run.

    With `after` (the stages it depends on), the stage is skipped as `unchanged` when it has been done since those
    last changed anything, with the same settings files and options. `gate` checks what the stage wrote; it runs when
    something was written, or when the last run did not end well.
    """
    run_id, options = run_id or new_run_id(), options or Options()
    began, started = time.perf_counter(), _utc_now()
    key = _settings_key(settings, options)
    with open_warehouse(config.warehouse, threads=config.threads, memory_limit=config.memory_limit) as con:
        create_tables(con)
        recovering = _last_status(con, stage) in ("failed", "running")
        if after and not options.full_refresh and not recovering and _is_up_to_date(con, stage, after, key):
            counts, status = _last_counts(con, stage), "unchanged"
            _record(con, run_id, stage, started, status, counts, key)
        else:
            work = Work(con, config, run_id, started, progress or (lambda text: None), options)
            con.execute("insert into ops.run (run_id, stage, started_at, status) values (?, ?, ?, 'running')",
                        [run_id, stage, started])  # fmt: skip
            counts = _work(work, stage, function, gate, recovering=recovering)
            # After a run that did not end well, later stages must look again even if nothing was left to do here.
            status = "unchanged" if counts.get("changed") == 0 and not recovering else "done"
            _record(con, run_id, stage, started, status, counts, key)
        write_logbook(con, config)
    return StageReport(stage, run_id, status, time.perf_counter() - began, counts)


def execute_apart(
    stage: str,
    function: Callable[[Errand], dict[str, Count]],
    config: Config,
    *,
    run_id: str | None = None,
    options: Options | None = None,
    progress: Progress | None = None,
) -> StageReport:
    """Run a stage that does not hold the warehouse, and record it in ops.run."""
    errand = Errand(config, run_id or new_run_id(), progress or (lambda text: None), options or Options())
    began, started = time.perf_counter(), _utc_now()
    with errand.warehouse() as con:
        create_tables(con)
        con.execute("insert into ops.run (run_id, stage, started_at, status) values (?, ?, ?, 'running')",
                    [errand.run_id, stage, started])  # fmt: skip
    counts: dict[str, Count] = {}
    status = "failed"
    try:
        counts = function(errand)
        status = "unchanged" if counts.get("changed") == 0 else "done"
    except BaseException as error:
        counts = {"error": type(error).__name__}
        raise
    finally:
        with errand.warehouse() as con:
            _record(con, errand.run_id, stage, started, status, counts, "")
            write_logbook(con, config)
    return StageReport(stage, errand.run_id, status, time.perf_counter() - began, counts)


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All or nothing: a task killed inside leaves the tables as they were."""
    con.execute("begin")
    try:
        yield
    except BaseException:
        con.execute("rollback")
        raise
    con.execute("commit")


def _work(
    work: Work,
    stage: str,
    function: Callable[[Work], dict[str, Count]],
    gate: Callable[[Work], dict[str, Count]] | None,
    *,
    recovering: bool,
) -> dict[str, Count]:
    try:
        counts = function(work)
        if gate and (recovering or counts.get("changed") != 0):
            counts |= gate(work)
        return counts
    except BaseException as error:
        # Only the kind of error is kept: its text could quote a value.
        _record(work.con, work.run_id, stage, work.now, "failed", {"error": type(error).__name__}, "")
        write_logbook(work.con, work.config)
        raise


def _utc_now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def _settings_key(settings: tuple[Path, ...], options: Options) -> str:
    digest = hashlib.sha256(repr((options.as_of, options.segments)).encode())
    for path in settings:
        digest.update(path.read_bytes() if path.exists() else b"")
    return digest.hexdigest()[:16]


def _last_status(con: duckdb.DuckDBPyConnection, stage: str) -> str | None:
    row = con.execute(
        "select status from ops.run where stage = ? order by started_at desc, run_id desc limit 1", [stage]
    ).fetchone()
    return row[0] if row else None


def _is_up_to_date(con: duckdb.DuckDBPyConnection, stage: str, after: tuple[str, ...], key: str) -> bool:
    """True when this stage's last real run began after the last real run of the stages before it had ended."""
    row = con.execute(
        """
        with mine as (
            select started_at, json_extract_string(detail, '$.settings') as settings
            from ops.run where stage = $stage and status = 'done' order by started_at desc limit 1
        ), before as (
            select max(finished_at) as finished_at from ops.run where list_contains($after, stage) and status = 'done'
        )
        select mine.started_at >= before.finished_at and mine.settings = $key from mine, before
        """,
        {"stage": stage, "after": list(after), "key": key},
    ).fetchone()
    return bool(row and row[0])


def _last_counts(con: duckdb.DuckDBPyConnection, stage: str) -> dict[str, Count]:
    row = con.execute(
        "select detail from ops.run where stage = ? and status = 'done' order by started_at desc limit 1", [stage]
    ).fetchone()
    counts: dict[str, Count] = json.loads(row[0])["counts"] if row else {}
    return counts


def _record(
    con: duckdb.DuckDBPyConnection,
    run_id: str,
    stage: str,
    started: datetime,
    status: str,
    counts: dict[str, Count],
    key: str,
) -> None:
    detail = json.dumps({"settings": key, "counts": counts}, ensure_ascii=False)
    con.execute("delete from ops.run where run_id = ? and stage = ?", [run_id, stage])
    con.execute(
        "insert into ops.run values ($run_id, $stage, $started, $finished, $status, $rows_in, $rows_out, $detail)",
        {
            "run_id": run_id,
            "stage": stage,
            "started": started,
            "finished": _utc_now(),
            "status": status,
            "rows_in": counts.get("rows_in"),
            "rows_out": counts.get("rows_out"),
            "detail": detail,
        },
    )
