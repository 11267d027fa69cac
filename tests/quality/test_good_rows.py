"""Every suite holds on good rows."""

from datetime import datetime

import duckdb

from quality.catalog import SUITE_NAMES
from quality.gate import check


def test_every_suite_holds_on_good_rows(con: duckdb.DuckDBPyConnection) -> None:
    result = check(con, SUITE_NAMES, "run", datetime(2026, 3, 19))
    assert [(each.table, each.expectation) for each in result.outcomes if not each.success] == []
    assert {each.suite for each in result.outcomes} == set(SUITE_NAMES)
