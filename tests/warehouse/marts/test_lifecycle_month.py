"""mart.lifecycle_month against mart.lifecycle itself, derived anew as of every month's end, and against drawn cases."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.warehouse.drawn import derive, draw, own_records, parse, read, warehouse
from tests.warehouse.shopping import AS_OF, TABLES, count_sales, draw_shopping

BUYING = (
    "customer.candidate",
    "customer.provenance",
    "customer.customer",
    "customer.purchase",
    "customer.purchase_day",
)


def month_ends(first, last):
    """The last day of every month, of the month of `last` that day itself."""
    ends, month = [], first.replace(day=1)
    while month <= last:
        following = (month + timedelta(32)).replace(day=1)
        ends.append(min(following - timedelta(1), last))
        month = following
    return ends


@pytest.fixture(scope="module")
def con():
    con = draw_shopping()
    derive(con, "mart.lifecycle_month", as_of=AS_OF)
    return con


def test_every_month_is_what_the_lifecycle_was_at_its_end(con):
    seen = {
        who: min([day or AS_OF, AS_OF])
        for who, day in con.execute("select customer_id, first_seen_at::date from customer.customer").fetchall()
    }
    sales = count_sales(con)
    began = {who: min([day, *(sale.day for sale in sales.get(who, []))]) for who, day in seen.items()}
    expected, before = {}, {}
    for end in month_ends(min(began.values()), AS_OF):
        derive(con, "mart.lifecycle", as_of=end)
        stages = dict(con.execute("select customer_id, stage from mart.lifecycle").fetchall())
        now = {who: stage for who, stage in stages.items() if began[who] <= end}
        month = end.replace(day=1)
        bought = {
            who: [sale.net or Decimal(0) for sale in sales.get(who, []) if month <= sale.day <= end] for who in now
        }
        for who, stage in now.items():
            key = (month, before.get(who, "unseen"), stage)
            customers, buyers, orders, spend = expected.get(key, (0, 0, 0, Decimal(0)))
            own = bought[who]
            expected[key] = (customers + 1, buyers + bool(own), orders + len(own), spend + sum(own, Decimal(0)))
        before = now
    found = con.execute(
        "select month, from_stage, to_stage, customers, buyers, orders, spend from mart.lifecycle_month"
    ).fetchall()
    assert {row[:3]: row[3:] for row in found} == expected
    assert {stage for _, stage, _ in expected} == {
        "unseen",
        "prospect",
        "new",
        "active",
        "slipping",
        "lost",
        "won_back",
    }


def test_the_last_month_is_the_lifecycle_of_the_day(con):
    derive(con, "mart.lifecycle", as_of=AS_OF)
    found = con.execute(
        "select to_stage, sum(customers) from mart.lifecycle_month where month = $1 group by all",
        [AS_OF.replace(day=1)],
    ).fetchall()
    assert dict(found) == Counter(row[0] for row in con.execute("select stage from mart.lifecycle").fetchall())


def test_only_the_months_that_are_over_are_complete(con):
    months = con.execute("select month, bool_and(is_complete) from mart.lifecycle_month group by month").fetchall()
    assert {month for month, complete in months if not complete} == {date(2026, 2, 1)}
    derive(con, "mart.lifecycle_month", as_of=date(2026, 1, 31))
    assert con.execute("select bool_and(is_complete), max(month) from mart.lifecycle_month").fetchone() == (
        True, date(2026, 1, 1),
    )  # fmt: skip


def test_one_person_drawn():
    con = warehouse()
    draw(con, "standard.record", "| record_id | created_at |\n| r1 | 2025-01-20 |")
    own_records(con, C1="r1")
    draw(
        con,
        "standard.purchase",
        """
        | purchase_id | record_id | ordered_at          | status | currency | amount |
        | p1          | r1        | 2025-02-10 10:00:00 | paid   | CNY      | 10     |
        | p2          | r1        | 2025-02-10 11:00:00 | paid   | CNY      | 5      |
        | p3          | r1        | 2025-11-01 10:00:00 | paid   | CNY      | 20     |
        """,
    )
    derive(con, *BUYING, "mart.lifecycle_month", as_of=date(2026, 2, 10))
    assert read(con, "select month, from_stage, to_stage, customers, orders, spend from mart.lifecycle_month") == parse(
        """
        | month      | from_stage | to_stage | customers | orders | spend |
        | 2025-01-01 | unseen     | prospect | 1         | 0      | 0.00  |
        | 2025-02-01 | prospect   | new      | 1         | 2      | 15.00 |
        | 2025-03-01 | new        | active   | 1         | 0      | 0.00  |
        | 2025-04-01 | active     | active   | 1         | 0      | 0.00  |
        | 2025-05-01 | active     | slipping | 1         | 0      | 0.00  |
        | 2025-06-01 | slipping   | slipping | 1         | 0      | 0.00  |
        | 2025-07-01 | slipping   | slipping | 1         | 0      | 0.00  |
        | 2025-08-01 | slipping   | lost     | 1         | 0      | 0.00  |
        | 2025-09-01 | lost       | lost     | 1         | 0      | 0.00  |
        | 2025-10-01 | lost       | lost     | 1         | 0      | 0.00  |
        | 2025-11-01 | lost       | won_back | 1         | 1      | 20.00 |
        | 2025-12-01 | won_back   | won_back | 1         | 0      | 0.00  |
        | 2026-01-01 | won_back   | slipping | 1         | 0      | 0.00  |
        | 2026-02-01 | slipping   | slipping | 1         | 0      | 0.00  |
        """
    )


def test_nobody_at_all():
    con = warehouse()
    derive(con, *TABLES, "mart.lifecycle_month", "mart.cohort")
    assert read(con, "from mart.lifecycle_month") == read(con, "from mart.cohort") == []
