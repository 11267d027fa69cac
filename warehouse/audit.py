"""Who did what to personal data: the one way into ops.audit, and the check that nothing was changed there.

In: who, what, about what, and counts. Out: a row, chained to the one before. Subject and detail never hold a value of
a person.

A row's hash is SHA-256 of its canonical JSON: the fields of `_HASHED` in alphabetical order, without blanks, UTF-8,
times as 2026-03-31T08:00:00.000000. Since the hash before it is one of the fields, a row cannot be changed, removed or
put in without every later hash being computed anew. That, and rows cut off at the end, is what the head is for
(audit_head.py): the newest hash, kept outside and signed.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import duckdb
import pyarrow as pa

FIRST = "0" * 64
_HASHED = ("sequence", "acted_at", "actor", "action", "subject", "detail", "previous_hash")


@dataclass(frozen=True)
class Act:
    """A row of ops.audit."""

    sequence: int | None
    acted_at: datetime
    actor: str
    action: str
    subject: str
    detail: str | None
    previous_hash: str | None
    hash: str | None

    def compute_hash(self) -> str:
        """What `hash` must be."""
        fields = {name: getattr(self, name) for name in _HASHED}
        fields["acted_at"] = self.acted_at.isoformat(timespec="microseconds")
        text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Chain:
    """What a check of the chain found: rows, the newest of them, and the first broken one with what is wrong there."""

    acts: int
    sequence: int
    hash: str
    broken: int | None = None
    problem: str | None = None


def record_act(
    con: duckdb.DuckDBPyConnection,
    *,
    acted_at: datetime,
    actor: str,
    action: str,
    subject: str,
    detail: Mapping[str, object],
) -> None:
    """Append one act; `acted_at` is UTC without a zone, `detail` goes in as JSON."""
    chain_older(con)
    _append(con, acted_at, actor, action, subject, json.dumps(detail, ensure_ascii=False))


def read_acts(
    con: duckdb.DuckDBPyConnection, *, actor: str | None = None, action: str | None = None, limit: int | None = None
) -> list[Act]:
    """Acts by sequence; with a limit the newest of them."""
    rows = con.execute(
        """
        select sequence, acted_at, actor, action, subject, detail, previous_hash, hash from ops.audit
        where ($actor is null or actor = $actor) and ($action is null or action = $action)
        order by sequence desc nulls first, rowid desc limit $limit
        """,
        {"actor": actor, "action": action, "limit": limit},
    ).fetchall()
    return [Act(*row) for row in reversed(rows)]


def newest_act(con: duckdb.DuckDBPyConnection) -> tuple[int, str]:
    """Sequence and hash of the newest act; 0 and zeros before the first."""
    row = con.execute(
        "select sequence, hash from ops.audit where sequence is not null order by sequence desc limit 1"
    ).fetchone()
    return (int(row[0]), str(row[1])) if row else (0, FIRST)


def verify_chain(con: duckdb.DuckDBPyConnection) -> Chain:
    """Compute the chain anew; stops at the first row that is not as it must be."""
    before, sequence, acts = FIRST, 0, read_acts(con)
    for act in acts:
        if problem := _find_problem(act, sequence + 1, before):
            return Chain(len(acts), sequence, before, act.sequence or sequence + 1, problem)
        before, sequence = act.compute_hash(), sequence + 1
    return Chain(len(acts), sequence, before)


def _find_problem(act: Act, expected: int, before: str) -> str | None:
    if act.sequence is None:
        return "it is not chained: it did not come in through the pipeline"
    if act.sequence != expected:
        what = "a row was removed" if act.sequence > expected else "a row was put in"
        return f"{what}: number {expected} is expected here"
    if act.previous_hash != before:
        return "it does not follow the row before it"
    return None if act.hash == act.compute_hash() else "it was changed"


def _append(
    con: duckdb.DuckDBPyConnection, acted_at: datetime, actor: str, action: str, subject: str, detail: str | None
) -> None:
    sequence, before = newest_act(con)
    act = Act(sequence + 1, acted_at, actor, action, subject, detail, before, None)
    con.execute(
        """
        insert into ops.audit (acted_at, actor, action, subject, detail, sequence, previous_hash, hash)
        values (?, ?, ?, ?, ?, ?, ?, ?)
        """,
        [acted_at, actor, action, subject, detail, act.sequence, before, act.compute_hash()],
    )


def chain_older(con: duckdb.DuckDBPyConnection) -> None:
    """Take up rows of the version that had no chain, once: while nothing is chained yet. One statement, all or none."""
    if newest_act(con)[0]:
        return
    rows = con.execute(
        "select rowid, acted_at, actor, action, subject, detail from ops.audit where sequence is null order by rowid"
    ).fetchall()
    if not rows:
        return
    chained, before = [], FIRST
    for number, (row, acted_at, actor, action, subject, detail) in enumerate(rows, start=1):
        found = Act(number, acted_at, actor, action, subject, detail, before, None).compute_hash()
        chained.append({"row": row, "sequence": number, "previous_hash": before, "hash": found})
        before = found
    con.register("_chained", pa.Table.from_pylist(chained))
    try:
        con.execute(
            "update ops.audit set sequence = c.sequence, previous_hash = c.previous_hash, hash = c.hash "
            "from _chained as c where c.row = ops.audit.rowid"
        )
    finally:
        con.unregister("_chained")
