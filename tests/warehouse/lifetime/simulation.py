"""Buyers who behave as the models say, drawn from known parameters."""

import numpy as np

from warehouse.lifetime.bg_nbd import Histories


def simulate_buyers(seed, count, r, alpha, a, b, age, horizon=0.0):
    """Histories one by one, and the purchases of each in the `horizon` that follows."""
    chance = np.random.default_rng(seed)
    ages = chance.uniform(0.3, 1.0, count) * age
    rows = []
    for total, rate, leaving in zip(ages, chance.gamma(r, 1 / alpha, count), chance.beta(a, b, count), strict=True):
        at, repeats, last, afterwards = 0.0, 0, 0.0, 0
        while (at := at + chance.exponential(1 / rate)) <= total + horizon:
            if at <= total:
                repeats, last = repeats + 1, at
            else:
                afterwards += 1
            if chance.random() < leaving:
                break
        rows.append((repeats, last, total, afterwards))
    repeats, last, total, afterwards = np.array(rows, dtype=float).T
    return Histories(repeats, last, total, np.ones(count)), afterwards
