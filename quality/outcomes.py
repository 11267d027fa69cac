"""What became of each expectation, and its row in ops.quality_result."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from quality.expectations import Expectation, Severity, Suite


@dataclass(frozen=True)
class Outcome:
    """One expectation judged: rows looked at, and how many broke it."""

    suite: str
    table: str
    expectation: str
    severity: Severity
    reason: str
    success: bool
    checked_rows: int
    failed_rows: int


def outcome_of(suite: Suite, expectation: Expectation, success: bool, checked_rows: int, failed_rows: int) -> Outcome:
    """The outcome of one expectation of a suite."""
    return Outcome(
        suite=suite.name,
        table=suite.table,
        expectation=expectation.name,
        severity=expectation.severity,
        reason=expectation.reason,
        success=success,
        checked_rows=checked_rows,
        failed_rows=failed_rows,
    )


def record_outcomes(
    con: duckdb.DuckDBPyConnection, outcomes: Sequence[Outcome], run_id: str, checked_at: datetime
) -> None:
    """Write ops.quality_result; a suite judged again in the same run replaces its rows."""
    rows = [
        (run_id, o.suite, o.table, o.expectation, o.severity.value, o.success, o.checked_rows, o.failed_rows, o.reason,
         checked_at)
        for o in outcomes
    ]  # fmt: skip
    if not rows:
        return
    con.execute("begin")
    try:
        suites = sorted({outcome.suite for outcome in outcomes})
        con.execute("delete from ops.quality_result where run_id = $run_id and list_contains($suites, suite)",
                    {"run_id": run_id, "suites": suites})  # fmt: skip
        con.executemany(
            """
            insert into ops.quality_result
                (run_id, suite, table_name, expectation, severity, success, checked_rows, failed_rows, reason,
                checked_at)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            rows,
        )
    except BaseException:
        con.execute("rollback")
        raise
    con.execute("commit")
