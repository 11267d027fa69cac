"""mart.value and mart.value_model against models fitted to the buyers one by one, in plain Python."""

from collections import Counter
from datetime import timedelta

import numpy as np
import pytest

from tests.warehouse.drawn import derive, own_records, read, settings, warehouse
from tests.warehouse.lifetime.test_bg_nbd import paper_expectation
from tests.warehouse.shopping import AS_OF, TABLES, by_day, count_sales, draw_shopping, insert_rows
from warehouse.lifetime.bg_nbd import Histories, fit_bg_nbd
from warehouse.lifetime.gamma_gamma import Spending, fit_gamma_gamma

MARTS = ("mart.value", "mart.value_model")


@pytest.fixture(scope="module")
def con():
    con = draw_shopping()
    derive(con, *MARTS, as_of=AS_OF)
    return con


@pytest.fixture(scope="module")
def days(con):
    return {who: by_day(sales) for who, sales in sorted(count_sales(con).items())}


def history(days, until=AS_OF):
    known = [day for day in days if day <= until]
    return len(known) - 1, (max(known) - min(known)).days / 7, (until - min(known)).days / 7


def spending(days, until=AS_OF):
    values = [float(value) for day, value in days.items() if day <= until and value is not None and value > 0]
    return len(values), sum(values) / len(values) if values else 0.0


def fit(days, until=AS_OF):
    known = {who: each for who, each in days.items() if min(each) <= until}
    histories = np.array([history(each, until) for each in known.values()], dtype=float)
    values = np.array([spending(each, until) for each in known.values()], dtype=float)
    ones = np.ones(len(known))
    return known, fit_bg_nbd(Histories(*histories.T, ones)), fit_gamma_gamma(Spending(*values.T, ones))


def rows(con, query):
    cursor = con.execute(query)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def test_every_buyer_is_there_with_what_they_did(con, days):
    sales = count_sales(con)
    expected = {
        who: (
            len(sales[who]), sum(sale.net or 0 for sale in sales[who]), len(each), (max(each) - min(each)).days,
            (AS_OF - min(each)).days,
        )
        for who, each in days.items()
    }  # fmt: skip
    found = {
        row["customer_id"]: (row["orders"], row["spend"], row["purchase_days"], row["recency_days"], row["age_days"])
        for row in rows(con, "from mart.value")
    }
    assert found == expected
    assert {row["as_of"] for row in rows(con, "from mart.value")} == {AS_OF}


def test_the_drawing_holds_what_makes_counting_hard(con, days):
    sales = [sale for each in count_sales(con).values() for sale in each]
    assert sum(len(each) for each in count_sales(con).values()) > sum(map(len, days.values())) > len(days) > 150
    assert {sale.net is None for sale in sales} == {True, False}
    assert any(sale.net == 0 for sale in sales)
    held = con.execute(
        "select count(*) filter (ordered_at > $1::date + 1), count(*) filter (ordered_at is null), "
        "count(*) filter (record_id is null), count(*) filter (refunded > amount and amount > 0) from standard.purchase",
        [AS_OF],
    ).fetchone()
    assert all(held)
    assert any(spending(each)[0] == 0 for each in days.values())


def test_the_expected_values_are_those_of_models_fitted_buyer_by_buyer(con, days):
    known, purchases, values = fit(days)
    found = {row["customer_id"]: row for row in rows(con, "from mart.value")}
    for who, each in known.items():
        row, own = found[who], history(each)
        assert row["expected_orders_12m"] == pytest.approx(
            paper_expectation(purchases, 365 / 7, *own), rel=1e-3, abs=1e-5
        )
        assert row["expected_orders_3m"] == pytest.approx(paper_expectation(purchases, 13.0, *own), rel=1e-3, abs=1e-5)
        count, mean = spending(each)
        if count == 0:
            assert (row["expected_order_value"], row["value_band"], row["reason"]) == (None, None, "no_order_value")
            continue
        value = values.p * (values.v + count * mean) / (values.p * count + values.q - 1)
        assert float(row["expected_order_value"]) == pytest.approx(value, rel=1e-3)
        assert float(row["expected_value_12m"]) == pytest.approx(row["expected_orders_12m"] * value, rel=1e-3, abs=0.02)
        assert row["reason"] is None


def test_the_model_row_says_what_was_fitted(con, days):
    known, purchases, values = fit(days)
    (row,) = rows(con, "from mart.value_model")
    found = [row[name] for name in ("r", "alpha", "a", "b", "p", "q", "v")]
    assert found == pytest.approx(
        [purchases.r, purchases.alpha, purchases.a, purchases.b, values.p, values.q, values.v], rel=1e-2
    )
    assert row["log_likelihood"] == pytest.approx(purchases.log_likelihood, abs=1e-4)
    assert row["spending_log_likelihood"] == pytest.approx(values.log_likelihood, abs=1e-4)
    assert (row["as_of"], row["reason"], row["spending_reason"]) == (AS_OF, None, None)
    assert (row["buyers"], row["repeat_buyers"]) == (len(known), sum(len(each) > 1 for each in known.values()))
    assert row["valued_buyers"] == sum(spending(each)[0] > 0 for each in known.values())
    assert row["model_id"] == con.execute("select any_value(model_id) from mart.value").fetchone()[0]


def test_the_last_quarter_is_forecast_from_the_first_three(con, days):
    (row,) = rows(con, "from mart.value_model")
    began = min(min(each) for each in days.values())
    held = (AS_OF - began).days // 4
    until = AS_OF - timedelta(held)
    known, purchases, values = fit(days, until)
    afterwards = {who: sum(day > until for day in each) for who, each in known.items()}
    expected = {who: paper_expectation(purchases, held / 7, *history(each, until)) for who, each in known.items()}
    own = {
        who: x / age * held / 7 if age else 0 for who, (x, _, age) in ((w, history(e, until)) for w, e in known.items())
    }
    assert (row["holdout_from"], row["holdout_days"]) == (until + timedelta(1), held)
    assert (row["holdout_buyers"], row["holdout_orders"]) == (len(known), sum(afterwards.values()))
    assert row["holdout_expected_orders"] == pytest.approx(sum(expected.values()), rel=1e-3)
    assert row["holdout_error"] == pytest.approx(sum(expected.values()) / sum(afterwards.values()) - 1, abs=1e-3)
    misses = [abs(expected[who] - afterwards[who]) for who in known]
    assert row["holdout_error_per_buyer"] == pytest.approx(np.mean(misses), rel=1e-3)
    assert row["holdout_rms_error"] == pytest.approx(np.sqrt(np.mean(np.square(misses))), rel=1e-3)
    assert row["holdout_naive_error"] == pytest.approx(
        np.mean([abs(own[who] - afterwards[who]) for who in known]), rel=1e-3
    )
    spent = sum(value for each in known.values() for day, value in each.items() if day > until and value is not None)
    assert row["holdout_spend"] == spent
    money = 0.0
    for who, each in known.items():
        count, mean = spending(each, until)
        money += (
            expected[who] * values.p * (values.v + count * mean) / (values.p * count + values.q - 1) if count else 0
        )
    assert float(row["holdout_expected_spend"]) == pytest.approx(money, rel=1e-3)


def test_the_bands_are_tenths_by_expected_value(con):
    found = [row for row in rows(con, "from mart.value") if row["expected_value_12m"] is not None]
    values = [row["expected_value_12m"] for row in found]
    for row in found:
        below = sum(other < row["expected_value_12m"] for other in values)
        place = (below + values.count(row["expected_value_12m"]) / 2) / len(values)
        band = "top" if place >= 0.9 else "high" if place >= 0.7 else "medium" if place >= 0.4 else "low"
        assert row["value_band"] == band
    assert set(Counter(row["value_band"] for row in found)) == {"top", "high", "medium", "low"}


def test_neither_row_order_nor_a_second_run_changes_a_digit(con):
    before = [rows(con, f"from {mart}") for mart in MARTS]
    con.execute("create or replace table standard.purchase as from standard.purchase order by hash(purchase_id)")
    derive(con, "customer.purchase", "customer.purchase_day", *MARTS, as_of=AS_OF)
    assert [rows(con, f"from {mart}") for mart in MARTS] == before


def shop(orders):
    """A warehouse in which each person bought as drawn: "day amount [status], …"."""
    con = warehouse()
    own_records(con, **{f"C{number}": f"r{number}" for number in range(len(orders))})
    orders_drawn = []
    for number, drawn in enumerate(orders):
        for place, order in enumerate(drawn.split(", ")):
            day, amount, *status = order.split()
            key = f"p{number}-{place}"
            orders_drawn.append(
                {
                    "purchase_id": key,
                    "order_number": key,
                    "record_id": f"r{number}",
                    "ordered_at": day,
                    "status": status[0] if status else "paid",
                    "currency": "CNY",
                    "amount": amount,
                }
            )
    insert_rows(con, "standard.purchase", orders_drawn)
    derive(con, *TABLES, *MARTS, as_of=AS_OF)
    return con


MANY = settings().minimum_buyers
# case: (what each person bought, reasons in mart.value, reason and spending reason of the model, why it is not judged)
DEGENERATE = {
    "too few buyers": (["2025-01-01 10, 2025-02-01 10"] * 3, {"too_few_buyers"}, ("too_few_buyers", "too_few_order_values")),
    "all bought once": (["2025-01-01 10"] * MANY, {"too_few_repeat_buyers"}, ("too_few_repeat_buyers", "too_few_order_values")),
    "all on the last day": ([f"{AS_OF} 10, {AS_OF} 20"] * MANY, {"too_few_repeat_buyers"}, ("too_few_repeat_buyers", "too_few_order_values")),
    "all for free": (["2025-01-01 0, 2025-02-01 0"] * MANY, {"too_few_order_values"}, (None, "too_few_order_values")),
    "all at one price": (["2025-01-01 10, 2025-02-01 10"] * MANY, {"all_spend_the_same"}, (None, "all_spend_the_same")),
    "all of them alike in time": (["2025-01-01 10, 2025-02-01 20"] * (MANY - 1) + ["2025-01-01 15, 2025-02-01 50"], {None}, (None, None)),
}  # fmt: skip


@pytest.mark.parametrize(("orders", "reasons", "of_model"), DEGENERATE.values(), ids=DEGENERATE)
def test_too_little_to_tell_is_told(orders, reasons, of_model):
    con = shop(orders)
    found = rows(con, "from mart.value")
    assert len(found) == len(orders)
    assert {row["reason"] for row in found} == reasons
    (model,) = rows(con, "from mart.value_model")
    assert (model["reason"], model["spending_reason"]) == of_model
    assert {row["expected_value_12m"] is None for row in found} == {reasons != {None}}
    assert {row["probability_alive"] is None for row in found} == {of_model[0] is not None}


def test_only_refunds_is_nobody_and_still_a_row_of_the_model():
    con = shop(["2025-01-01 10 refunded"] * 5)
    assert read(con, "from mart.value") == []
    assert read(con, "select buyers, reason, holdout_reason from mart.value_model") == [
        {"buyers": "0", "reason": "too_few_buyers", "holdout_reason": "no_time_observed"}
    ]
