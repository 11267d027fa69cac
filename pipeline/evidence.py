"""The evidence in the warehouse, for people: records by name, customers by any id they ever had.

In: the warehouse (read-only). Out: explanations of identity/explanation.py, with what waits for a steward and what
stewards decided. Record ids, sources, levels and bits; no value of a record.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from identity.errors import NotExplainableError
from identity.explanation import (
    Bridge,
    CustomerExplanation,
    Explanation,
    explain_customer,
    explain_pair,
    explain_path,
)
from pipeline.config import Config
from warehouse.connection import open_readonly

_LINK, _MODEL, _MEMBERS, _DECISIONS = "identity.link", "identity.model", "identity.record_customer", "_newest_decision"

_OF_THE_PAIR = "record_id_l in ($a, $b) and record_id_r in ($a, $b)"


class UnknownRecord(ValueError):
    """No record or customer goes by the name given."""


@dataclass(frozen=True)
class RecordName:
    """A record's id and the source's own key."""

    record_id: str
    source: str
    stream: str
    source_record_id: str


@dataclass(frozen=True)
class Decision:
    """The newest word of a steward on a pair. `note` is free text and may name people: not for files or logs."""

    record_id_l: str
    record_id_r: str
    verdict: str
    decided_by: str
    decided_at: datetime
    note: str | None


@dataclass(frozen=True)
class ReviewRow:
    """A pair that waits for a steward, and the customers its records belong to now.

    records_affected: records whose customer another decision would change.
    """

    record_id_l: str
    record_id_r: str
    match_weight: float
    kind: str
    detail: str
    customer_id_l: str | None
    customer_id_r: str | None
    records_affected: int


@dataclass(frozen=True)
class PairEvidence:
    """Two records: the evidence of their link or, without one, the path between them; who decided; whose they are.

    on_the_way: the records of the path, both ends included.
    """

    left: RecordName
    right: RecordName
    customer_id_l: str | None
    customer_id_r: str | None
    explanation: Explanation | None
    path: tuple[Bridge, ...]
    on_the_way: tuple[RecordName, ...]
    decision: Decision | None
    review: tuple[ReviewRow, ...]


@dataclass(frozen=True)
class CustomerEvidence:
    """A customer: what holds it together, its records, what waits for a steward and what was decided."""

    explanation: CustomerExplanation
    records: tuple[RecordName, ...]
    review: tuple[ReviewRow, ...]
    decisions: tuple[Decision, ...]


@contextmanager
def read_evidence(config: Config) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to the warehouse, once it has been resolved."""
    with open_readonly(config.warehouse) as con:
        if not _exists(con, "link"):
            raise UnknownRecord("nothing has been resolved yet: run `guiyi run` first")
        yield con


def find_record(con: duckdb.DuckDBPyConnection, name: str) -> RecordName:
    """The record called `name`: its record_id, or source/stream/key."""
    source, _, rest = name.partition("/")
    stream, _, key = rest.partition("/")
    row = con.execute(
        """
        select record_id, source, stream, source_record_id from standard.record
        where record_id = $name or (source = $source and stream = $stream and source_record_id = $key)
        """,
        {"name": name, "source": source, "stream": stream, "key": key},
    ).fetchone()
    if row is None:
        raise UnknownRecord("no such record: name it by its record_id or as source/stream/key, as in standard.record")
    return RecordName(*row)


def pair_evidence(con: duckdb.DuckDBPyConnection, left: str, right: str) -> PairEvidence:
    """What speaks for and against two records, called by any of their names, being one person."""
    names = find_record(con, left), find_record(con, right)
    pair = names[0].record_id, names[1].record_id
    if pair[0] == pair[1]:
        raise UnknownRecord("an explanation needs a customer or two different records; this is one record twice")
    _view_decisions(con)
    customers = dict(
        con.execute(
            f"select record_id, customer_id from {_MEMBERS} where record_id in ($a, $b)", _named(pair)
        ).fetchall()
    )
    decisions = _read_decisions(con, _OF_THE_PAIR, _named(pair))
    explanation: Explanation | None = None
    path: tuple[Bridge, ...] = ()
    try:
        explanation = explain_pair(con, _LINK, _MODEL, *pair)
    except NotExplainableError:
        path = explain_path(con, _LINK, _MEMBERS, *pair, _DECISIONS)
        if not path and not decisions:
            raise
    return PairEvidence(
        *names,
        customers.get(pair[0]),
        customers.get(pair[1]),
        explanation,
        path,
        _name_records(con, {record for bridge in path for record in bridge.ends}),
        decisions[0] if decisions else None,
        _read_review(con, _OF_THE_PAIR, _named(pair)),
    )


def customer_evidence(con: duckdb.DuckDBPyConnection, customer_id: str) -> CustomerEvidence:
    """What holds a customer together, and its records; an id that is no longer in use leads to the current one."""
    row = con.execute(
        "select customer_id from identity.alias where old_customer_id = $id", {"id": customer_id}
    ).fetchone()
    current = {"id": row[0] if row else customer_id}
    _check_customer(con, customer_id)
    _view_decisions(con)
    model = _MODEL if _exists(con, "model") else None
    found = explain_customer(con, _LINK, _MEMBERS, current["id"], _DECISIONS, model)
    touching = " or ".join(
        f"record_id_{side} in (select record_id from {_MEMBERS} where customer_id = $id)" for side in "lr"
    )
    return CustomerEvidence(
        found,
        _name_records(con, found.members),
        _read_review(con, touching, current),
        _read_decisions(con, touching, current),
    )


def _name_records(con: duckdb.DuckDBPyConnection, records: Collection[str]) -> tuple[RecordName, ...]:
    """Source and key of records that have been resolved."""
    rows = con.execute(
        f"""
        select record_id, source, stream, source_record_id from {_MEMBERS}
        where record_id in (select unnest($records::varchar[])) order by source, stream, record_id
        """,
        {"records": list(records)},
    ).fetchall()
    return tuple(RecordName(*row) for row in rows)


def _named(pair: tuple[str, str]) -> dict[str, Any]:
    return {"a": pair[0], "b": pair[1]}


def _view_decisions(con: duckdb.DuckDBPyConnection) -> None:
    """The newest decision on every pair, with the records that go by the keys it names. Temporary: con only reads."""
    con.execute(
        f"""
        create or replace temp view {_DECISIONS} as
        select l.record_id as record_id_l, r.record_id as record_id_r, verdict, decided_by, decided_at, note
        from identity.decision
        join {_MEMBERS} as l on (l.source, l.stream, l.source_record_id) = (source_l, stream_l, source_record_id_l)
        join {_MEMBERS} as r on (r.source, r.stream, r.source_record_id) = (source_r, stream_r, source_record_id_r)
        qualify row_number() over (
            partition by least(l.record_id, r.record_id), greatest(l.record_id, r.record_id)
            order by decided_at desc, decision_id
        ) = 1
        """
    )


def _read_decisions(con: duckdb.DuckDBPyConnection, condition: str, parameters: dict[str, Any]) -> tuple[Decision, ...]:
    rows = con.execute(
        f"""
        select record_id_l, record_id_r, verdict, decided_by, decided_at, note from {_DECISIONS}
        where {condition} order by decided_at, record_id_l, record_id_r
        """,
        parameters,
    ).fetchall()
    return tuple(Decision(*row) for row in rows)


def _check_customer(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """UnknownRecord when it is a record's name, which says whose the record is."""
    try:
        record = find_record(con, name)
    except UnknownRecord:
        return
    row = con.execute(f"select customer_id from {_MEMBERS} where record_id = $id", {"id": record.record_id}).fetchone()
    whose = f"it belongs to {row[0]}, which" if row else "its customer"
    raise UnknownRecord(f"that is a record; {whose} can be explained, or the record beside a second one")


def read_queue(con: duckdb.DuckDBPyConnection) -> tuple[ReviewRow, ...]:
    """All that waits for a steward, the most pressing first."""
    _view_decisions(con)
    return _read_review(con, "true", {})


def _read_review(con: duckdb.DuckDBPyConnection, condition: str, parameters: dict[str, str]) -> tuple[ReviewRow, ...]:
    """Open rows of identity.review, the most pressing first; a row waits for nobody once its pair has been decided.

    A decision that others contradict stays listed: it was not applied.
    """
    if not _exists(con, "review"):
        return ()
    rows = con.execute(
        f"""
        select record_id_l, record_id_r, match_weight, kind, detail, l.customer_id, r.customer_id, records_affected
        from (select * from identity.review where {condition}) as review
        left join {_MEMBERS} as l on l.record_id = record_id_l
        left join {_MEMBERS} as r on r.record_id = record_id_r
        where expected_change > 0 and (kind = 'conflict' or not exists (
            select 1 from {_DECISIONS} as decision
            where decision.record_id_l in (review.record_id_l, review.record_id_r)
                and decision.record_id_r in (review.record_id_l, review.record_id_r)
        ))
        order by rank
        """,
        parameters,
    ).fetchall()
    return tuple(ReviewRow(*row) for row in rows)


def _exists(con: duckdb.DuckDBPyConnection, table: str) -> bool:
    found = con.execute(
        "select 1 from duckdb_tables() where schema_name = 'identity' and table_name = $table", {"table": table}
    ).fetchone()
    return found is not None
