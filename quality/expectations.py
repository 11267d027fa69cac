"""The vocabulary of the suites: what can be expected of a table, how bad it is if it does not hold, why it matters.

A suite looks at the rows of one SELECT (a table, or a table joined with what it must agree with). Conditions that need
more than one column are computed there as boolean columns and expected to hold, so DuckDB does the joins and Great
Expectations the judging.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """What a broken expectation leads to."""

    FAIL = "fail"  # the run stops: what follows would be wrong
    WARN = "warn"  # reported, the run goes on
    QUARANTINE = "quarantine"  # the broken rows leave the table and wait in ops.quarantine, the run goes on


class Kind(StrEnum):
    """What is expected; each is an expectation type of Great Expectations."""

    PRESENT = "expect_column_values_to_not_be_null"
    UNIQUE = "expect_column_values_to_be_unique"
    UNIQUE_TOGETHER = "expect_compound_columns_to_be_unique"
    ONE_OF = "expect_column_values_to_be_in_set"
    SHAPED = "expect_column_values_to_match_regex"
    WITHIN = "expect_column_values_to_be_between"


@dataclass(frozen=True)
class Expectation:
    """One expectation; missing values break PRESENT only.

    `at_least` is the share of non-missing rows that must hold (1.0: all). `limits` are what the kind needs: allowed
    values, a pattern, or a lower and an upper bound.
    """

    kind: Kind
    columns: tuple[str, ...]
    severity: Severity
    reason: str
    limits: tuple[Any, ...] = ()
    at_least: float = 1.0

    @property
    def name(self) -> str:
        """Type and columns, and the share when not every row has to hold: unique within a suite."""
        share = "" if self.at_least == 1.0 else f" at least {self.at_least:.2%}"
        return f"{self.kind.value}({', '.join(self.columns)}){share}"


@dataclass(frozen=True)
class Suite:
    """What is expected of one table.

    `rows` is the SELECT that is looked at. Where an expectation quarantines, it must be over the table itself and give
    `rowid`, `source`, `stream`, `_batch_id` and `_line`.
    """

    table: str
    purpose: str
    rows: str
    expectations: tuple[Expectation, ...]
    needs: tuple[str, ...] = field(default=())

    @property
    def name(self) -> str:
        """Suites are named after the table they guard."""
        return self.table

    @property
    def tables(self) -> tuple[str, ...]:
        """Tables that must exist: the guarded one and those `rows` joins; a schema's name stands for any number."""
        return tuple(name for name in (self.table, *self.needs) if "." in name)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of `rows` that some expectation looks at, in order of mention."""
        return tuple(dict.fromkeys(column for expectation in self.expectations for column in expectation.columns))


def present(column: str, severity: Severity, reason: str, *, at_least: float = 1.0) -> Expectation:
    """The column is filled."""
    return Expectation(Kind.PRESENT, (column,), severity, reason, at_least=at_least)


def unique(column: str, severity: Severity, reason: str) -> Expectation:
    """No value appears twice."""
    return Expectation(Kind.UNIQUE, (column,), severity, reason)


def unique_together(columns: Sequence[str], severity: Severity, reason: str) -> Expectation:
    """No combination of values appears twice."""
    return Expectation(Kind.UNIQUE_TOGETHER, tuple(columns), severity, reason)


def one_of(column: str, values: Sequence[str], severity: Severity, reason: str) -> Expectation:
    """The column holds known values only."""
    return Expectation(Kind.ONE_OF, (column,), severity, reason, tuple(values))


def shaped(column: str, pattern: str, severity: Severity, reason: str, *, at_least: float = 1.0) -> Expectation:
    """The whole value matches a regular expression that Python's re and DuckDB's RE2 read alike."""
    return Expectation(Kind.SHAPED, (column,), severity, reason, (pattern,), at_least)


def within(
    column: str, low: float | None, high: float | None, severity: Severity, reason: str, *, at_least: float = 1.0
) -> Expectation:
    """The number lies between two bounds, bounds included; None is no bound."""
    return Expectation(Kind.WITHIN, (column,), severity, reason, (low, high), at_least)


def holds(column: str, severity: Severity, reason: str, *, at_least: float = 1.0) -> Expectation:
    """A condition computed by the suite's SELECT is true; missing means that it could not be asked."""
    return Expectation(Kind.ONE_OF, (column,), severity, reason, (True,), at_least)
