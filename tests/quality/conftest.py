"""A warehouse in which everything is as it should be; each test gets its own copy to break."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from warehouse.survivorship import read_customer_settings
from warehouse.tables import create_tables, derive_table

GOOD_ROWS = Path(__file__).parent / "good_rows.sql"
PROJECT = Path(__file__).resolve().parents[2]
DERIVED = (
    *("customer.provenance", "customer.customer", "customer.identifier", "customer.event", "customer.purchase"),
    *("customer.purchase_line", "customer.interaction", "customer.feedback", "customer.consent", "customer.permission"),
    *("mart.rfm", "mart.lifecycle", "mart.customer_360"),
)


@pytest.fixture(scope="session")
def good_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("quality") / "good.duckdb"
    with duckdb.connect(str(path)) as con:
        create_tables(con)
        con.execute(GOOD_ROWS.read_text(encoding="utf-8"))
        parameters = read_customer_settings(PROJECT / "config" / "customer.toml").parameters(date(2026, 3, 18))
        for table in DERIVED:
            derive_table(con, table, parameters)
    return path


@pytest.fixture
def con(good_file: Path, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    copy = tmp_path / "warehouse.duckdb"
    shutil.copyfile(good_file, copy)
    with duckdb.connect(str(copy)) as connection:
        yield connection


@pytest.fixture(scope="module")
def untouched(good_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """One copy for a module whose tests roll back what they do."""
    copy = tmp_path_factory.mktemp("untouched") / "warehouse.duckdb"
    shutil.copyfile(good_file, copy)
    with duckdb.connect(str(copy)) as connection:
        yield connection


@pytest.fixture
def empty() -> Iterator[duckdb.DuckDBPyConnection]:
    """The tables that keep state, without a row."""
    with duckdb.connect() as connection:
        create_tables(connection)
        yield connection
