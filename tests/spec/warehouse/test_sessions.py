"""When a visit begins and ends, and whose it was; then the same told by a loop over made-up visitors."""

import random
from datetime import datetime, timedelta
from itertools import groupby

import pytest

from tests.warehouse.drawn import derive, draw, own_records, parse, read, warehouse

PAUSE = timedelta(minutes=30)

# case: (events; expected sessions). Device d is r1's, who is C1; device k is known to nobody.
CASES = {
    "thirty minutes are no pause, one second more is": (
        """
        | event_id | occurred_at         | anonymous_namespace | anonymous_id | event_type | url |
        | e1       | 2026-01-10 10:00:00 | anonymous_id        | d            | page       | /a  |
        | e2       | 2026-01-10 10:30:00 | anonymous_id        | d            | track      | /b  |
        | e3       | 2026-01-10 11:00:01 | anonymous_id        | d            | page       | /c  |
        """,
        """
        | customer_id | anonymous_id | started_at          | ended_at            | seconds | events | pages | landing_url | exit_url |
        | C1          | d            | 2026-01-10 10:00:00 | 2026-01-10 10:30:00 | 1800    | 2      | 1     | /a          | /b       |
        | C1          | d            | 2026-01-10 11:00:01 | 2026-01-10 11:00:01 | 0       | 1      | 1     | /c          | /c       |
        """,
    ),
    "the source's own session ends the one before, an event without one does not": (
        """
        | event_id | occurred_at         | anonymous_namespace | anonymous_id | session_id |
        | e1       | 2026-01-10 10:00:00 | anonymous_id        | d            | s1         |
        | e2       | 2026-01-10 10:01:00 | anonymous_id        | d            |            |
        | e3       | 2026-01-10 10:02:00 | anonymous_id        | d            | s1         |
        | e4       | 2026-01-10 10:03:00 | anonymous_id        | d            | s2         |
        """,
        """
        | customer_id | started_at          | source_session_id | events |
        | C1          | 2026-01-10 10:00:00 | s1                | 3      |
        | C1          | 2026-01-10 10:03:00 | s2                | 1      |
        """,
    ),
    "two devices are two visits, a login without a device is one of its own": (
        """
        | event_id | occurred_at         | anonymous_namespace | anonymous_id | record_id |
        | e1       | 2026-01-10 10:00:00 | anonymous_id        | d            |           |
        | e2       | 2026-01-10 10:01:00 | anonymous_id        | k            |           |
        | e3       | 2026-01-10 10:02:00 |                     |              | r1        |
        """,
        """
        | customer_id | anonymous_id | record_id | started_at          | events |
        |             | k            |           | 2026-01-10 10:01:00 | 1      |
        | C1          |              | r1        | 2026-01-10 10:02:00 | 1      |
        | C1          | d            |           | 2026-01-10 10:00:00 | 1      |
        """,
    ),
    "two customers in one visit: nobody's": (
        """
        | event_id | occurred_at         | anonymous_namespace | anonymous_id | record_id |
        | e1       | 2026-01-10 10:00:00 | anonymous_id        | k            | r1        |
        | e2       | 2026-01-10 10:01:00 | anonymous_id        | k            | r2        |
        """,
        """
        | customer_id | anonymous_id | started_at          | events |
        |             | k            | 2026-01-10 10:00:00 | 2      |
        """,
    ),
    "no time, no visitor, or a link between devices: no visit": (
        """
        | event_id | occurred_at         | anonymous_namespace | anonymous_id | event_type |
        | e1       |                     | anonymous_id        | d            | page       |
        | e2       | 2026-01-10 10:01:00 |                     |              | page       |
        | e3       | 2026-01-10 10:02:00 | anonymous_id        | d            | bind       |
        """,
        "| customer_id | events |",
    ),
}


def made_sessions(events):
    """Sessions of a drawing: columns as drawn in the case, in an order that does not depend on their ids."""
    con = warehouse()
    draw(con, "standard.record", "| record_id |\n| r1 |\n| r2 |")
    draw(
        con,
        "standard.identifier",
        "| record_id | namespace | value | seen_first | seen_last |\n| r1 | anonymous_id | d | 2026-01-01 | 2026-01-01 |",
    )
    draw(con, "standard.event", events)
    own_records(con, C1="r1", C2="r2")
    derive(con, "customer.event", "customer.session")
    return con


@pytest.mark.parametrize(("events", "expected"), CASES.values(), ids=CASES)
def test_sessions(events, expected):
    columns = [name.strip() for name in expected.strip().splitlines()[0].strip().strip("|").split("|")]
    found = read(made_sessions(events), f"select {', '.join(columns)} from customer.session")
    drawn = sorted(tuple(row.values()) for row in parse(expected))
    assert sorted(tuple(row.values()) for row in found) == drawn


def test_sessions_as_a_loop_finds_them():
    draws = random.Random(5)
    start = datetime(2026, 1, 1)
    rows = [
        (f"e{number:04}", start + timedelta(seconds=draws.randrange(400_000)), f"v{draws.randrange(12)}")
        for number in range(1_500)
    ]
    events = "| event_id | occurred_at | anonymous_namespace | anonymous_id |\n" + "\n".join(
        f"| {event} | {moment} | anonymous_id | {visitor} |" for event, moment, visitor in rows
    )
    expected = []
    for visitor, group in groupby(sorted((v, m) for _, m, v in rows), key=lambda row: row[0]):
        moments = [moment for _, moment in group]
        begins = [at for at, moment in enumerate(moments) if not at or moment - moments[at - 1] > PAUSE]
        for first, after in zip(begins, [*begins[1:], len(moments)], strict=True):
            expected.append((visitor, str(moments[first]), str(moments[after - 1]), str(after - first)))
    con = made_sessions(events)
    found = read(con, "select anonymous_id, started_at, ended_at, events from customer.session order by all")
    assert [tuple(row.values()) for row in found] == sorted(expected)
    assert con.execute("select count(*) = count(distinct session_id) from customer.session").fetchone() == (True,)
