"""The stewards' decisions as the next resolve will apply them, and those it cannot apply.

In: identity.decision and standard.record. Out: the newest decision on every pair whose records are there, the decisions
that one of them contradicts, and counts. Records decided the same are one customer whatever was decided besides, so a
"different" between records that decisions "same" join, if only through others, is contradicted: stored, not applied.
"""

from collections.abc import Iterable

import duckdb

from pipeline.evidence import Decision

_NEWEST = """
    select l.record_id as record_id_l, r.record_id as record_id_r, verdict, decided_by, decided_at, note
    from identity.decision
    -- A record that its source deleted is not there.
    left join standard.record as l
        on (l.source, l.stream, l.source_record_id) = (source_l, stream_l, source_record_id_l) and l.deleted_at is null
    left join standard.record as r
        on (r.source, r.stream, r.source_record_id) = (source_r, stream_r, source_record_id_r) and r.deleted_at is null
    -- A decision names its records in the order of their ids, so a pair is always named the same way.
    qualify row_number() over (
        partition by source_l, stream_l, source_record_id_l, source_r, stream_r, source_record_id_r
        order by decided_at desc, decision_id
    ) = 1
"""

Reached = dict[str, Decision | None]


def read_decisions(con: duckdb.DuckDBPyConnection) -> tuple[Decision, ...]:
    """The newest decision on every pair that has both its records."""
    rows = con.execute(
        f"select * from ({_NEWEST}) where record_id_l is not null and record_id_r is not null "
        "order by decided_at, record_id_l, record_id_r"
    ).fetchall()
    return tuple(Decision(*row) for row in rows)


def find_contradicted(decisions: Iterable[Decision], pair: tuple[str, str]) -> tuple[Decision, ...]:
    """The decisions that the one on this pair contradicts.

    For "different": the decisions "same" that lead from one record to the other. For "same": the decisions "different"
    between the records it brings together. Empty where it contradicts none.
    """
    decisions = tuple(decisions)
    said = next((each for each in decisions if _ends(each) == set(pair)), None)
    if said is None:
        return ()
    others = tuple(each for each in decisions if each is not said)
    beside = _list_neighbours(others)
    reached = _reach(beside, pair[0])
    if said.verdict == "different":
        return _walk(reached, pair[1])
    if pair[1] in reached:  # one customer before this was said
        return ()
    joined = _reach(beside, pair[1])
    return tuple(each for each in others if each.verdict == "different" and _is_between(each, reached, joined))


def count_idle(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Decisions that are stored and not applied: contradicted by others, or on records that are not there."""
    decisions = read_decisions(con)
    label = _label(_list_neighbours(decisions))
    contradicted = sum(
        each.verdict == "different"
        and label.get(each.record_id_l, each.record_id_l) == label.get(each.record_id_r, each.record_id_r)
        for each in decisions
    )
    row = con.execute(f"select count(*) from ({_NEWEST})").fetchone()
    return {
        "decisions_contradicted": contradicted,
        "decisions_without_record": int(row[0] if row else 0) - len(decisions),
    }


def _ends(decision: Decision) -> set[str]:
    return {decision.record_id_l, decision.record_id_r}


def _is_between(decision: Decision, one: Reached, other: Reached) -> bool:
    """Whether the decision has an end on either side."""
    left, right = decision.record_id_l, decision.record_id_r
    return (left in one and right in other) or (left in other and right in one)


def _list_neighbours(decisions: Iterable[Decision]) -> dict[str, list[tuple[str, Decision]]]:
    """For every record decided the same as others: those, and the decision that says so."""
    beside: dict[str, list[tuple[str, Decision]]] = {}
    for each in decisions:
        if each.verdict == "same":
            beside.setdefault(each.record_id_l, []).append((each.record_id_r, each))
            beside.setdefault(each.record_id_r, []).append((each.record_id_l, each))
    return beside


def _reach(beside: dict[str, list[tuple[str, Decision]]], start: str) -> Reached:
    """Every record that decisions "same" lead to, nearest first, each with the decision it was reached by."""
    reached: Reached = {start: None}
    waiting = [start]
    for record in waiting:
        for other, decision in beside.get(record, ()):
            if other not in reached:
                reached[other] = decision
                waiting.append(other)
    return reached


def _walk(reached: Reached, end: str) -> tuple[Decision, ...]:
    """The shortest chain of decisions from where the records were reached from to `end`; empty where there is none."""
    chain = []
    while (decision := reached.get(end)) is not None:
        chain.append(decision)
        (end,) = _ends(decision) - {end}
    return tuple(reversed(chain))


def _label(beside: dict[str, list[tuple[str, Decision]]]) -> dict[str, str]:
    """One of the records of its group, for every record that decisions "same" join to others."""
    label: dict[str, str] = {}
    for record in beside:
        if record not in label:
            label |= dict.fromkeys(_reach(beside, record), record)
    return label
