"""What the gate does with what it finds: stop, report, set aside."""

from datetime import datetime

import duckdb
import pytest

from quality.errors import QualityFailed, SuiteError
from quality.expectations import Severity
from quality.gate import check

AT = datetime(2026, 3, 19, 2, 0)
MINE = "li.si.private@example.org"


def _one(con: duckdb.DuckDBPyConnection, query: str) -> object:
    row = con.execute(query).fetchone()
    return row[0] if row else None


def test_a_broken_fail_stops_and_says_which_table_expectation_rows_and_what_to_do(
    con: duckdb.DuckDBPyConnection,
) -> None:
    con.execute("update standard.purchase set status = 'Paid' where order_number = '#1001'")
    with pytest.raises(QualityFailed) as failure:
        check(con, ["standard.purchase"], "run", AT)
    text = str(failure.value)
    for part in (
        "standard.purchase",
        "expect_column_values_to_be_in_set(status)",
        "1 of 2 rows",
        "run the stage again",
    ):
        assert part in text
    assert _one(con, "select count(*) from ops.quality_result where not success") == 1


def test_a_broken_warn_is_reported_and_goes_on(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("update standard.purchase set ordered_at = null where order_number = '#1001'")
    result = check(con, ["standard.purchase"], "run", AT)
    assert (result.broken(Severity.WARN), result.broken(Severity.FAIL), result.quarantined_rows) == (1, 0, 0)
    assert _one(con, "select count(*) from standard.purchase") == 2


def test_a_broken_quarantine_moves_the_rows_and_goes_on(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("update standard.event set occurred_at = null where _line > 1")
    result = check(con, ["standard.event"], "run", AT)
    assert (result.broken(Severity.QUARANTINE), result.quarantined_rows) == (1, 2)
    assert con.execute("select event_id from standard.event").fetchall() == [("e1",)]
    assert con.execute(
        """
        select batch_id, source, stream, file_name, line, stage, reason, raw
        from ops.quarantine where stage = 'quality' order by line
        """
    ).fetchall() == [
        ("b000000000000001", "segment", "events", "website/events-2026-03-18.ndjson", line, "quality",
         "standard.event: An event without a time has no place on any journey", None)
        for line in (2, 3)
    ]  # fmt: skip


def test_rows_that_come_back_are_set_aside_again_without_a_second_quarantine_row(
    con: duckdb.DuckDBPyConnection,
) -> None:
    con.execute("create temp table kept as select * replace (null as occurred_at) from standard.event where _line = 2")
    con.execute("delete from standard.event where _line = 2")
    for run in ("first", "second"):
        con.execute("insert into standard.event from kept")
        assert check(con, ["standard.event"], run, AT).quarantined_rows == 1
    assert _one(con, "select count(*) from ops.quarantine where stage = 'quality'") == 1


def test_rows_set_aside_do_not_unbalance_the_delivery(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("update standard.event set occurred_at = null where _line > 1")
    check(con, ["standard.event"], "run", AT)
    assert check(con, ["ops.batch", "ops.quarantine", "raw"], "run", AT).broken(Severity.FAIL) == 0


def test_rows_are_set_aside_before_a_fail_stops(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("update standard.event set occurred_at = null where _line = 2")
    con.execute("update standard.event set _batch_id = 'unknown' where _line = 3")
    with pytest.raises(QualityFailed):
        check(con, ["standard.event"], "run", AT)
    assert _one(con, "select count(*) from ops.quarantine where stage = 'quality'") == 1


def test_a_table_that_is_not_there_stops(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("drop table identity.link")
    with pytest.raises(QualityFailed, match=r"table_exists\(identity.link\)"):
        check(con, ["identity.link"], "run", AT)


def test_an_unknown_suite_is_refused_with_the_known_ones(con: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(SuiteError, match=r"standard\.recrod; there are .*standard\.record"):
        check(con, ["standard.recrod"], "run", AT)


def test_checking_again_in_a_run_replaces_its_results(con: duckdb.DuckDBPyConnection) -> None:
    for run in ("first", "first", "second"):
        check(con, ["standard.consent"], run, AT)
    assert con.execute(
        "select run_id, count(*) = count(distinct expectation) from ops.quality_result group by all order by all"
    ).fetchall() == [("first", True), ("second", True)]


def test_a_table_too_large_for_memory_is_counted_in_duckdb_with_the_same_outcome(
    con: duckdb.DuckDBPyConnection,
) -> None:
    con.execute("update standard.event set occurred_at = null where _line = 2")
    con.execute("update standard.event set event_type = 'click'")
    expected = check(con, ["standard.purchase", "standard.event"], "in memory", AT).outcomes
    con.execute("insert into standard.event select * replace (2 as _line, null as occurred_at, 'e2' as event_id) "
                "from standard.event where _line = 1")  # fmt: skip
    counted = check(con, ["standard.purchase", "standard.event"], "counted", AT, rows_in_memory=0)
    assert counted.outcomes == expected
    assert counted.quarantined_rows == 1


def test_empty_tables_pass(empty: duckdb.DuckDBPyConnection) -> None:
    suites = ["ops.batch", "ops.quarantine", "raw", "standard.record", "standard.event", "standard.identifier"]
    assert check(empty, suites, "run", AT).broken(Severity.FAIL) == 0


def test_no_value_of_a_person_reaches_results_errors_or_quarantine(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("update standard.record set email = $mine || ' ', gender = $mine, phone = $mine", {"mine": MINE})
    con.execute("update standard.event set occurred_at = null, anonymous_id = $mine", {"mine": MINE})
    with pytest.raises(QualityFailed) as failure:
        check(con, ["standard.record", "standard.event"], "run", AT)
    assert MINE not in str(failure.value)
    for table in ("ops.quality_result", "ops.quarantine"):
        assert MINE not in str(con.execute(f"select * from {table}").fetchall())
