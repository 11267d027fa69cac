"""customer.customer_history: states told day by day, then any day asked back; and against a plain replay of random days."""

import random
from datetime import date, timedelta

import pytest

from tests.warehouse.drawn import read, warehouse
from warehouse.history import FIELDS, find_known_day, update_history

MONDAY = date(2026, 3, 2)
AS_OF = """
    select customer_id, full_name from customer.customer_history
    where valid_from <= $day and (valid_to is null or valid_to > $day) order by customer_id
"""


@pytest.fixture
def con():
    con = warehouse()
    columns = ", ".join(f"null::{_type(field)} as {field}" for field in FIELDS)
    con.execute(f"create table customer.customer as select ''::varchar as customer_id, {columns} limit 0")
    return con


def _type(field):
    return {"birth_date": "date", "record_count": "bigint", "has_conflict": "boolean"}.get(field, "varchar")


def tell(con, day, customers, merged=()):
    """The warehouse as of `day`: customer → name, and old id → new id."""
    con.execute("delete from customer.customer; delete from identity.alias")
    for customer, name in customers.items():
        con.execute("insert into customer.customer by name select ? as customer_id, ? as full_name", [customer, name])
    for old, new in dict(merged).items():
        con.execute("insert into identity.alias values (?, ?, ?)", [old, new, day])
    return update_history(con, day)


def as_of(con, day):
    return dict(con.execute(AS_OF, {"day": day}).fetchall())


def rows(con):
    return con.execute(
        "select customer_id, valid_from::varchar, valid_to::varchar, merged_into, full_name "
        "from customer.customer_history order by 1, 2"
    ).fetchall()


def day(number):
    return MONDAY + timedelta(days=number)


def test_the_state_before_a_merge_can_be_asked(con):
    tell(con, day(0), {"C1": "Ann", "C2": "Anne", "C3": "Bo"})
    tell(con, day(3), {"C1": "Anne", "C3": "Bo"}, merged={"C2": "C1"})
    assert rows(con) == [
        ("C1", "2026-03-02", "2026-03-05", None, "Ann"),
        ("C1", "2026-03-05", None, None, "Anne"),
        ("C2", "2026-03-02", "2026-03-05", "C1", "Anne"),
        ("C3", "2026-03-02", None, None, "Bo"),
    ]
    assert as_of(con, day(-1)) == {}
    assert as_of(con, day(2)) == {"C1": "Ann", "C2": "Anne", "C3": "Bo"}
    assert as_of(con, day(3)) == {"C1": "Anne", "C3": "Bo"}
    assert as_of(con, day(300)) == {"C1": "Anne", "C3": "Bo"}


def test_a_split_brings_a_new_customer_and_one_nobody_is_any_more_goes_without_successor(con):
    tell(con, day(0), {"C1": "Ann", "C2": "Bo"})
    tell(con, day(1), {"C1": "Ann", "C9": "Anna"})
    assert rows(con)[1:] == [
        ("C2", "2026-03-02", "2026-03-03", None, "Bo"),
        ("C9", "2026-03-03", None, None, "Anna"),
    ]


def test_only_what_changed_is_written(con):
    tell(con, day(0), {"C1": "Ann", "C2": "Bo"})
    con.execute("create table kept as select rowid as number, * from customer.customer_history")
    again = tell(con, day(0), {"C1": "Ann", "C2": "Bo"})
    assert (again.written, again.ended, again.withdrawn) == (0, 0, 0)
    later = tell(con, day(1), {"C1": "Ann", "C2": "Bob"})
    assert (later.written, later.ended, later.withdrawn) == (1, 1, 0)
    untouched = (
        "select count(*) from kept join customer.customer_history h on h.rowid = kept.number and h.customer_id = 'C1'"
    )
    assert con.execute(untouched).fetchone() == (1,)


@pytest.mark.parametrize(
    "corrected",
    [
        {"C1": "Anna"},
        {"C1": "Ann"},
        {"C1": "Anne", "C2": "Bo"},
        {"C2": "Bo"},
        {"C1": "Ann", "C2": "Bo", "C3": "Cy"},
        {},
    ],
    ids=["changed otherwise", "not changed after all", "gone, yet there", "another gone", "one more", "nobody left"],
)
def test_a_second_run_on_a_day_leaves_what_it_alone_would_have_made(corrected):
    """Whatever a day's first run wrote, its last run decides."""
    tables = []
    for attempts in ([{"C1": "Anne", "C4": "Di"}, corrected], [corrected]):
        con = _fresh()
        tell(con, day(0), {"C1": "Ann", "C2": "Bo"})
        for attempt in attempts:
            tell(con, day(5), attempt, merged={"C2": "C1"} if "C2" not in attempt else {})
        tables.append(rows(con))
    assert tables[0] == tables[1]


def _fresh():
    con = warehouse()
    columns = ", ".join(f"null::{_type(field)} as {field}" for field in FIELDS)
    con.execute(f"create table customer.customer as select ''::varchar as customer_id, {columns} limit 0")
    return con


def test_random_days_against_a_replay(con):
    """Forty days of appearing, changing, merging and vanishing people, some days told twice; every day asked back."""
    chance = random.Random(11)
    told: dict[date, dict[str, str]] = {}
    people: dict[str, str] = {}
    number = 0
    for _ in range(60):
        number += chance.choice([0, 1, 1, 2])
        for _ in range(chance.randrange(4)):
            who = f"C{chance.randrange(12):02}"
            if chance.random() < 0.3:
                people.pop(who, None)
            else:
                people[who] = chance.choice(["a", "b", "c"])
        gone = {f"C{n:02}": min(people) for n in range(12) if people and f"C{n:02}" not in people}
        tell(con, day(number), people, merged=gone)
        told[day(number)] = dict(people)
    state: dict[str, str] = {}
    for passed in range(number + 2):
        state = told.get(day(passed), state)
        assert as_of(con, day(passed)) == state
    assert con.execute("select count(*) from customer.customer_history where valid_to <= valid_from").fetchone() == (0,)
    repeated = """
        select count(*) from customer.customer_history as one join customer.customer_history as next
            on next.customer_id = one.customer_id and next.valid_from = one.valid_to and next.full_name = one.full_name
    """
    assert con.execute(repeated).fetchone() == (0,)


def test_the_day_is_the_newest_deliverys_and_never_runs_backwards(con):
    assert find_known_day(con, date(2026, 11, 22)) == date(2026, 11, 22)
    deliver(con, "b1", "2026-03-02", "2026-03-09")
    deliver(con, "b2", "2099-01-01", "2026-03-08")  # a typing error in a file name: cannot be newer than its loading
    assert find_known_day(con, date(2026, 11, 22)) == date(2026, 3, 8)
    tell(con, date(2026, 3, 20), {"C1": "Ann"})
    assert find_known_day(con, date(2026, 11, 22)) == date(2026, 3, 20)


def deliver(con, batch, delivered_on, loaded_at):
    con.execute(
        "insert into ops.batch by name select ? as batch_id, 'zoho' as source, 's' as stream, 'f' as file_name, "
        "?::date as delivered_on, '' as content_hash, 0 as size_bytes, 0 as rows_delivered, 0 as rows_loaded, "
        "0 as rows_quarantined, 'loaded' as status, ?::timestamp as loaded_at",
        [batch, delivered_on, loaded_at],
    )


def test_missing_values_are_values_too(con):
    tell(con, day(0), {"C1": None})
    tell(con, day(1), {"C1": None})
    tell(con, day(2), {"C1": "Ann"})
    assert read(con, "select full_name, valid_to from customer.customer_history order by valid_from") == [
        {"full_name": "", "valid_to": "2026-03-04"},
        {"full_name": "Ann", "valid_to": ""},
    ]
