"""The warehouse benchmark: its tables hold together, its queries are the documented ones."""

import duckdb
import pytest

from benchmarks.measurement import Process
from benchmarks.warehouse.queries import read_queries
from benchmarks.warehouse.run import list_measurements
from benchmarks.warehouse.standard_tables import EVENTS_EACH, write_standard_tables
from tests.warehouse.drawn import PROJECT

CUSTOMERS = 400


def written(seed: int) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    write_standard_tables(con, CUSTOMERS, seed)
    return con


@pytest.fixture(scope="module")
def con():
    return written(11)


def test_every_customer_has_records_and_ten_events(con):
    counted = con.execute("select count(*), count(distinct customer_id) from identity.record_customer").fetchone()
    assert counted[1] == CUSTOMERS < counted[0]
    assert con.execute("select count(*) from standard.event").fetchone() == (CUSTOMERS * EVENTS_EACH,)


@pytest.mark.parametrize("table", ["identifier", "event", "purchase", "interaction", "feedback", "consent"])
def test_what_names_a_record_names_one_that_is_there(con, table):
    strangers = con.execute(
        f"select count(*) from standard.{table} where record_id is not null "
        "and record_id not in (select record_id from standard.record)"
    ).fetchone()
    assert strangers == (0,)


@pytest.mark.parametrize(
    "key", ["record.record_id", "event.event_id", "purchase.purchase_id", "interaction.interaction_id"]
)
def test_keys_are_unique(con, key):
    table, column = key.split(".")
    assert con.execute(f"select count(*) - count(distinct {column}) from standard.{table}").fetchone() == (0,)


def test_the_same_seed_writes_the_same_rows(con):
    totals = "select count(*), bit_xor(hash(p)) from standard.purchase as p"
    assert written(11).execute(totals).fetchone() == con.execute(totals).fetchone()
    assert written(12).execute(totals).fetchone() != con.execute(totals).fetchone()


def test_the_documented_queries_are_read():
    queries = read_queries((PROJECT / "docs" / "queries.sql").read_text(encoding="utf-8"))
    assert len(queries) > 10
    assert all(query.endswith(";") and query.count(";") == 1 and "from " in query for query in queries.values())


def test_the_ratio_is_to_reading_and_writing():
    ours = Process(9, 2**20, {"profile_seconds": 6.0, "publish_seconds": 2.0, "customers": 5, "rows_out": 9})
    bare = Process(3, 2**21, {"read_seconds": 1.0, "write_seconds": 2.0})
    queries = Process(1, 1, {"seconds": {"quick": [0.001, 0.003], "slow": [0.2, 0.4]}})
    found = {each.measure: each for each in list_measurements(ours, bare, queries)}
    assert found["profile and marts"].ratio == 2
    assert found["peak memory"].ratio == 0.5
    assert found["slowest query, median (slow)"].value == pytest.approx(300)
