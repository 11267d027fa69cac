"""Whose was an anonymous visit? Devices, logins and the window of 30 days, case by case."""

import pytest

from tests.warehouse.drawn import derive, draw, own_records, parse, read, warehouse

# case: (identifiers: who carried the device; events; expected customer per event)
CASES = {
    "one customer's device: every event, before and after, is theirs": (
        """
        | record_id | namespace    | value | seen_first | seen_last  |
        | r1        | anonymous_id | d     | 2026-01-10 | 2026-01-10 |
        """,
        """
        | event_id | occurred_at | record_id | anonymous_namespace | anonymous_id |
        | e1       | 2025-06-01  |           | anonymous_id        | d            |
        | e2       | 2026-01-10  | r1        | anonymous_id        | d            |
        | e3       | 2026-02-20  |           | anonymous_id        | d            |
        """,
        """
        | event_id | customer_id | stitched |
        | e1       | C1          | true     |
        | e2       | C1          | false    |
        | e3       | C1          | true     |
        """,
    ),
    "nobody's device, another namespace, no device at all: nobody": (
        """
        | record_id | namespace    | value | seen_first | seen_last  |
        | r1        | anonymous_id | d     | 2026-01-10 | 2026-01-10 |
        """,
        """
        | event_id | occurred_at | record_id | anonymous_namespace | anonymous_id |
        | e1       | 2026-01-10  |           | anonymous_id        | other        |
        | e2       | 2026-01-10  |           | device_id           | d            |
        | e3       | 2026-01-10  |           |                     |              |
        """,
        """
        | event_id | customer_id | stitched |
        | e1       |             | false    |
        | e2       |             | false    |
        | e3       |             | false    |
        """,
    ),
    "unbound: nothing after the device was taken back": (
        """
        | record_id | namespace | value | seen_first | seen_last  | revoked_at |
        | r1        | device_id | d     | 2026-01-10 | 2026-01-10 | 2026-01-20 |
        """,
        """
        | event_id | occurred_at | record_id | anonymous_namespace | anonymous_id |
        | e1       | 2026-01-19  |           | device_id           | d            |
        | e2       | 2026-01-21  |           | device_id           | d            |
        """,
        """
        | event_id | customer_id | stitched |
        | e1       | C1          | true     |
        | e2       |             | false    |
        """,
    ),
    "shared: between two logins of one person theirs, between two people nobody's": (
        """
        | record_id | namespace    | value | seen_first | seen_last  |
        | r1        | anonymous_id | d     | 2026-01-01 | 2026-01-20 |
        | r2        | anonymous_id | d     | 2026-02-01 | 2026-02-10 |
        """,
        """
        | event_id | occurred_at | record_id | anonymous_namespace | anonymous_id |
        | e1       | 2026-01-10  |           | anonymous_id        | d            |
        | e2       | 2026-01-25  |           | anonymous_id        | d            |
        | e3       | 2026-02-05  |           | anonymous_id        | d            |
        """,
        """
        | event_id | customer_id | stitched |
        | e1       | C1          | true     |
        | e2       |             | false    |
        | e3       | C2          | true     |
        """,
    ),
    "shared: 30 days before the first and after the last login, not 31": (
        """
        | record_id | namespace    | value | seen_first | seen_last  |
        | r1        | anonymous_id | d     | 2026-03-03 | 2026-03-03 |
        | r2        | anonymous_id | d     | 2026-08-01 | 2026-08-01 |
        """,
        """
        | event_id | occurred_at | record_id | anonymous_namespace | anonymous_id |
        | e1       | 2026-01-31  |           | anonymous_id        | d            |
        | e2       | 2026-02-01  |           | anonymous_id        | d            |
        | e3       | 2026-04-02  |           | anonymous_id        | d            |
        | e4       | 2026-04-03  |           | anonymous_id        | d            |
        | e5       | 2026-08-31  |           | anonymous_id        | d            |
        """,
        """
        | event_id | customer_id | stitched |
        | e1       |             | false    |
        | e2       | C1          | true     |
        | e3       | C1          | true     |
        | e4       |             | false    |
        | e5       | C2          | true     |
        """,
    ),
    "shared: logins of events count like those of records": (
        """
        | record_id | namespace    | value | seen_first | seen_last  |
        | r1        | anonymous_id | d     | 2026-01-01 | 2026-01-30 |
        | r2        | anonymous_id | d     | 2026-06-01 | 2026-06-01 |
        """,
        """
        | event_id | occurred_at | record_id | anonymous_namespace | anonymous_id |
        | e1       | 2026-01-15  | r2        | anonymous_id        | d            |
        | e2       | 2026-01-20  |           | anonymous_id        | d            |
        """,
        """
        | event_id | customer_id | stitched |
        | e1       | C2          | false    |
        | e2       |             | false    |
        """,
    ),
    "shared: nothing for a person who was unbound by then": (
        """
        | record_id | namespace    | value | seen_first | seen_last  | revoked_at |
        | r1        | anonymous_id | d     | 2026-01-01 | 2026-01-10 | 2026-01-15 |
        | r2        | anonymous_id | d     | 2026-08-01 | 2026-08-01 |            |
        """,
        """
        | event_id | occurred_at | record_id | anonymous_namespace | anonymous_id |
        | e1       | 2026-01-14  |           | anonymous_id        | d            |
        | e2       | 2026-01-16  |           | anonymous_id        | d            |
        """,
        """
        | event_id | customer_id | stitched |
        | e1       | C1          | true     |
        | e2       |             | false    |
        """,
    ),
    "shared: two people at one instant make it nobody's": (
        """
        | record_id | namespace    | value | seen_first | seen_last  |
        | r1        | anonymous_id | d     | 2026-01-01 | 2026-01-01 |
        | r2        | anonymous_id | d     | 2026-01-01 | 2026-01-01 |
        """,
        """
        | event_id | occurred_at | record_id | anonymous_namespace | anonymous_id |
        | e1       | 2026-01-02  |           | anonymous_id        | d            |
        """,
        """
        | event_id | customer_id | stitched |
        | e1       |             | false    |
        """,
    ),
    "two records of one person share nothing with anybody": (
        """
        | record_id | namespace    | value | seen_first | seen_last  |
        | r1        | anonymous_id | d     | 2026-01-01 | 2026-01-01 |
        | r1b       | anonymous_id | d     | 2026-05-01 | 2026-05-01 |
        """,
        """
        | event_id | occurred_at | record_id | anonymous_namespace | anonymous_id |
        | e1       | 2026-03-15  |           | anonymous_id        | d            |
        """,
        """
        | event_id | customer_id | stitched |
        | e1       | C1          | true     |
        """,
    ),
}


@pytest.mark.parametrize(("identifiers", "events", "expected"), CASES.values(), ids=CASES)
def test_stitching(identifiers, events, expected):
    con = warehouse()
    draw(con, "standard.identifier", identifiers)
    draw(con, "standard.event", events)
    own_records(con, C1="r1 r1b", C2="r2")
    derive(con, "customer.event")
    assert read(con, "select event_id, customer_id, stitched from customer.event order by event_id") == parse(expected)


def test_a_till_of_many_customers_is_left_alone():
    con = warehouse()
    people = {f"C{n}": f"r{n}" for n in range(11)}
    own_records(con, **people)
    rows = "\n".join(f"| {record} | anonymous_id | till | 2026-01-01 | 2026-01-0{1 + n % 9} |"
                     for n, record in enumerate(people.values()))  # fmt: skip
    draw(con, "standard.identifier", "| record_id | namespace | value | seen_first | seen_last |\n" + rows)
    draw(
        con,
        "standard.event",
        """
        | event_id | occurred_at | anonymous_namespace | anonymous_id |
        | e1       | 2026-01-12  | anonymous_id        | till         |
        """,
    )
    derive(con, "customer.event")
    assert read(con, "select customer_id from customer.event") == [{"customer_id": ""}]
