"""Tables too large for a pandas frame: DuckDB counts the rows that break each expectation, Great Expectations judges
the counts.
"""

import math
from dataclasses import dataclass

import duckdb

from quality.expectations import Expectation, Kind, Suite, within
from quality.unexpected_rows import asked_condition, broken_condition


@dataclass(frozen=True)
class Count:
    """Rows of one expectation: all that were looked at, those it speaks about, those that break it."""

    rows: int
    asked: int
    broken: int


def count_broken(con: duckdb.DuckDBPyConnection, suite: Suite) -> list[Count]:
    """One Count per expectation of the suite, in its order."""
    numbered = list(enumerate(suite.expectations))
    counts = {number: _count_repeated(con, suite, each) for number, each in numbered if _is_about_repetition(each)}
    return [counts.get(number) or _count_rows(con, suite, each, number) for number, each in numbered]


def is_held(expectation: Expectation, count: Count) -> bool:
    """Whether few enough rows break the expectation."""
    return count.broken <= _allowed(expectation, count)


def counted_suite(suite: Suite, counts: list[Count]) -> Suite:
    """The suite over a frame of one row whose columns are the expectations' names and hold their broken rows."""
    return Suite(
        table=suite.table,
        purpose=suite.purpose,
        rows="",
        expectations=tuple(
            within(each.name, 0, _allowed(each, count), each.severity, each.reason)
            for each, count in zip(suite.expectations, counts, strict=True)
        ),
    )


def _is_about_repetition(expectation: Expectation) -> bool:
    return expectation.kind in (Kind.UNIQUE, Kind.UNIQUE_TOGETHER)


def _count_repeated(con: duckdb.DuckDBPyConnection, suite: Suite, expectation: Expectation) -> Count:
    # A GROUP BY spills to disk where the window of broken_condition would have to stay in memory.
    columns = ", ".join(f'"{column}"' for column in expectation.columns)
    row = con.execute(
        f"""
        with repeated as (
            select count(*) as rows, {asked_condition(expectation)} as is_asked
            from ({suite.rows}) as looked_at
            group by {columns}
        )
        select
            coalesce(sum(rows), 0),
            coalesce(sum(rows) filter (where is_asked), 0),
            coalesce(sum(rows) filter (where is_asked and rows > 1), 0)
        from repeated
        """
    ).fetchone()
    return Count(*(int(value) for value in row or (0, 0, 0)))


def _count_rows(con: duckdb.DuckDBPyConnection, suite: Suite, expectation: Expectation, number: int) -> Count:
    condition, parameters = broken_condition(expectation, number)
    row = con.execute(
        f"""
        select count(*), count(*) filter (where {asked_condition(expectation)}), count(*) filter (where {condition})
        from ({suite.rows}) as looked_at
        """,
        parameters,
    ).fetchone()
    return Count(*(int(value) for value in row or (0, 0, 0)))


def _allowed(expectation: Expectation, count: Count) -> int:
    # The small number keeps 5 % of 100 at 5: 1 - 0.95 is a little less than 0.05.
    return math.floor((1 - expectation.at_least) * count.asked + 1e-9)
