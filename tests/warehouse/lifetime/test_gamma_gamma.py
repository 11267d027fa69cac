"""The gamma-gamma model against its definition and against simulated buyers."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import gamma

from warehouse.lifetime.estimate import NoEstimate
from warehouse.lifetime.gamma_gamma import GammaGamma, Spending, expected_value, fit_gamma_gamma, weighted_correlation

SMALL = Spending(*np.array([
    [1, 5.0, 10], [1, 35.0, 7], [1, 90.0, 3], [2, 30.0, 5], [2, 55.0, 6], [3, 22.5, 4], [8, 40.0, 2],
]).T)  # fmt: skip


def density(model, n, mean):
    """Of a mean value of n purchases, integrated over the buyer's own scale."""
    points, weights = np.polynomial.legendre.leggauss(400)
    scales = gamma(model.q, scale=1 / model.v).ppf((1 + points) / 2)
    return float(weights / 2 @ gamma(model.p * n, scale=1 / (n * scales)).pdf(mean))


def simulate_spending(seed, count, p, q, v):
    chance = np.random.default_rng(seed)
    n = chance.integers(1, 12, count)
    scale = chance.gamma(q, 1 / v, count)
    means = np.array([chance.gamma(p, 1 / nu, k).mean() for nu, k in zip(scale, n, strict=True)])
    return Spending(n.astype(float), means, np.ones(count)), p / scale


def test_the_likelihood_is_the_one_of_the_definition():
    model = fit_gamma_gamma(SMALL)
    rows = zip(SMALL.purchases, SMALL.mean_value, SMALL.buyers, strict=True)
    assert model.log_likelihood == pytest.approx(sum(k * math.log(density(model, n, m)) for n, m, k in rows), rel=1e-5)


def test_the_parameters_are_found_again_and_the_forecast_is_the_buyers_own_mean():
    spending, true_means = simulate_spending(5, 8_000, 6.0, 4.0, 15.0)
    model = fit_gamma_gamma(spending)
    assert (model.p, model.q, model.v) == pytest.approx((6.0, 4.0, 15.0), rel=0.15)
    assert model.mean_value == pytest.approx(6.0 * 15.0 / 3.0, rel=0.03)
    expected = expected_value(model, spending.purchases, spending.mean_value)
    assert np.mean(expected - true_means) == pytest.approx(0, abs=0.5)
    # Nearer to the truth than the mean of the buyer's own purchases.
    assert np.abs(expected - true_means).mean() < np.abs(spending.mean_value - true_means).mean()


@pytest.mark.parametrize("rate", [0.0048, 7.0, 1000.0])
def test_another_currency_changes_the_scale_alone(rate):
    one, other = (
        fit_gamma_gamma(SMALL),
        fit_gamma_gamma(Spending(SMALL.purchases, SMALL.mean_value * rate, SMALL.buyers)),
    )
    assert (other.p, other.q, other.v) == pytest.approx((one.p, one.q, one.v * rate), rel=1e-5)
    assert other.log_likelihood == pytest.approx(one.log_likelihood - SMALL.buyers.sum() * math.log(rate))


DEGENERATE = {
    "nobody": ([], "no_order_value"),
    "everything was free": ([(1, 0, 10), (3, 0, 10)], "no_order_value"),
    "more given back than paid": ([(1, -5, 10)], "no_order_value"),
    "one price for all": ([(1, 9.99, 10), (4, 9.99, 10)], "all_spend_the_same"),
}


@pytest.mark.parametrize(("rows", "reason"), DEGENERATE.values(), ids=DEGENERATE)
def test_what_does_not_determine_the_model(rows, reason):
    with pytest.raises(NoEstimate, match=f"^{reason}$"):
        fit_gamma_gamma(Spending(*np.array(rows, dtype=float).reshape(-1, 3).T))


def test_free_purchases_and_returns_do_not_disturb_the_others():
    more = Spending(
        np.append(SMALL.purchases, [1.0, 2.0]),
        np.append(SMALL.mean_value, [0.0, -3.0]),
        np.append(SMALL.buyers, [9.0, 9.0]),
    )
    assert fit_gamma_gamma(more) == fit_gamma_gamma(SMALL)


def test_without_a_mean_of_all_buyers_the_model_says_so():
    model = GammaGamma(2.0, 0.5, 10.0, 0.0, 0, 0.0)
    assert model.mean_value is None
    found = expected_value(GammaGamma(0.4, 0.5, 10.0, 0.0, 0, 0.0), np.array([1.0, 2.0]), np.array([10.0, 10.0]))
    assert math.isnan(found[0])
    assert found[1] > 0


@settings(max_examples=50, deadline=None)
@given(
    n=st.integers(1, 500), mean=st.floats(0.01, 1e6), p=st.floats(0.5, 50), q=st.floats(1.1, 50), v=st.floats(0.1, 1e4)
)
def test_the_forecast_lies_between_the_buyers_mean_and_everybodys(n, mean, p, q, v):
    model = GammaGamma(p, q, v, 0.0, 0, 0.0)
    found = expected_value(model, np.array([float(n)]), np.array([mean]))[0]
    low, high = sorted((mean, p * v / (q - 1)))
    assert low * (1 - 1e-9) <= found <= high * (1 + 1e-9)


def test_the_correlation_is_numpys():
    left, right = np.array([1.0, 2.0, 2.0, 5.0]), np.array([3.0, 1.0, 4.0, 8.0])
    weight = np.array([1.0, 2.0, 1.0, 3.0])
    rows = np.repeat(np.arange(4), weight.astype(int))
    assert weighted_correlation(left, right, weight) == pytest.approx(np.corrcoef(left[rows], right[rows])[0, 1])
    assert weighted_correlation(left, np.ones(4), weight) == 0.0
