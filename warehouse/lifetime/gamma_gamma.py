"""What a buyer will spend on a purchase: the gamma-gamma model.

In: distinct (number of purchases, mean value of them), with the number of buyers who have them. Out: the model's three
parameters by maximum likelihood, and the value of a further purchase of each buyer.

Follows P. S. Fader, B. G. S. Hardie, The Gamma-Gamma Model of Monetary Value, 2013: the values of a buyer's purchases
are gamma(p, nu), and nu is gamma(q, v) among buyers (v is the note's gamma). The model takes what a buyer spends to be
independent of how often the buyer buys; `correlation` says how far that holds. Values must be positive.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, psi

from warehouse.lifetime.estimate import Counts, Floats, Loss, NoEstimate, climb, thin

_LIMITS = (-9.0, 12.0)
_STARTS = ((1.0, 2.0, 1.0), (6.0, 4.0, 0.5), (20.0, 20.0, 1.0))


@dataclass(frozen=True)
class Spending:
    """Distinct (purchases, mean value); `buyers` says how many buyers have each."""

    purchases: Floats
    mean_value: Floats
    buyers: Floats


@dataclass(frozen=True)
class GammaGamma:
    """The fitted model, in the currency of the values it was fitted to."""

    p: float
    q: float
    v: float
    log_likelihood: float
    buyers: int
    correlation: float

    @property
    def mean_value(self) -> float | None:
        """What a buyer of whom nothing is known spends; None where the model has no mean (q of 1 or less)."""
        return self.p * self.v / (self.q - 1) if self.q > 1 else None


def fit_gamma_gamma(spending: Spending) -> GammaGamma:
    """Maximum likelihood; NoEstimate without a positive value, or when all buyers spend the same."""
    kept = (spending.purchases > 0) & (spending.mean_value > 0) & (spending.buyers > 0)
    n, means, buyers = spending.purchases[kept], spending.mean_value[kept], spending.buyers[kept]
    total = float(buyers.sum())
    if total == 0:
        raise NoEstimate("no_order_value")
    if means.max() == means.min():
        raise NoEstimate("all_spend_the_same")
    # 1. Values near 1: the parameters stay comparable whatever the currency; only v has a unit.
    scale = float(means @ buyers) / total
    part = thin(len(n))
    some = _loss_over(n[part], means[part] / scale, buyers[part])
    found, loss = climb(some, _loss_over(n, means / scale, buyers), _STARTS, _LIMITS)
    # 2. Back to the currency.
    p, q, v = found.tolist()
    likelihood = -total * (loss + float(np.log(scale)))
    return GammaGamma(p, q, v * scale, likelihood, int(total), weighted_correlation(n, means, buyers))


def expected_value(model: GammaGamma, purchases: Floats, mean_value: Floats) -> Floats:
    """Value of each buyer's further purchases, between their own mean and everybody's; NaN where there is no mean."""
    weight = model.p * purchases + model.q - 1
    value = model.p * (model.v + purchases * mean_value)
    return np.divide(value, weight, out=np.full(len(purchases), np.nan), where=weight > 0)


def weighted_correlation(left: Floats, right: Floats, weight: Floats) -> float:
    """Pearson's, 0 where one side does not vary."""
    share = weight / weight.sum()
    x, y = left - share @ left, right - share @ right
    spread = float(np.sqrt((share @ x**2) * (share @ y**2)))
    return float(share @ (x * y)) / spread if spread > 0 else 0.0


def _loss_over(n: Floats, means: Floats, buyers: Floats) -> Loss:
    share = buyers / buyers.sum()
    counts = Counts.of(n, share)
    return lambda logs: _loss(logs, n, means, share, counts)


def _loss(logs: Floats, n: Floats, means: Floats, share: Floats, counts: Counts) -> tuple[float, Floats]:
    """Negative mean log-likelihood (the note's equation 1a) and its gradient, by the logarithms of the parameters."""
    p, q, v = np.exp(logs)
    seen, weight = counts.values, counts.weights
    all_spent = n * means
    log_spent, log_both = np.log(all_spent), np.log(v + all_spent)
    # m ** (p n - 1) * n ** (p n) is (n m) ** (p n - 1) * n.
    value = weight @ (gammaln(p * seen + q) - gammaln(p * seen) + np.log(seen)) - gammaln(q) + q * logs[2]
    value += share @ ((p * n - 1) * log_spent - (p * n + q) * log_both)
    by_p = weight @ (seen * (psi(p * seen + q) - psi(p * seen))) + (share * n) @ (log_spent - log_both)
    by_q = weight @ psi(p * seen + q) - psi(q) + logs[2] - share @ log_both
    by_v = q / v - (share * (p * n + q)) @ (1 / (v + all_spent))
    return -float(value), -np.array([by_p * p, by_q * q, by_v * v])
