"""Tables that keep state and were created by an earlier version get the columns they lack."""

from dataclasses import replace

import duckdb
import pytest

from tests.warehouse.drawn import warehouse
from warehouse.tables import TableFile, TableFileError, add_columns, create_tables, table_files

FILE = TableFile(
    "ops", "kept", "p", "g", {"a": "", "b": "", "c": "", "d": ""},
    "create table if not exists ops.kept (a integer not null, b boolean not null default false, c decimal(18, 2), "
    "d varchar default 'it''s')",
)  # fmt: skip


@pytest.fixture
def con():
    con = duckdb.connect()
    con.execute("create schema ops; create table ops.kept (a integer not null); insert into ops.kept values (1)")
    return con


def test_missing_columns_are_added_with_their_defaults(con):
    assert add_columns(con, FILE) == ["b", "c", "d"]
    assert con.execute("from ops.kept").fetchall() == [(1, False, None, "it's")]
    described = {row[0]: row[1:3] for row in con.execute("describe ops.kept").fetchall()}
    assert described["b"] == ("BOOLEAN", "NO")
    assert described["c"] == ("DECIMAL(18,2)", "YES")


def test_a_second_time_there_is_nothing_to_add(con):
    add_columns(con, FILE)
    assert add_columns(con, FILE) == []


def test_a_column_that_cannot_be_filled_is_refused(con):
    with pytest.raises(TableFileError, match="the new column e needs a default"):
        add_columns(con, replace(FILE, statement=FILE.statement.replace("b boolean", "e integer not null, b boolean")))


def test_an_older_warehouse_is_brought_to_todays_statements():
    con = warehouse()
    states = {name: con.execute(f"describe {name}").fetchall() for name, f in table_files().items() if f.keeps_state}
    con.execute("alter table segment.membership drop column drawn_by")
    con.execute("alter table segment.membership drop column is_holdout")
    create_tables(con)
    assert {name: con.execute(f"describe {name}").fetchall() for name in states} == states


def test_state_tables_list_their_columns_in_order():
    con = warehouse()
    for name, file in table_files().items():
        if file.keeps_state:
            assert [row[0] for row in con.execute(f"describe {name}").fetchall()] == list(file.columns), name
