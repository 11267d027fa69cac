"""How good the forecast is: a model fitted to what came before a day, against what came after it.

In: the model, the histories up to the day, and the purchases each distinct history's buyers made afterwards. Out: the
errors in total and per buyer, the means by calibration frequency, and the cumulative curve of repeats.
"""

from dataclasses import dataclass

import numpy as np

from warehouse.lifetime.bg_nbd import BgNbd, Histories, expected_purchases, expected_repeats
from warehouse.lifetime.estimate import Floats
from warehouse.lifetime.gamma_gamma import weighted_correlation


@dataclass(frozen=True)
class Holdout:
    """Forecast against fact, over the days held out.

    Errors are means over buyers; the naive ones are those of expecting everybody to go on at their own rate, which is
    hard to beat by the absolute error (most buyers do not come back in a short time, and to expect nothing of single
    buyers is right for most), less so by the squared one, which a mean is meant to make small.
    """

    buyers: int
    actual: float
    expected: float
    absolute_error: float
    naive_error: float
    squared_error: float
    naive_squared_error: float
    correlation: float

    @property
    def share(self) -> float | None:
        """Expected less actual, as a share of actual; None when nobody bought."""
        return self.expected / self.actual - 1 if self.actual else None


def judge(model: BgNbd, histories: Histories, horizon: float, afterwards: Floats) -> Holdout:
    """Compare; `afterwards` is the number of purchases of a buyer, so a history with two outcomes has two rows."""
    expected = expected_purchases(model, horizon, histories.repeats, histories.recency, histories.age)
    age = np.maximum(histories.age, 1e-9)
    naive = np.where(histories.age > 0, histories.repeats / age * horizon, 0.0)
    share = histories.buyers / histories.buyers.sum()
    return Holdout(
        buyers=int(histories.buyers.sum()),
        actual=float(histories.buyers @ afterwards),
        expected=float(histories.buyers @ expected),
        absolute_error=float(share @ np.abs(expected - afterwards)),
        naive_error=float(share @ np.abs(naive - afterwards)),
        squared_error=float(share @ (expected - afterwards) ** 2),
        naive_squared_error=float(share @ (naive - afterwards) ** 2),
        correlation=weighted_correlation(expected, afterwards, histories.buyers),
    )


def means_by_repeats(
    model: BgNbd, histories: Histories, horizon: float, afterwards: Floats, most: int
) -> list[tuple[int, float, float]]:
    """(repeats, mean actual, mean expected) for 0 … `most` repeats in calibration, the last with all above it."""
    expected = expected_purchases(model, horizon, histories.repeats, histories.recency, histories.age)
    groups = np.minimum(histories.repeats, most)
    means = []
    for count in range(most + 1):
        chosen = groups == count
        if buyers := float(histories.buyers[chosen].sum()):
            weight = histories.buyers[chosen] / buyers
            means.append((count, float(weight @ afterwards[chosen]), float(weight @ expected[chosen])))
    return means


def track(model: BgNbd, first_at: Floats, buyers: Floats, times: Floats) -> Floats:
    """Repeats to be expected until each of `times`, of buyers of whom the first purchase, at `first_at`, is known."""
    return np.array([float(buyers @ expected_repeats(model, moment - first_at)) for moment in times])
