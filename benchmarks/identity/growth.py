"""How time grows with records: the exponent e of time = c · records^e."""

import math
from collections.abc import Sequence


def fit_exponent(records: Sequence[float], seconds: Sequence[float]) -> float | None:
    """Least-squares slope of log(seconds) on log(records); nothing from fewer than two sizes."""
    x, y = [math.log(each) for each in records], [math.log(each) for each in seconds]
    mean_x, mean_y = sum(x) / max(len(x), 1), sum(y) / max(len(y), 1)
    spread = sum((each - mean_x) ** 2 for each in x)
    if len(x) < 2 or spread == 0:
        return None
    return sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True)) / spread
