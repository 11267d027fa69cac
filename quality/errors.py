"""What can go wrong at a gate.

    ValueError
    ├── QualityFailed    a table broke an expectation of severity `fail`: the run must not go on
    └── SuiteError       a suite is unknown or cannot be judged: a mistake in quality/suites or in the caller

Texts name tables, expectations and counts, never a value of a row.
"""


class QualityFailed(ValueError):
    """A table broke an expectation of severity `fail`; the text says which, how many rows, and what to do."""


class SuiteError(ValueError):
    """A suite is unknown, or one of its expectations cannot be judged."""
