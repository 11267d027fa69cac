"""A warehouse in which everything is as it should be; each test gets its own copy to break."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipeline.profile import TABLES, derive_tables
from warehouse.history import update_history
from warehouse.survivorship import read_customer_settings
from warehouse.tables import create_tables

GOOD_ROWS = Path(__file__).parent / "good_rows.sql"
PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def good_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("quality") / "good.duckdb"
    with duckdb.connect(str(path)) as con:
        create_tables(con)
        con.execute(GOOD_ROWS.read_text(encoding="utf-8"))
        derive_tables(con, TABLES, read_customer_settings(PROJECT / "config" / "customer.toml"), date(2026, 3, 18))
        update_history(con, date(2026, 3, 18))
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
