"""The gate: suites are judged, results recorded, broken rows set aside, and the run is stopped where it must be.

In: the tables as they are, and names of suites. Out: rows in ops.quality_result (and ops.quarantine), Data Docs, and
counts. Whole tables are judged, never samples: small ones in Great Expectations, larger ones counted in DuckDB first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from quality.catalog import existing_tables, purposes, suites_named
from quality.counting import count_broken, counted_suite
from quality.errors import QualityFailed
from quality.expectations import Severity, Suite
from quality.judging import judge
from quality.outcomes import Outcome, outcome_of, record_outcomes
from quality.setting_aside import set_aside

# A frame of this many rows takes some seconds and half a gigabyte; what is larger never leaves DuckDB.
ROWS_IN_MEMORY = 2_000_000


@dataclass(frozen=True)
class GateResult:
    """What a gate found: `outcomes` one per expectation, `quarantined_rows` how many left their table."""

    outcomes: tuple[Outcome, ...]
    quarantined_rows: int

    def broken(self, severity: Severity) -> int:
        """Expectations of that severity that did not hold."""
        return sum(1 for each in self.outcomes if each.severity is severity and not each.success)


def check(
    con: duckdb.DuckDBPyConnection,
    suites: Sequence[str],
    run_id: str,
    checked_at: datetime,
    data_docs: Path | None = None,
    rows_in_memory: int = ROWS_IN_MEMORY,
) -> GateResult:
    """Judge the named suites; QualityFailed when an expectation of severity `fail` does not hold.

    Everything is recorded and set aside before it raises. `data_docs` is the directory of the report, None for none.
    """
    existing, outcomes, quarantined = existing_tables(con), [], 0
    for suite in suites_named(con, suites):
        found = _missing_tables(suite, existing) or _judge(con, suite, run_id, checked_at, data_docs, rows_in_memory)
        if any(each.severity is Severity.QUARANTINE and not each.success for each in found):
            quarantined += set_aside(con, suite, checked_at)
        outcomes += found
    record_outcomes(con, outcomes, run_id, checked_at)
    if data_docs is not None:
        from quality.data_docs import write_index

        write_index(data_docs, con, purposes())
    _stop_if_failed(outcomes)
    return GateResult(tuple(outcomes), quarantined)


def _missing_tables(suite: Suite, existing: set[str]) -> list[Outcome]:
    """A table that is not there holds nothing of what is expected of it."""
    return [
        Outcome(
            suite=suite.name,
            table=suite.table,
            expectation=f"table_exists({table})",
            severity=Severity.FAIL,
            reason="The stage that makes the table has not run or did not finish",
            success=False,
            checked_rows=0,
            failed_rows=0,
        )
        for table in suite.tables
        if table not in existing
    ]


def _judge(
    con: duckdb.DuckDBPyConnection,
    suite: Suite,
    run_id: str,
    checked_at: datetime,
    data_docs: Path | None,
    rows_in_memory: int,
) -> list[Outcome]:
    counted = _row_count(con, suite) > rows_in_memory
    result, outcomes = _judge_counts(con, suite) if counted else _judge_rows(con, suite)
    if data_docs is not None:
        from quality.data_docs import write_page

        write_page(data_docs, suite, outcomes, result, run_id, checked_at, counted=counted)
    return outcomes


def _judge_rows(con: duckdb.DuckDBPyConnection, suite: Suite) -> tuple[Any, list[Outcome]]:
    columns = ", ".join(f'"{column}"' for column in suite.columns)
    frame = con.sql(f"select {columns} from ({suite.rows}) as looked_at").to_arrow_table().to_pandas()
    result = judge(suite, frame)
    found = {each.expectation_config.meta["name"]: each for each in result.results}
    return result, [
        outcome_of(
            suite,
            expectation,
            bool(found[expectation.name].success),
            len(frame),
            int(found[expectation.name].result.get("unexpected_count") or 0),
        )
        for expectation in suite.expectations
    ]


def _judge_counts(con: duckdb.DuckDBPyConnection, suite: Suite) -> tuple[Any, list[Outcome]]:
    import pandas as pd

    counts = count_broken(con, suite)
    names = [each.name for each in suite.expectations]
    frame = pd.DataFrame([[count.broken for count in counts]], columns=names)
    result = judge(counted_suite(suite, counts), frame)
    held = {each.expectation_config.kwargs["column"]: bool(each.success) for each in result.results}
    return result, [
        outcome_of(suite, expectation, held[expectation.name], count.rows, count.broken)
        for expectation, count in zip(suite.expectations, counts, strict=True)
    ]


def _row_count(con: duckdb.DuckDBPyConnection, suite: Suite) -> int:
    row = con.execute(f"select count(*) from {suite.table if '.' in suite.table else f'({suite.rows})'}").fetchone()
    return int(row[0]) if row else 0


def _stop_if_failed(outcomes: Sequence[Outcome]) -> None:
    failed = [each for each in outcomes if each.severity is Severity.FAIL and not each.success]
    if not failed:
        return
    lines = [
        f"  {each.table}: {each.expectation}: {each.failed_rows:,} of {each.checked_rows:,} rows. {each.reason}."
        for each in failed
    ]
    raise QualityFailed(
        f"{len(failed)} quality expectation(s) of severity fail did not hold:\n"
        + "\n".join(lines)
        + "\nThe stages after this one must wait. data_docs/index.html and ops.quality_result say more. Mend the "
        "source or its mapping, then run the stage again (with --full-refresh when the rows are already loaded)."
    )
