"""How often a buyer will buy again, and whether they are still one: the BG/NBD model.

In: histories (repeats, recency, age), one row per distinct history with the number of buyers who have it, in any one
unit of time. Out: the model's four parameters by maximum likelihood, the probability of being alive, and the purchases
expected over a horizon.

Follows P. S. Fader, B. G. S. Hardie, K. L. Lee, "Counting Your Customers" the Easy Way: An Alternative to the
Pareto/NBD Model, Marketing Science 24(2), 2005. A buyer buys at random at a rate that is gamma(r, alpha) among buyers;
after every purchase but the first the buyer may leave for good, with a probability that is beta(a, b) among buyers.
`repeats` counts the purchases after the first, `recency` is the time from the first to the last, `age` from the first
to today.

Departures: the likelihood is written with the logarithm of the ratio of its two terms, so that nothing overflows
(P. S. Fader, B. G. S. Hardie, Overcoming the BG/NBD Model's #NUM! Error Problem, 2013), and the conditional expectation
(the paper's equation 10) is its integral over the probability of leaving, by Gauss-Jacobi quadrature: the paper's
closed form with 2F1 loses every digit for a frequent buyer with a short history.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg import eigh_tridiagonal
from scipy.special import betaln, expit, gammaln, psi

from warehouse.lifetime.estimate import Counts, Floats, Loss, NoEstimate, climb, thin

# Logarithms of the parameters stay between these: beyond them buyers are, to all purposes, alike.
_LIMITS = (-9.0, 9.0)
_NODES = 64
_ROWS_AT_ONCE = 20_000


@dataclass(frozen=True)
class Histories:
    """Distinct histories; `buyers` says how many buyers have each."""

    repeats: Floats
    recency: Floats
    age: Floats
    buyers: Floats


@dataclass(frozen=True)
class BgNbd:
    """The fitted model; times are in the unit of the histories it was fitted to."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float
    buyers: int


def fit_bg_nbd(histories: Histories) -> BgNbd:
    """Maximum likelihood; NoEstimate where the histories do not tell: no time has passed, or nobody came back."""
    total = float(histories.buyers.sum())
    if total == 0 or not (histories.age > 0).any():
        raise NoEstimate("no_time_observed")
    if not (histories.repeats > 0).any():
        raise NoEstimate("no_repeat_buyers")
    part = thin(len(histories.buyers))
    some = Histories(histories.repeats[part], histories.recency[part], histories.age[part], histories.buyers[part])
    found, loss = climb(_loss_over(some), _loss_over(histories), _starts(histories, total), _LIMITS)
    r, alpha, a, b = found.tolist()
    return BgNbd(r, alpha, a, b, -loss * total, int(total))


def probability_alive(model: BgNbd, repeats: Floats, recency: Floats, age: Floats) -> Floats:
    """That the buyer has not left; 1 without a repeat, since one may leave after a repeat only."""
    return np.where(repeats > 0, expit(-_log_odds_left(_logs(model), repeats, recency, age)), 1.0)


def expected_purchases(model: BgNbd, horizon: float, repeats: Floats, recency: Floats, age: Floats) -> Floats:
    """Purchases of each buyer within `horizon` from today."""
    staying = np.zeros(len(repeats))
    for count in np.unique(repeats):
        rows = np.flatnonzero(repeats == count)
        nodes, weights = _beta_nodes(model.a, model.b + float(count))
        for part in np.array_split(rows, -(-len(rows) // _ROWS_AT_ONCE)):
            # Who leaves with probability p after each purchase and buys at a rate that is gamma(r + x, alpha + T)
            # makes (1 - (1 + p * t / (alpha + T)) ** -(r + x)) / p purchases before leaving or before t.
            reach = horizon / (model.alpha + age[part, None])
            staying[part] = (-np.expm1(-(model.r + count) * np.log1p(reach * nodes)) / nodes) @ weights
    return staying * probability_alive(model, repeats, recency, age)


def expected_repeats(model: BgNbd, since_first: Floats) -> Floats:
    """Repeats of a buyer of whom nothing but the first purchase is known, `since_first` after it (equation 9)."""
    nodes, weights = _beta_nodes(model.a, model.b)
    reach = np.maximum(since_first, 0.0)[:, None] / model.alpha
    return np.asarray((-np.expm1(-model.r * np.log1p(reach * nodes)) / nodes) @ weights)


def _starts(histories: Histories, total: float) -> tuple[tuple[float, ...], ...]:
    """Four places to climb from, with alpha near the time between purchases."""
    gap = float(histories.age @ histories.buyers) / (float(histories.repeats @ histories.buyers) + total)
    return (1.0, gap, 1.0, 1.0), (0.3, gap / 2, 0.8, 2.5), (3.0, 4 * gap, 0.3, 5.0), (1.0, gap, 0.1, 10.0)


def _logs(model: BgNbd) -> Floats:
    return np.log(np.array([model.r, model.alpha, model.a, model.b]))


def _log_odds_left(logs: Floats, repeats: Floats, recency: Floats, age: Floats) -> Floats:
    """Logarithm of (left after the last purchase) : (still there), for histories with a repeat."""
    r, alpha, _, b = np.exp(logs)
    chance = logs[2] - np.log(b + np.maximum(repeats, 1.0) - 1.0)
    return np.asarray(chance + (r + repeats) * (np.log(alpha + age) - np.log(alpha + recency)))


def _loss_over(histories: Histories) -> Loss:
    shares = replace(histories, buyers=histories.buyers / histories.buyers.sum())
    counts = Counts.of(shares.repeats, shares.buyers)
    return lambda logs: _loss(logs, shares, counts)


def _loss(logs: Floats, histories: Histories, counts: Counts) -> tuple[float, Floats]:
    """Negative mean log-likelihood and its gradient, by the logarithms of the parameters; weights sum to 1."""
    r, alpha, a, b = np.exp(logs)
    x, recency, age, share = histories.repeats, histories.recency, histories.age, histories.buyers
    seen, weight = counts.values, counts.weights
    odds = _log_odds_left(logs, x, recency, age)
    log_age = np.log(alpha + age)
    # 1. log L = log of (the history and still there) + log(1 + odds of having left).
    value = weight @ (gammaln(r + seen) + betaln(a, b + seen)) - gammaln(r) - betaln(a, b) + r * logs[1]
    value += share @ (np.where(x > 0, np.logaddexp(0.0, odds), 0.0) - (r + x) * log_age)
    # 2. Its derivatives; `left` is the weight of those who have left.
    left = share * np.where(x > 0, expit(odds), 0.0)
    both = weight @ psi(a + b + seen) - psi(a + b)
    by_r = weight @ psi(r + seen) - psi(r) + logs[1] - share @ log_age + left @ (log_age - np.log(alpha + recency))
    by_alpha = r / alpha - (r + x) @ ((share - left) / (alpha + age) + left / (alpha + recency))
    by_a = left.sum() / a - both
    by_b = weight @ psi(b + seen) - psi(b) - both - left @ (1 / (b + np.maximum(x, 1.0) - 1.0))
    return -float(value), -np.array([by_r * r, by_alpha * alpha, by_a * a, by_b * b])


def _beta_nodes(u: float, v: float) -> tuple[Floats, Floats]:
    """Points and weights that average a function over beta(u, v) (G. H. Golub, J. H. Welsch, 1969).

    The points are the eigenvalues of the Jacobi polynomials' recurrence, the weights the squares of the first
    components of its eigenvectors: nothing over- or underflows, however large u and v.
    """
    k, below, above = np.arange(1.0, _NODES), u - 1.0, v - 1.0
    s = 2 * k + below + above
    middle = np.concatenate([[(below - above) / (u + v)], (below - above) * (below + above) / (s * (s + 2))])
    k, s = k[1:], s[1:]
    square = 4 * k * (k + below) * (k + above) * (k + below + above) / (s**2 * (s + 1) * (s - 1))
    first = 4 * u * v / ((u + v) ** 2 * (u + v + 1))
    points, vectors = eigh_tridiagonal(middle, np.sqrt(np.concatenate([[first], square])))
    # A probability of 1e-12 to leave is none; rounding must not make it negative.
    return np.clip((1 + points) / 2, 1e-12, 1.0), vectors[0] ** 2
