"""Derived tables against an independent recount in plain Python, and against their own headers."""

import random
from collections import defaultdict
from datetime import date, datetime, timedelta

import pytest

from pipeline.profile import TABLES
from tests.warehouse.drawn import derive, own_records, warehouse
from warehouse.tables import table_files

AS_OF = date(2026, 3, 1)
DERIVED = [name for name, file in table_files().items() if file.schema in ("customer", "mart") and not file.keeps_state]


@pytest.fixture(scope="module")
def con():
    """200 orders of 40 people, with many ties."""
    chance = random.Random(7)
    con = warehouse()
    for person in range(40):
        own_records(con, **{f"C{person:02}": f"r{person}"})
    for order in range(200):
        person = min(int(chance.expovariate(0.1)), 39)
        day = datetime(2026, 3, 1) - timedelta(days=chance.choice([0, 5, 5, 40, 100, 300]), hours=-3)
        status = chance.choice(["paid", "paid", "paid", "cancelled", "refunded"])
        con.execute(
            "insert into standard.purchase by name select ? as purchase_id, 'shopify' as source, 's' as stream, "
            "'' as order_number, ? as record_id, ?::timestamp as ordered_at, ? as status, ? as currency, "
            "?::decimal(18, 2) as amount, 'b1' as _batch_id, 1 as _line",
            [f"p{order}", f"r{person}", day, status, chance.choice(["CNY", "USD"]), chance.choice([10, 20, 50])],
        )
    derive(con, *TABLES, as_of=AS_OF)
    return con


def test_profile_derives_every_customer_and_mart_table():
    assert sorted(TABLES) == DERIVED


@pytest.mark.parametrize("table", DERIVED)
def test_the_header_lists_the_columns_in_order(con, table):
    columns = [row[0] for row in con.execute(f"describe {table}").fetchall()]
    assert columns == list(table_files()[table].columns)


@pytest.mark.parametrize("table", DERIVED)
def test_the_grain_is_unique(con, table):
    grain = table_files()[table].grain
    assert con.execute(f"select {grain} from {table} group by {grain} having count(*) > 1").fetchall() == []


def test_rfm_against_a_recount(con):
    sales = defaultdict(list)
    for record, at, status, currency, amount in con.execute(
        "select record_id, ordered_at, status, currency, amount from standard.purchase"
    ).fetchall():
        if status == "paid":
            sales[f"C{int(record[1:]):02}"].append((at.date(), float(amount) * (7 if currency == "USD" else 1)))
    values = {
        who: (-(AS_OF - max(day for day, _ in own)).days, len(own), sum(money for _, money in own))
        for who, own in sales.items()
    }
    expected = {
        who: (-value[0], value[1], value[2], *(_fifth(values, value, k) for k in range(3)))
        for who, value in values.items()
    }
    found = con.execute(
        "select customer_id, recency_days, frequency, monetary, r_score, f_score, m_score from mart.rfm"
    ).fetchall()
    assert {row[0]: (*row[1:3], float(row[3]), *row[4:]) for row in found} == expected
    assert {score for row in expected.values() for score in row[3:]} == {1, 2, 3, 4, 5}


def _fifth(values, value, k):
    """1 to 5: how many are below, ties counted half."""
    below = sum(other[k] < value[k] for other in values.values())
    equal = sum(other[k] == value[k] for other in values.values())
    return 1 + int(5 * (below + equal / 2) / len(values))


def test_the_customer_row_agrees_with_the_purchases(con):
    rows = con.execute(
        """
        select customer_id from mart.customer_360 as person
        left join (
            select customer_id, count(*) as orders, sum(net_base) as spend
            from customer.purchase where is_sale group by all
        ) as bought using (customer_id)
        where person.orders <> coalesce(bought.orders, 0) or person.spend <> coalesce(bought.spend, 0)
        """
    ).fetchall()
    assert rows == []
    assert con.execute("select sum(orders) > 0, count(*) from mart.customer_360").fetchone() == (True, 40)
