"""Who is and was in a segment: segment.change replayed against the members of every day."""

import random
from datetime import date, timedelta

import pytest

from tests.warehouse.drawn import parse, read, warehouse
from warehouse.segments.membership import empty_members, gather_before, update_membership

SEGMENT = "everybody"
MEMBERS_OF_A_DAY = """
    select customer_id from segment.change where segment = 'everybody' and changed_on <= $day
    group by customer_id having arg_max(change, changed_on) = 'entered'
"""


@pytest.fixture
def con():
    con = warehouse()
    con.execute("create table mart.customer_360 (customer_id varchar, as_of date)")
    return con


def day(number):
    return date(2026, 3, 1) + timedelta(days=number)


def tell(con, on, members, merged=()):
    """A run of the stage as of a day: these are the members, these ids go on under others."""
    con.execute("delete from mart.customer_360")
    con.execute("insert into mart.customer_360 values ('C0', ?)", [on])
    con.execute("delete from identity.alias")
    for old, new in dict(merged).items():
        con.execute("insert into identity.alias values (?, ?, '2026-03-01')", [old, new])
    empty_members(con, SEGMENT)
    for who in sorted(members):
        con.execute(
            "insert into member select $who, null, false, "
            "coalesce((select drawn_by from member_before where customer_id = $who), $who)",
            {"who": who},
        )
    return update_membership(con, SEGMENT, on)


def changes(con):
    return read(con, "select customer_id, change, changed_on from segment.change order by changed_on, customer_id")


def test_a_merge_ends_the_days_of_the_id_that_went(con):
    tell(con, day(0), {"C1", "C3"})
    assert tell(con, day(1), {"C1"}, merged={"C3": "C1"}) == {"entered": 0, "left": 0, "renamed": 1}
    tell(con, day(2), {"C1", "C3"})
    assert changes(con) == parse("""
        | customer_id | change  | changed_on |
        | C1          | entered | 2026-03-01 |
        | C3          | entered | 2026-03-01 |
        | C3          | merged  | 2026-03-02 |
        | C3          | entered | 2026-03-03 |
    """)


def test_an_id_that_takes_over_enters(con):
    tell(con, day(0), {"C3"})
    assert tell(con, day(1), {"C1"}, merged={"C3": "C1"}) == {"entered": 0, "left": 0, "renamed": 1}
    assert changes(con)[1:] == parse("""
        | customer_id | change  | changed_on |
        | C1          | entered | 2026-03-02 |
        | C3          | merged  | 2026-03-02 |
    """)
    assert read(con, "select customer_id, entered_on, drawn_by from segment.membership") == [
        {"customer_id": "C1", "entered_on": "2026-03-01", "drawn_by": "C3"}
    ]


def test_whoever_leaves_by_a_merge_has_left(con):
    tell(con, day(0), {"C3"})
    assert tell(con, day(1), set(), merged={"C3": "C1"})["left"] == 1
    assert changes(con)[-1] == {"customer_id": "C3", "change": "left", "changed_on": "2026-03-02"}


def test_a_merge_taken_back_on_its_day_never_was(con):
    tell(con, day(0), {"C1", "C3"})
    before = [changes(con), read(con, "from segment.membership order by all")]
    tell(con, day(1), {"C1"}, merged={"C3": "C1"})
    tell(con, day(1), {"C1", "C3"})
    assert [changes(con), read(con, "from segment.membership order by all")] == before


def test_looking_back_from_an_earlier_day_is_told_under_the_last_one(con):
    tell(con, day(0), {"C1"})
    tell(con, day(5), {"C1", "C2"})
    tell(con, day(2), {"C2", "C3"})
    assert changes(con)[1:] == parse("""
        | customer_id | change  | changed_on |
        | C1          | left    | 2026-03-06 |
        | C2          | entered | 2026-03-06 |
        | C3          | entered | 2026-03-06 |
    """)
    tell(con, day(2), {"C1", "C2"})
    assert read(con, "select customer_id, entered_on from segment.membership order by all") == parse("""
        | customer_id | entered_on |
        | C1          | 2026-03-01 |
        | C2          | 2026-03-06 |
    """)


def test_a_second_run_touches_nothing(con):
    tell(con, day(0), {"C1", "C3"})
    tell(con, day(1), {"C1", "C2"}, merged={"C3": "C1"})
    kept = "select rowid, * from segment.change union all by name select rowid, * from segment.membership order by all"
    before = read(con, kept)
    tell(con, day(1), {"C1", "C2"}, merged={"C3": "C1"})
    assert read(con, kept) == before


@pytest.mark.parametrize("seed", range(5))
def test_random_days_against_a_replay(con, seed):
    """Entering, leaving, merging and splitting people, days told twice, marts that look back: every day asked back."""
    chance = random.Random(seed)
    told: dict[date, set[str]] = {}
    merged: dict[str, str] = {}
    number = 0
    for _ in range(50):
        number = max(0, number + chance.choice([-1, 0, 1, 1, 2]))
        for who in ("C1", "C2", "C3", "C4", "C5", "C6"):
            if chance.random() < 0.15 and who not in merged.values():
                merged.pop(who, None)
            elif chance.random() < 0.1 and who not in merged.values():
                free = [other for other in ("C1", "C2", "C3") if other != who and other not in merged]
                merged |= {who: chance.choice(free)} if free else {}
        living = {f"C{n}" for n in range(1, 7)} - set(merged)
        members = {who for who in living if chance.random() < 0.6}
        # Told under the last day with a change, when the marts look back from an earlier one.
        last = con.execute("select coalesce(max(changed_on), ?) from segment.change", [day(number)]).fetchone()[0]
        tell(con, day(number), members, merged)
        told = {each: state for each, state in told.items() if each <= max(last, day(number))}
        told[max(last, day(number))] = members
    state: set[str] = set()
    for passed in range((max(told) - day(0)).days + 2):
        state = told.get(day(passed), state)
        found = con.execute(MEMBERS_OF_A_DAY, {"day": day(passed)}).fetchall()
        assert {row[0] for row in found} == state
    assert {row[0] for row in con.execute("select customer_id from segment.membership").fetchall()} == state
    # One change an id and day, and by turns in and out.
    repeated = """
        select count(*) from (
            select (change = 'entered') = lag(change = 'entered', 1, false) over (
                partition by customer_id order by changed_on) as is_twice
            from segment.change
        ) where is_twice
    """
    assert con.execute(repeated).fetchone() == (0,)
    per_day = "select count(*) from segment.change group by customer_id, changed_on having count(*) > 1"
    assert con.execute(per_day).fetchall() == []
    gather_before(con, SEGMENT)
    assert con.execute("select count(*) from member_before where is_member and entered_on is null").fetchone() == (0,)
