"""mart.cohort against a recount with pandas."""

from datetime import date

import pandas as pd
import pytest

from tests.warehouse.drawn import derive
from tests.warehouse.shopping import AS_OF, count_sales, draw_shopping


@pytest.fixture(scope="module")
def con():
    con = draw_shopping()
    derive(con, "mart.cohort", as_of=AS_OF)
    return con


def months_between(first, last):
    return 12 * (last.year - first.year) + last.month - first.month


def test_every_cohort_in_every_month(con):
    sales = pd.DataFrame(
        [(who, sale.day, float(sale.net or 0)) for who, own in count_sales(con).items() for sale in own],
        columns=["who", "day", "net"],
    )
    sales["cohort"] = sales.groupby("who")["day"].transform("min").map(lambda day: day.replace(day=1))
    sales["since"] = [months_between(*pair) for pair in zip(sales["cohort"], sales["day"], strict=True)]
    size = sales.groupby("cohort")["who"].nunique()
    bought = sales.groupby(["cohort", "since"]).agg(
        buyers=("who", "nunique"), orders=("who", "size"), net=("net", "sum")
    )
    expected = {}
    for cohort, buyers in size.items():
        total = 0.0
        for since in range(months_between(cohort, AS_OF) + 1):
            cell = (
                bought.loc[(cohort, since)]
                if (cohort, since) in bought.index
                else pd.Series({"buyers": 0, "orders": 0, "net": 0.0})
            )
            total += cell["net"]
            expected[(cohort, since)] = (
                buyers, cell["buyers"], cell["orders"], round(cell["net"], 2), round(cell["buyers"] / buyers, 6), round(total, 2)
            )  # fmt: skip
    found = con.execute(
        "select cohort_month, months_since, cohort_buyers, buyers, orders, spend::double, retention, spend_to_date::double from mart.cohort"
    ).fetchall()
    assert {row[:2]: row[2:] for row in found} == {key: tuple(map(pytest.approx, row)) for key, row in expected.items()}


def test_the_first_month_is_everybody_and_no_share_is_above_one(con):
    assert con.execute("select min(retention), max(retention) from mart.cohort where months_since = 0").fetchone() == (
        1,
        1,
    )
    assert con.execute("select max(retention) <= 1, min(retention) from mart.cohort").fetchone() == (True, 0)


def test_the_month_of_the_day_is_not_over(con):
    unfinished = con.execute(
        "select distinct cohort_month + to_months(months_since::int) from mart.cohort where not is_complete"
    ).fetchall()
    assert [row[0].date() for row in unfinished] == [date(2026, 2, 1)]
