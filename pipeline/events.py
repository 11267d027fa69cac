"""From raw rows to standard.event.

In: the new batches of a stream. Out: their events; each is written once, by its id, from the row delivered first.

There may be millions of events in a file and many more in the table, so rows are staged nowhere: they stream from the
raw table through the mapping's expressions into standard.event. What a row alone does not tell is looked up in small
tables that are made before:

1. which rows repeat an event: the ids told more than once by the new rows, found by their hashes, and those that are
   in the table already; of both there are few,
2. what normalisers make of the distinct values that SQL alone cannot read.
"""

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
    coalesce({event_hash_sql("$source", "$stream", "raw_id")},
        {event_hash_sql("$source", "$stream", "_batch_id", "_line::varchar")})
"""


def write_events(portion: Portion, event: Event) -> int:
    """Add the events whose id is not there yet; returns how many."""
    repeats = _find_repeats(portion, event)
    steps = [time_step("occurred_at", portion.each), user_agent_step()]
    _, parameters = staged_query(portion, event)

    def rows_of(step: Step) -> str:
        return f"({staged_query(portion, event, fields=_FIELDS, only=_fields_of(step))[0]})"

    with additions(portion.work.con, rows_of, steps, parameters) as added:
        written = _insert(portion, event, added, without=repeats)
        if join := added.joins.get("occurred_at"):
            _keep_unread_times(portion, event, join, added.reasons["occurred_at"])
    return written


def _fields_of(step: Step) -> tuple[str, ...]:
    return tuple(column.removeprefix("raw_") for column in step.inputs.values())


def _find_repeats(portion: Portion, event: Event) -> int:
    """`_event_repeat`: batch and line of the rows whose event another row tells; returns how many."""
    con = portion.work.con
    stream: dict[str, object] = {"source": portion.each.source.name, "stream": portion.each.stream.name}
    query, parameters = staged_query(portion, event, fields=_FIELDS, only=("id",))
    identified = f"select {_ID} as event_id, _batch_id, _line, _delivered_on from ({query})"
    parameters = {**parameters, **stream}
    con.execute(
        f"""
        create or replace temp table _event_twice as
        select hash(event_id) as code from ({identified}) group by code having count(*) > 1
        """,
        parameters,
    )
    held = con.execute(
        "select 1 from standard.event where source = $source and stream = $stream limit 1", stream
    ).fetchone()
    con.execute(
        f"""
        create or replace temp table _event_known as
        select event_id from standard.event
        where source = $source and stream = $stream and event_id in (select event_id from ({identified}))
        {"" if held else "limit 0"}
        """,
        parameters,
    )
    con.execute(
        f"""
        create or replace temp table _event_repeat as
        with told as (
            select _batch_id, _line, row_number() over (
                partition by event_id order by _delivered_on nulls first, _batch_id, _line
            ) as nth
            from ({identified}) where hash(event_id) in (select code from _event_twice)
        )
        select _batch_id, _line from told where nth > 1
        union
        select _batch_id, _line from ({identified}) where event_id in (select event_id from _event_known)
        """,
        parameters,
    )
    return count_rows(con, "_event_repeat")


def _insert(portion: Portion, event: Event, added: Additions, *, without: int) -> int:
    extra = {"record_id": portion.record_id(event.record, event.stream) if event.record else "null::varchar"}
    query, parameters = staged_query(portion, event, fields=_FIELDS, extra=extra)
    once = "anti join _event_repeat as repeat on repeat._batch_id = staged._batch_id and repeat._line = staged._line"
    row = portion.work.con.execute(
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
        {**parameters, "source": portion.each.source.name, "stream": portion.each.stream.name},
    ).fetchone()
    return int(row[0]) if row else 0


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
    keep_unparsed(portion, "_event_unread", key, {"occurred_at": "raw_occurred_at"})
