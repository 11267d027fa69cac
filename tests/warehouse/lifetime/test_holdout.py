"""Forecast against fact, on simulated buyers and by hand."""

import numpy as np
import pytest

from tests.warehouse.lifetime.simulation import simulate_buyers
from warehouse.lifetime.bg_nbd import BgNbd, Histories, expected_purchases
from warehouse.lifetime.holdout import judge, means_by_repeats, track

MODEL = BgNbd(0.8, 6.0, 0.7, 2.5, 0.0, 0)
HISTORIES = Histories(*np.array([[0, 0, 20, 3], [2, 10, 20, 1], [2, 10, 20, 1], [0, 0, 0, 1]], float).T)
AFTERWARDS = np.array([0.0, 3.0, 1.0, 1.0])


def test_the_errors_are_those_of_the_buyers_one_by_one():
    found = judge(MODEL, HISTORIES, 10.0, AFTERWARDS)
    expected = expected_purchases(MODEL, 10.0, HISTORIES.repeats, HISTORIES.recency, HISTORIES.age)
    each = [0, 0, 0, 1, 2, 3]
    misses = [abs(expected[i] - AFTERWARDS[i]) for i in each]
    assert (found.buyers, found.actual) == (6, 5.0)
    assert found.expected == pytest.approx(sum(expected[i] for i in each))
    assert found.share == pytest.approx(found.expected / 5 - 1)
    assert found.absolute_error == pytest.approx(np.mean(misses))
    assert found.squared_error == pytest.approx(np.mean(np.square(misses)))
    # Own rates: 0, 2 in 20 for 10, none for who came today.
    assert found.naive_error == pytest.approx((0 * 3 + 2 + 0 + 1) / 6)
    assert found.naive_squared_error == pytest.approx((0 * 3 + 4 + 0 + 1) / 6)


def test_nobody_bought_afterwards():
    assert judge(MODEL, HISTORIES, 10.0, np.zeros(4)).share is None


def test_means_by_repeats_put_the_frequent_together():
    means = means_by_repeats(MODEL, HISTORIES, 10.0, AFTERWARDS, 1)
    assert [(count, actual) for count, actual, _ in means] == [(0, 0.25), (1, 2.0)]


def test_the_curve_follows_simulated_buyers():
    histories, afterwards = simulate_buyers(4, 10_000, 0.8, 6.0, 0.7, 2.5, age=80, horizon=40)
    curve = track(MODEL, 80 - histories.age, histories.buyers, np.array([0.0, 80.0, 120.0]))
    actual = (0.0, histories.repeats.sum(), histories.repeats.sum() + afterwards.sum())
    assert curve == pytest.approx(actual, rel=0.03)
