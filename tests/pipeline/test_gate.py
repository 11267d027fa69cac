"""The gate as the stages call it."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from pipeline.config import Config
from pipeline.gate import SUITES_AFTER, gate
from pipeline.stage import Options, Work
from quality.catalog import SUITE_NAMES
from quality.errors import QualityFailed
from warehouse.tables import create_tables


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Work]:
    with duckdb.connect() as con:
        create_tables(con)
        config = Config(home=tmp_path, inbox=tmp_path / "inbox", directory=tmp_path, sources={})
        yield Work(con, config, "run", datetime(2026, 3, 19), lambda text: None, Options())


def _break(work: Work) -> None:
    work.con.execute(
        "insert into standard.unparsed values ('segment', 'users', 'u1', 'email', 'x', '', 'b000000000000001', 1)"
    )


def test_every_suite_is_checked_after_one_stage() -> None:
    assert sorted(suite for suites in SUITES_AFTER.values() for suite in suites) == sorted(SUITE_NAMES)


def test_counts_say_how_it_went_and_the_report_is_built(work: Work) -> None:
    assert gate(work, ["standard.unparsed"]) == {
        "quality_expectations": 2,
        "quality_warnings": 0,
        "quality_quarantined": 0,
    }
    assert (work.config.data_docs / "index.html").exists()


def test_a_broken_expectation_stops_the_stage(work: Work) -> None:
    _break(work)
    with pytest.raises(QualityFailed):
        gate(work, ["standard.unparsed"])
