"""The report: a page per suite, an index over all of them, readable without a network and without personal values."""

import re
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from quality.errors import QualityFailed
from quality.gate import check

AT = datetime(2026, 3, 19, 2, 0)
MINE = "li.si.private@example.org"


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    return tmp_path / "data_docs"


def test_index_names_every_suite_checked_and_links_its_page(con: duckdb.DuckDBPyConnection, docs: Path) -> None:
    check(con, ["ops.batch", "standard.consent"], "run", AT, docs)
    index = (docs / "index.html").read_text(encoding="utf-8")
    for suite in ("ops.batch", "standard.consent"):
        assert f'<a href="{suite}.html">{suite}</a>' in index
        assert (docs / f"{suite}.html").exists()
    assert "standard.record" not in index


def test_index_keeps_suites_that_another_process_checked(con: duckdb.DuckDBPyConnection, docs: Path) -> None:
    check(con, ["ops.batch"], "first", AT, docs)
    check(con, ["standard.consent"], "second", AT, docs)
    assert '<a href="ops.batch.html">' in (docs / "index.html").read_text(encoding="utf-8")


def test_index_says_what_does_not_hold_and_why(con: duckdb.DuckDBPyConnection, docs: Path) -> None:
    con.execute("update standard.consent set stated_at = '2026-03-20' where channel = 'sms'")
    check(con, ["standard.consent"], "run", AT, docs)
    index = (docs / "index.html").read_text(encoding="utf-8")
    assert "expect_column_values_to_be_in_set(is_not_in_the_future)" in index
    assert "A statement later than its delivery" in index
    assert "7 of 8" in index


def test_index_shows_the_latest_run(con: duckdb.DuckDBPyConnection, docs: Path) -> None:
    con.execute("update standard.consent set stated_at = '2026-03-20' where channel = 'sms'")
    check(con, ["standard.consent"], "first", AT, docs)
    con.execute("update standard.consent set stated_at = '2026-03-02'")
    check(con, ["standard.consent"], "second", AT.replace(hour=3), docs)
    index = (docs / "index.html").read_text(encoding="utf-8")
    assert "8 of 8" in index
    assert "run second" in index


def test_page_is_great_expectations_own_with_the_reasons(con: duckdb.DuckDBPyConnection, docs: Path) -> None:
    check(con, ["standard.consent"], "run", AT, docs)
    page = (docs / "standard.consent.html").read_text(encoding="utf-8")
    assert "Great Expectations 1." in page
    assert "values must belong to this set" in page
    assert "Two statements in force at once leave it open which one holds" in page


def test_page_of_a_table_too_large_for_memory_says_so(con: duckdb.DuckDBPyConnection, docs: Path) -> None:
    check(con, ["standard.consent"], "run", AT, docs, rows_in_memory=0)
    assert "too large for memory" in (docs / "standard.consent.html").read_text(encoding="utf-8")


def test_pages_load_nothing_from_the_network(con: duckdb.DuckDBPyConnection, docs: Path) -> None:
    check(con, ["ops.batch", "standard.record"], "run", AT, docs)
    for page in docs.iterdir():
        assert re.findall(r"(?:https?:)?//[\w.-]+\.\w+|<script|<link|@import", page.read_text(encoding="utf-8")) == []


def test_no_value_of_a_person_reaches_the_report(con: duckdb.DuckDBPyConnection, docs: Path) -> None:
    con.execute("update standard.record set email = $mine || ' ', gender = $mine, phone = $mine", {"mine": MINE})
    with pytest.raises(QualityFailed):
        check(con, ["standard.record"], "run", AT, docs)
    assert len(list(docs.iterdir())) == 2
    for page in docs.iterdir():
        assert MINE not in page.read_text(encoding="utf-8")
