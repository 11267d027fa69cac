"""From raw rows to standard.event.

In: the new batches of a stream. Out: their events; each is written once, by its id, from the row delivered first.

There may be millions of events in a file and many more in the table, so rows are staged nowhere: they stream from the
raw table through the mapping's expressions into standard.event. What a row alone does not tell is looked up in small
tables that are made before:

1. which rows repeat an event: the ids told more than once by the new rows, found by their hashes, and those that are
   in the table already; of both there are few,
2. what normalisers make of the distinct values that SQL alone cannot read.
"""

from contextlib import suppress
from typing import Any

import duckdb

from connectors.stream import Event
from pipeline.keys import event_hash_sql
from pipeline.normalisers import time_step, user_agent_step
from pipeline.staging import Portion, keep_unparsed, staged_query
from pipeline.values import Additions, Step, additions, count_rows

_FIELDS = (
    *("id", "type", "name", "occurred_at", "anonymous_namespace", "anonymous_id", "session_id", "url", "referrer"),
    *("campaign", "ip", "user_agent", "os", "device", "properties"),
)
_ID = f"""
    case when raw_id is not null then {event_hash_sql("$source", "$stream", "raw_id")}
        else {event_hash_sql("$source", "$stream", "_batch_id", "_line::varchar")} end
"""


def write_events(portion: Portion, event: Event) -> int:
    """Add the events whose id is not there yet; returns how many."""
    steps = [time_step("occurred_at", portion.each), user_agent_step()]
    has_unread = _list_suspects(portion, event, steps[0])
    repeats = _find_repeats(portion, event)
    _, parameters = staged_query(portion, event)

    def rows_of(step: Step) -> str:
        return f"({staged_query(portion, event, fields=_FIELDS, only=_fields_of(step))[0]})"

    quick = set() if has_unread else {"occurred_at"}
    with additions(portion.work.con, rows_of, steps, parameters, quick) as added:
        written = _insert(portion, event, added, without=repeats)
        if join := added.joins.get("occurred_at"):
            _keep_unread_times(portion, event, join, added.reasons["occurred_at"])
    return written


def _fields_of(step: Step) -> tuple[str, ...]:
    return tuple(column.removeprefix("raw_") for column in step.inputs.values())


def _list_suspects(portion: Portion, event: Event, time: Step) -> bool:
    """`_event_suspect`: hashes of the ids that several of the new rows tell. True when times need their normaliser."""
    query, parameters = staged_query(portion, event, fields=_FIELDS, only=("id", "occurred_at"))
    unread = f"raw_occurred_at is not null and ({time.quick}) is null"
    portion.work.con.execute(
        f"""
        create or replace temp table _event_suspect as
        select hash(raw_id) as code, bool_or({unread}) as is_unread
        from ({query}) group by code having count(*) > 1 or is_unread
        """,
        parameters,
    )
    row = portion.work.con.execute("select bool_or(is_unread) from _event_suspect").fetchone()
    return bool(row and row[0])


def _find_repeats(portion: Portion, event: Event) -> int:
    """`_event_repeat`: batch and line of the rows whose event another row tells; returns how many."""
    con = portion.work.con
    query, parameters = staged_query(portion, event, fields=_FIELDS, only=("id",))
    con.execute(
        f"""
        create or replace temp table _event_repeat as
        with told as (
            select raw_id, _batch_id, _line, row_number() over (
                partition by raw_id order by _delivered_on nulls first, _batch_id, _line
            ) as nth
            from ({query}) where hash(raw_id) in (select code from _event_suspect)
        )
        select _batch_id, _line from told where nth > 1 and raw_id is not null
        """,
        parameters,
    )
    stream: dict[str, object] = {"source": portion.each.source.name, "stream": _stream(portion, event)}
    chosen = "from standard.event where source = $source and stream = $stream"
    if con.execute(f"select 1 {chosen} limit 1", stream).fetchone():
        identified = f"select {_ID} as event_id, _batch_id, _line from ({query})"
        con.execute(
            f"""
            insert into _event_repeat
            with known as (select event_id {chosen} and event_id in (select event_id from ({identified})))
            select _batch_id, _line from ({identified}) where event_id in (select event_id from known)
            """,
            {**parameters, **stream},
        )
    return count_rows(con, "_event_repeat")


def _insert(portion: Portion, event: Event, added: Additions, *, without: int) -> int:
    extra = {"record_id": portion.record_id(event.record, event.stream) if event.record else "null::varchar"}
    query, parameters = staged_query(portion, event, fields=_FIELDS, extra=extra)
    once = "anti join _event_repeat as repeat on repeat._batch_id = staged._batch_id and repeat._line = staged._line"
    row = _in_any_order(
        portion.work.con,
        f"""
        insert into standard.event
        with read as (
            select {", ".join(["staged.*", *added.columns])}
            from ({query}) as staged {" ".join(added.joins.values())} {once if without else ""}
        )
        select {_ID}, $source, $stream, raw_type, raw_name, occurred_at, record_id,
            case when raw_anonymous_id is not null then raw_anonymous_namespace end, raw_anonymous_id,
            raw_session_id, raw_url, raw_referrer, raw_campaign, raw_ip, browser, coalesce(raw_os, os),
            coalesce(raw_device, device), raw_properties, _batch_id, _line
        from read
        """,
        {**parameters, "source": portion.each.source.name, "stream": _stream(portion, event)},
    )
    return int(row[0]) if row else 0


def _stream(portion: Portion, event: Event) -> str:
    return event.own_stream or portion.each.stream.name


def _in_any_order(con: duckdb.DuckDBPyConnection, statement: str, parameters: dict[str, object]) -> Any:
    """Run an insert; its first row. Threads that need not wait for each other write row groups as they fill them."""
    con.execute("set preserve_insertion_order = false")
    try:
        return con.execute(statement, parameters).fetchone()
    finally:
        with suppress(duckdb.Error):  # nothing can be set in a transaction that failed
            con.execute("set preserve_insertion_order = true")


def _keep_unread_times(portion: Portion, event: Event, join: str, reason: str) -> None:
    query, parameters = staged_query(portion, event, fields=_FIELDS, only=("id", "occurred_at"))
    portion.work.con.execute(
        f"""
        create or replace temp table _event_unread as
        select raw_id, raw_occurred_at, {reason} as reason_occurred_at, _batch_id, _line
        from ({query}) as staged {join} where {reason} is not null
        """,
        parameters,
    )
    key = "coalesce(raw_id, _batch_id || ':' || _line)"
    keep_unparsed(portion, "_event_unread", key, {"occurred_at": "raw_occurred_at"}, _stream(portion, event))
