"""Erasure: a person leaves every layer (PIPL Article 47, GDPR Article 17).

In: a request. Out: `plan_erasure` says what would go; `erase` carries it out, and repeated after a kill finishes what
was begun.

1. Find the person and everything that goes (subject.py, scope.py). Take the person out of extracts, and write archives
   without the person's rows beside the delivered ones: whatever happens now can be repeated, for the warehouse is as it
   was.
2. One transaction: tombstones, the rows gone from every table, counts of batches, the act in ops.erasure as `begun`,
   ops.audit.
3. The delivered bytes leave archive and inbox.
4. Who is who, customers, segments and snapshots are made anew, with the epoch in force and the day they had: what
   others are does not depend on somebody's being gone.
5. The warehouse file is written anew, and all files are looked through. The act is `done`.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import duckdb

from pipeline.config import Config
from pipeline.keys import short_hash
from pipeline.rights.archives import note_redaction, write_remaining
from pipeline.rights.inbox_copies import Cleared, clear_copies
from pipeline.rights.needles import Needles, find_files, find_tables, read_needles
from pipeline.rights.outputs import Rewritten, clear_extracts, clear_truth, find_extracts
from pipeline.rights.scope import stage_scope
from pipeline.rights.settings import read_rights
from pipeline.rights.subject import Request, Subject, SubjectNotFound, find_values, stage_subject
from pipeline.run import run_stage
from pipeline.stage import Count, Options, Progress, Work, execute, new_run_id, transaction
from warehouse.audit import record_act
from warehouse.connection import WarehouseMissing, open_readonly, open_warehouse
from warehouse.rights.compaction import compact
from warehouse.rights.digest import DigestKey, digest_sql, open_key
from warehouse.rights.removal import count_identity, count_removals, list_removals, remove_rows
from warehouse.vault.key import KeyProblem

STAGE = "erase"
_AFTER = ("resolve", "profile", "extract", "publish")


class ReasonNamesPerson(ValueError):
    """What would be kept of the act holds a value of the person."""


@dataclass(frozen=True)
class Plan:
    """What goes with a person. Batches are named by source, stream and file."""

    subject: Subject
    rows: dict[str, int]
    batches: tuple[str, ...]
    extracts: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """What was done: the act, its plan (None when an act that had begun was finished), and the files."""

    act_id: str
    plan: Plan | None
    extracts: Rewritten | None
    cleared: Cleared
    bytes_saved: int
    remaining: tuple[str, ...] = ()


def plan_erasure(config: Config, request: Request, progress: Progress | None = None) -> Plan:
    """What would go; nothing is written."""
    with open_readonly(config.warehouse) as con:
        now = _now()
        work = Work(con, config, new_run_id(now), now, progress or (lambda text: None), Options())
        try:
            subject = stage_subject(con, config, request)
        except SubjectNotFound:
            if _is_begun(con, config, request):
                raise SubjectNotFound(
                    "the rows are gone, and the erasure was not finished: say it again with --yes"
                ) from None
            raise
        stage_scope(work)
        return _plan(work, subject, read_needles(con))


def erase(config: Config, request: Request, *, actor: str, reason: str, progress: Progress | None = None) -> Outcome:
    """Carry the request out; SubjectNotFound when there is nobody and nothing was begun."""
    if not config.warehouse.exists():  # opening it for writing would make an empty one
        raise WarehouseMissing(f"{config.warehouse} does not exist yet: run `guiyi run` first")
    tell = progress or (lambda text: None)
    state = _State()

    def work(work: Work) -> dict[str, Count]:
        _remove(work, request, actor, reason, state)
        state.cleared = clear_copies(work.con, config)
        return {"changed": 1, "rows_out": sum(state.plan.rows.values()) if state.plan else 0}

    execute(STAGE, work, config, options=Options(actor=actor), progress=tell)
    _derive_anew(config, actor, state, tell)
    tell("writing the warehouse file anew")
    saved = compact(config.warehouse)
    remaining = _look_through(config, state.needles, tell)
    with open_warehouse(config.warehouse) as con:
        con.execute("update ops.erasure set status = 'done', finished_at = ? where status = 'begun'", [_now()])
    return Outcome(state.act_id, state.plan, state.extracts, state.cleared, saved, remaining)


@dataclass
class _State:
    """What is known in the course of an act."""

    act_id: str = ""
    plan: Plan | None = None
    needles: Needles | None = None
    extracts: Rewritten | None = None
    cleared: Cleared = field(default_factory=lambda: Cleared((), ()))


def _remove(work: Work, request: Request, actor: str, reason: str, state: _State) -> None:
    """Steps 1 and 2, or nothing when the person is gone and the act only has to be finished."""
    con, config = work.con, work.config
    key = open_key(config.home, create=not con.execute("select 1 from ops.tombstone limit 1").fetchone())
    asked = _digest_request(config, request, key)
    try:
        subject = stage_subject(con, config, request)
    except SubjectNotFound:
        state.act_id = _begun(con, asked)
        if not state.act_id:
            raise
        return
    stage_scope(work)
    state.needles = read_needles(con)
    if state.needles.are_in(reason):
        raise ReasonNamesPerson("--reason names the person, and it is kept: say it without a name, address or number")
    state.plan = _plan(work, subject, state.needles)
    state.act_id = short_hash(asked, work.now.isoformat())
    work.progress("taking the person out of extracts")
    state.extracts = clear_extracts(config, state.needles)
    clear_truth(con, config)
    work.progress("writing archives anew")
    copies = _write_archives(work)
    work.progress("removing rows")
    keep_orders = read_rights(config).keep_orders
    with transaction(con):
        _bury(con, state.act_id, work.now, key)
        for batch_id, was_path, now_path, rows in copies:
            note_redaction(con, work, state.act_id, batch_id, rows, was_path)
            con.execute("update ops.batch set archive_path = ? where batch_id = ?", [now_path, batch_id])
        _account(con)
        remove_rows(con, list_removals(con, keep_orders=keep_orders), keep_orders=keep_orders)
        _record(work, state, subject, actor, reason, asked)


def _plan(work: Work, subject: Subject, needles: Needles) -> Plan:
    con = work.con
    rows = count_removals(con, list_removals(con, keep_orders=read_rights(work.config).keep_orders))
    rows |= count_identity(con)
    extracts = [path.relative_to(work.config.home).as_posix() for path in find_extracts(work.config, needles)]
    batches = [f"{source}/{stream}: {name}" for _, source, stream, name, *_ in _batches(con)]
    return Plan(subject, rows, tuple(batches), tuple(extracts))


def _batches(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str, str, str | None, int]]:
    """Batches that lose rows, loaded or quarantined."""
    return con.execute(
        """
        with gone as (
            select _batch_id as batch_id from erased_row
            union all select batch_id from erased_reject where stage = 'ingest'
        )
        select batch_id, source, stream, file_name, archive_path, count(*)
        from gone join ops.batch using (batch_id) group by all order by source, stream, file_name
        """
    ).fetchall()


def _write_archives(work: Work) -> list[tuple[str, str | None, str, int]]:
    """Write what remains of each batch beside its copy: batch, old name, new name, rows that go."""
    found = []
    without = (
        "(_batch_id, _line) in (select (_batch_id, _line) from erased_row where raw_table = "
        "(select source || '_' || stream from ops.batch where batch_id = $batch))"
    )
    for batch_id, source, stream, _, was_path, rows in _batches(work.con):
        found.append((batch_id, was_path, write_remaining(work, source, stream, batch_id, without), rows))
    return found


def _bury(con: duckdb.DuckDBPyConnection, act_id: str, now: datetime, key: DigestKey) -> None:
    """Tombstones of everything the person is found by; of orders and visits too, which may come again by themselves."""
    con.execute(
        f"""
        insert into ops.tombstone
        select $act_id, kind, {digest_sql("kind || chr(31) || id")}, $now
        from (select distinct kind, id from (select kind, id from wanted union all select kind, id from erased_thing))
        """,
        {**key.parameters, "act_id": act_id, "now": now},
    )


def _account(con: duckdb.DuckDBPyConnection) -> None:
    """Rows that go are suppressed rows of their batches, so that what was delivered still adds up."""
    con.execute(
        """
        update ops.batch set rows_loaded = rows_loaded - gone.loaded,
            rows_quarantined = rows_quarantined - gone.quarantined,
            rows_suppressed = rows_suppressed + gone.loaded + gone.quarantined
        from (
            select batch_id, sum(loaded) as loaded, sum(quarantined) as quarantined
            from (
                select _batch_id as batch_id, 1 as loaded, 0 as quarantined from erased_row
                join ops.batch on batch_id = _batch_id and raw_table = source || '_' || stream
                union all
                select batch_id, 0, 1 from erased_reject where stage = 'ingest'
            ) group by all
        ) as gone
        where ops.batch.batch_id = gone.batch_id
        """
    )


def _record(work: Work, state: _State, subject: Subject, actor: str, reason: str, asked: str) -> None:
    con, plan = work.con, state.plan
    assert plan is not None
    files = {"archives": len(plan.batches), "extracts": len(plan.extracts)}
    counts = json.dumps({**plan.rows, **files})
    con.execute(
        "insert into ops.erasure values (?, ?, ?, ?, ?, ?, ?, ?, ?, 'begun', null)",
        [state.act_id, work.now, actor, reason, asked, len(subject.customers), subject.records,
         sum(subject.shared.values()), counts],
    )  # fmt: skip
    record_act(
        con, acted_at=work.now, actor=actor, action="erase", subject=state.act_id,
        detail={"customers": len(subject.customers), "records": subject.records, "rows": sum(plan.rows.values()),
                **files},
    )  # fmt: skip


def _begun(con: duckdb.DuckDBPyConnection, asked: str) -> str:
    """An act of this request that was begun and not finished."""
    row = con.execute(
        "select act_id from ops.erasure where request_digest = ? and status = 'begun' order by erased_at desc", [asked]
    ).fetchone()
    return str(row[0]) if row else ""


def _is_begun(con: duckdb.DuckDBPyConnection, config: Config, request: Request) -> bool:
    if not con.execute("select 1 from duckdb_tables() where schema_name = 'ops' and table_name = 'erasure'").fetchone():
        return False
    begun = con.execute("select 1 from ops.erasure where status = 'begun' limit 1").fetchone()
    return bool(begun and _begun(con, _digest_request(config, request, open_key(config.home))))


def _digest_request(config: Config, request: Request, key: DigestKey) -> str:
    values = find_values(config, request) or [request.value]
    return key.digest("\x1f".join((request.namespace, *values)))


def _derive_anew(config: Config, actor: str, state: _State, tell: Progress) -> None:
    """Step 4."""
    options = Options(actor=actor, as_of=_last_day(config))
    with _epoch_held(config):
        run_stage("resolve", config, options=Options(actor=actor), progress=tell)
    for stage in _AFTER[1:]:
        run_stage(stage, config, options=options, progress=tell)


def _last_day(config: Config) -> date | None:
    """The day the marts look back from, which the person's last visit may have set."""
    with open_readonly(config.warehouse) as con:
        row = con.execute(
            """
            select json_extract_string(detail, '$.counts.as_of') from ops.run
            where stage = 'profile' and status = 'done' order by started_at desc limit 1
            """
        ).fetchone()
    return date.fromisoformat(row[0]) if row and row[0] else None


@contextmanager
def _epoch_held(config: Config) -> Iterator[None]:
    """What was learned stays in force meanwhile: learned anew without the person, others could change."""
    with open_warehouse(config.warehouse) as con:
        con.execute("update identity.epoch set pinned = true where status = 'current'")
    try:
        yield
    finally:
        _release_epoch(config)


def _release_epoch(config: Config) -> None:
    """An epoch that a person chose stays pinned, as the audit says; one that an erasure held is the pipeline's to
    replace again, also when that erasure was killed."""
    with open_warehouse(config.warehouse) as con:
        con.execute(
            """
            update identity.epoch set pinned = false
            where pinned and epoch is distinct from (
                select if(action = 'automatic', null, subject) from ops.audit
                where action in ('switch', 'rollback', 'automatic') order by sequence desc nulls last limit 1
            )
            """
        )


def _look_through(config: Config, needles: Needles | None, tell: Progress) -> tuple[str, ...]:
    """Step 5: files that still hold the person, which there should be none of."""
    if needles is None:
        return ()
    tell("looking through all files")
    found = [path.relative_to(config.home).as_posix() for path in find_files(config.home, needles, config.key)]
    for path in sorted(config.home.rglob("*.duckdb")):
        tell(f"looking through {path.name}")
        name = path.relative_to(config.home).as_posix()
        try:
            found += [f"{name}: {table}" for table in find_tables(path, needles, config.key)]
        except (duckdb.Error, KeyProblem):  # somebody's own file, or one that somebody writes to
            found.append(f"{name}, perhaps: it cannot be opened")
    return tuple(found)


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
