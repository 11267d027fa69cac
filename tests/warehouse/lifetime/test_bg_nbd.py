"""The BG/NBD model against its definition: slow integrals over rates and chances of leaving, simulated buyers, the
paper's closed form where floating point can bear it."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import hyp2f1
from scipy.stats import beta, gamma

from tests.warehouse.lifetime.simulation import simulate_buyers
from warehouse.lifetime.bg_nbd import (
    BgNbd,
    Histories,
    expected_purchases,
    expected_repeats,
    fit_bg_nbd,
    probability_alive,
)
from warehouse.lifetime.estimate import NoEstimate

MODEL = BgNbd(0.243, 4.414, 0.793, 2.426, 0.0, 0)
SMALL = Histories(*np.array([
    [0, 0, 39, 60], [1, 2, 39, 10], [1, 10, 39, 15], [2, 20, 39, 9], [2, 30, 39, 4], [4, 35, 30, 8], [8, 38, 39, 4],
    [12, 14, 20, 1], [0, 0, 0, 3],
], float).T)  # fmt: skip


def likelihood(model, x, recency, age):
    """Of one history, from the definition: averaged over the quantiles of the rate and of the chance of leaving."""
    points, weights = np.polynomial.legendre.leggauss(300)
    # Smooth at the ends: u = s² (3 - 2 s).
    s = (1 + points) / 2
    u, weights = s**2 * (3 - 2 * s), weights / 2 * 6 * s * (1 - s)
    rate = gamma(model.r, scale=1 / model.alpha).ppf(u)[:, None]
    leaving = beta(model.a, model.b).ppf(u)[None, :]
    staying = (1 - leaving) ** x * rate**x * np.exp(-rate * age)
    left = leaving * (1 - leaving) ** (x - 1) * rate**x * np.exp(-rate * recency) if x else 0.0
    return float(weights @ (staying + left) @ weights)


def paper_expectation(model, t, x, recency, age):
    """Equation 10, with its hypergeometric function."""
    r, alpha, a, b = model.r, model.alpha, model.a, model.b
    z = t / (alpha + age + t)
    fall = ((alpha + age) / (alpha + age + t)) ** (r + x) * hyp2f1(r + x, b + x, a + b + x - 1, z)
    odds = a / (b + x - 1) * ((alpha + age) / (alpha + recency)) ** (r + x) if x else 0.0
    return (a + b + x - 1) / (a - 1) * (1 - fall) / (1 + odds)


def test_the_likelihood_is_the_one_of_the_definition():
    model = fit_bg_nbd(SMALL)
    rows = zip(SMALL.repeats, SMALL.recency, SMALL.age, SMALL.buyers, strict=True)
    by_hand = sum(buyers * math.log(likelihood(model, int(x), recency, age)) for x, recency, age, buyers in rows)
    assert model.log_likelihood == pytest.approx(by_hand, rel=1e-4)


def test_the_parameters_are_found_again():
    true = BgNbd(0.8, 6.0, 0.7, 2.5, 0.0, 0)
    histories, _ = simulate_buyers(1, 8_000, true.r, true.alpha, true.a, true.b, age=80)
    found = fit_bg_nbd(histories)
    assert (found.r, found.alpha) == pytest.approx((true.r, true.alpha), rel=0.1)
    assert found.a / (found.a + found.b) == pytest.approx(true.a / (true.a + true.b), rel=0.1)
    assert (found.a, found.b) == pytest.approx((true.a, true.b), rel=0.25)
    assert found.buyers == 8_000


def test_the_forecast_is_right_on_average_over_simulated_buyers():
    histories, afterwards = simulate_buyers(2, 10_000, 0.8, 6.0, 0.7, 2.5, age=80, horizon=40)
    model = BgNbd(0.8, 6.0, 0.7, 2.5, 0.0, 0)
    expected = expected_purchases(model, 40.0, histories.repeats, histories.recency, histories.age)
    assert expected.sum() == pytest.approx(afterwards.sum(), rel=0.03)
    # For those who went quiet as for those who have just bought.
    quiet = histories.age - histories.recency > 20
    for group in (quiet & (histories.repeats > 0), ~quiet, histories.repeats > 5):
        assert expected[group].sum() == pytest.approx(afterwards[group].sum(), rel=0.08)


def test_one_row_with_a_weight_is_as_many_rows():
    each = Histories(*(np.repeat(values, SMALL.buyers.astype(int)) for values in (SMALL.repeats, SMALL.recency, SMALL.age)),
                     np.ones(int(SMALL.buyers.sum())))  # fmt: skip
    one, many = fit_bg_nbd(SMALL), fit_bg_nbd(each)
    assert (one.r, one.alpha, one.a, one.b) == pytest.approx((many.r, many.alpha, many.a, many.b), rel=1e-4)
    assert one.log_likelihood == pytest.approx(many.log_likelihood, abs=1e-6)


def test_days_instead_of_weeks_change_the_unit_alone():
    histories, _ = simulate_buyers(3, 2_000, 0.8, 6.0, 0.7, 2.5, age=80)
    weeks = fit_bg_nbd(histories)
    days = fit_bg_nbd(replace(histories, recency=histories.recency * 7, age=histories.age * 7))
    assert (days.r, days.alpha, days.a, days.b) == pytest.approx((weeks.r, 7 * weeks.alpha, weeks.a, weeks.b), rel=1e-3)


@pytest.mark.parametrize(
    ("x", "recency", "age"),
    [(0, 0.0, 38.86), (2, 30.43, 38.86), (1, 1.71, 38.86), (7, 29.43, 38.86), (26, 30.86, 38.0), (0, 0.0, 0.0)],
)
@pytest.mark.parametrize("model", [MODEL, BgNbd(2.0, 10.0, 1.0 + 1e-7, 3.0, 0.0, 0), BgNbd(0.5, 5.0, 2.5, 0.6, 0.0, 0)])
def test_the_expectation_is_the_papers(model, x, recency, age):
    found = expected_purchases(model, 39.0, *(np.array([value], dtype=float) for value in (x, recency, age)))
    # The paper's form divides by a - 1, so close to it its digits are gone.
    assert found[0] == pytest.approx(
        paper_expectation(model, 39.0, x, recency, age), rel=1e-6 if model.a != 1 + 1e-7 else 1e-3
    )


def test_the_papers_own_customer():
    # x = 2, t_x = 30.43, T = 38.86, 39 weeks ahead: 1.226 in the authors' spreadsheet.
    found = expected_purchases(MODEL, 39.0, np.array([2.0]), np.array([30.43]), np.array([38.86]))
    assert round(float(found[0]), 3) == 1.226


def test_a_frequent_buyer_with_a_short_history_has_a_finite_expectation():
    # Here the closed form is infinite or far off.
    model = BgNbd(0.8, 6.8, 14.5, 0.13, 0.0, 0)
    found = expected_purchases(model, 117.4, np.array([101.0]), np.array([7.0]), np.array([7.17]))
    while_there = quad(
        lambda u: (1 - (1 + 117.4 / 13.97 * u) ** -101.8) / u * beta(14.5, 101.13).pdf(u), 0, 1, limit=500
    )[0]
    alive = probability_alive(model, np.array([101.0]), np.array([7.0]), np.array([7.17]))
    assert found[0] == pytest.approx(while_there * alive[0], rel=1e-3)


def test_a_newcomer_is_expected_to_do_what_the_model_says():
    times = np.array([0.0, 10.0, 78.0])
    none = np.zeros(3)
    as_newcomer = [expected_purchases(MODEL, t, none[:1], none[:1], none[:1])[0] for t in times]
    assert expected_repeats(MODEL, times) == pytest.approx(as_newcomer)


positive = st.floats(0.01, 50.0)


@settings(max_examples=60, deadline=None)
@given(
    r=positive,
    alpha=positive,
    a=positive,
    b=positive,
    x=st.integers(0, 3000),
    share=st.floats(0, 1),
    age=st.floats(0, 500),
)
def test_whatever_the_history_the_answers_are_possible(r, alpha, a, b, x, share, age):
    model = BgNbd(r, alpha, a, b, 0.0, 0)
    known = np.array([float(x)]), np.array([age * share if x else 0.0]), np.array([age])
    alive = probability_alive(model, *known)[0]
    soon, later = (expected_purchases(model, t, *known)[0] for t in (13.0, 52.0))
    assert 0 <= alive <= 1
    assert 0 <= soon <= later * (1 + 1e-9)
    # Nobody buys more often than who never leaves.
    assert later <= (r + x) / (alpha + age) * 52 * (1 + 1e-6)


@settings(max_examples=40, deadline=None)
@given(x=st.integers(1, 50), age=st.floats(10, 100), early=st.floats(0.1, 0.9), late=st.floats(0.1, 0.9))
def test_a_longer_silence_is_never_a_better_sign(x, age, early, late):
    early, late = sorted((early, late))
    alive = probability_alive(MODEL, np.full(2, float(x)), np.array([early, late]) * age, np.full(2, age))
    assert alive[0] <= alive[1]


def test_after_a_single_purchase_nobody_is_known_to_have_left():
    assert probability_alive(MODEL, np.zeros(1), np.zeros(1), np.array([500.0]))[0] == 1.0


DEGENERATE = {
    "nobody": ([], "no_time_observed"),
    "all bought today": ([(0, 0, 0, 50)], "no_time_observed"),
    "all bought once": ([(0, 0, 10, 50), (0, 0, 20, 50)], "no_repeat_buyers"),
}


@pytest.mark.parametrize(("rows", "reason"), DEGENERATE.values(), ids=DEGENERATE)
def test_what_does_not_determine_the_model(rows, reason):
    with pytest.raises(NoEstimate, match=f"^{reason}$"):
        fit_bg_nbd(Histories(*np.array(rows, dtype=float).reshape(-1, 4).T))


ODD = {
    "all with one and the same history": [(3, 10, 12, 100)],
    "all came back the very day they were last seen": [(1, 10, 10, 100), (5, 10, 10, 3)],
    "one who buys thousands of times": [(0, 0, 50, 100), (1, 5, 50, 30), (5000, 50, 50, 1)],
    "one repeat among many": [(0, 0, 50, 10_000), (1, 20, 50, 1)],
    "a single buyer": [(2, 4, 30, 1)],
}


@pytest.mark.parametrize("rows", ODD.values(), ids=ODD)
def test_odd_data_gives_finite_answers(rows):
    histories = Histories(*np.array(rows, dtype=float).T)
    model = fit_bg_nbd(histories)
    assert all(0 < value < math.inf for value in (model.r, model.alpha, model.a, model.b))
    expected = expected_purchases(model, 52.0, histories.repeats, histories.recency, histories.age)
    assert np.isfinite(expected).all()
    assert (expected >= 0).all()
