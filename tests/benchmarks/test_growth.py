"""The exponent of time against records."""

import pytest

from benchmarks.identity.growth import fit_exponent


@pytest.mark.parametrize(
    ("records", "seconds", "exponent"),
    [
        pytest.param([10_000, 100_000, 1_000_000], [1, 10, 100], 1.0, id="ten times the records, ten times the time"),
        pytest.param([10, 100], [3, 300], 2.0, id="quadratic"),
        pytest.param([10, 100, 1_000], [5, 5, 5], 0.0, id="no growth"),
        pytest.param([1, 10, 100], [1, 10, 1_000], 1.5, id="the slope of the best line, not of the ends"),
        pytest.param([10_000], [1], None, id="one size tells nothing"),
        pytest.param([10_000, 10_000], [1, 2], None, id="the same size twice tells nothing"),
        pytest.param([], [], None, id="nothing at all"),
    ],
)
def test_exponent(records, seconds, exponent):
    found = fit_exponent(records, seconds)
    assert found == (None if exponent is None else pytest.approx(exponent))
