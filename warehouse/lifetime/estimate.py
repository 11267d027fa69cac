"""Maximum likelihood on the logarithms of positive parameters, and what keeps a model from being estimated."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Floats = NDArray[np.float64]
Loss = Callable[[Floats], tuple[float, Floats]]

# Steps from every start, and from where the best of them led.
_FIRST = {"maxiter": 15, "maxfun": 60, "ftol": 1e-12, "gtol": 1e-8}
_THEN = {"maxiter": 500, "maxfun": 2000, "ftol": 1e-13, "gtol": 1e-8}
_ROUGH_ROWS = 5_000


class NoEstimate(ValueError):
    """The data does not determine the model; the text is a reason code that the marts show."""


@dataclass(frozen=True)
class Counts:
    """The distinct values of a whole number and their weights: what depends on it alone is computed once for each."""

    values: Floats
    weights: Floats

    @classmethod
    def of(cls, numbers: Floats, weights: Floats) -> "Counts":
        """The distinct `numbers`, each with the sum of its rows' weights."""
        values, row = np.unique(numbers, return_inverse=True)
        return cls(values, np.asarray(np.bincount(row, weights), dtype=np.float64))


def thin(rows: int) -> slice:
    """Every so many of the rows, for a rough estimate from some thousands."""
    return slice(None, None, -(-rows // _ROUGH_ROWS))


def climb(
    rough: Loss, loss: Loss, starts: Iterable[tuple[float, ...]], limits: tuple[float, float]
) -> tuple[Floats, float]:
    """The parameters of the least loss, and the loss; NoEstimate where none is found.

    A loss gives itself and its gradient by the logarithms of the parameters, which stay within `limits`; `rough` is
    that of a part of the data. L-BFGS-B takes a few steps from every start, then as many as it needs from the best
    place, both over the part, and then over everything; the first of equals wins, so the same data gives the same
    parameters.
    """
    logs = [np.clip(np.log(np.maximum(start, 1e-6)), *limits) for start in starts]
    place, value = min([_descend(rough, start, limits, _FIRST) for start in logs], key=lambda each: each[1])
    if not np.isfinite(value):
        raise NoEstimate("not_converged")
    for each in (rough, loss):
        place, value = _descend(each, place, limits, _THEN)
    return np.exp(place), value


def _descend(loss: Loss, start: Floats, limits: tuple[float, float], options: dict[str, float]) -> tuple[Floats, float]:
    # The stubs do not see that the loss brings its gradient along.
    found = minimize(loss, start, method="L-BFGS-B", jac=True, bounds=[limits] * len(start), options=options)  # type: ignore[call-overload]
    return found.x, float(found.fun) if np.isfinite(found.fun) else np.inf
