"""Customer ids over time: each case is a series of partitions and the events the last one books."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from identity.ledger import update_customers
from tests.identity.tables import create

DDL = Path(__file__).parents[3] / "warehouse" / "sql" / "identity"
AT = datetime(2026, 1, 2, tzinfo=UTC).replace(tzinfo=None)

# Partitions as groups of records; afterwards the ledger's last events (customers named by their first record's letter)
# and who shares a customer with whom.
CASES = {
    "first run creates": (["ab c"], {("created", 1), ("created", 2)}),
    "the same again writes nothing": (["ab c", "ab c"], set()),
    "a new record joins without an event": (["ab c", "abd c"], set()),
    "a merge keeps the larger": (["ab c", "abc"], {("merged", 1)}),
    "a split keeps the larger": (["abc", "ab c"], {("split", 1)}),
    "a record changes sides": (["abc de", "ab cde"], {("moved", 1)}),
    "two customers swap most of their records": (["abc def", "ade bcf"], {("moved", 1)}),
    "a customer without records is removed": (["ab c", "ab"], {("removed", 1)}),
    "everything falls apart": (["abc", "a b c"], {("split", 1)}),
}


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute("create schema identity")
    for table in ("record_customer", "ledger", "alias"):
        con.execute((DDL / f"{table}.sql").read_text(encoding="utf-8"))
    return con


def _apply(con: duckdb.DuckDBPyConnection, partition: str) -> list[tuple[str, int]]:
    """Make a drawn partition current; the events it booked."""
    groups = partition.split()
    rows = [
        {
            "record_id": record,
            "source": "s",
            "stream": "t",
            "source_record_id": record,
            "created_at": f"2026-01-01 00:00:{ord(record) - 97:02}",
            "cluster": str(number),
        }
        for number, group in enumerate(groups)
        for record in group
    ]
    create(con, "records", rows)  # type: ignore[arg-type]
    con.execute("create or replace temp table clusters as select record_id, cluster::int as cluster from records")
    last = con.execute("select coalesce(max(ledger_number), 0) from identity.ledger").fetchone()
    update_customers(con, "clusters", "records", "run", "epoch", AT)
    return con.execute(
        "select event, records from identity.ledger where ledger_number > $last order by ledger_number",
        {"last": (last or (0,))[0]},
    ).fetchall()


def _customers(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    return dict(con.execute("select record_id, customer_id from identity.record_customer").fetchall())


@pytest.mark.parametrize(("partitions", "events"), CASES.values(), ids=CASES.keys())
def test_events(con: duckdb.DuckDBPyConnection, partitions: list[str], events: set[tuple[str, int]]) -> None:
    booked: list[tuple[str, int]] = []
    for partition in partitions:
        booked = _apply(con, partition)
    assert set(booked) == events
    groups: dict[str, str] = {}
    for record, customer in sorted(_customers(con).items()):
        groups[customer] = groups.get(customer, "") + record
    assert sorted(groups.values()) == sorted(partitions[-1].split())


def test_new_ids_follow_from_the_earliest_record(con: duckdb.DuckDBPyConnection) -> None:
    _apply(con, "ba")
    expected = con.execute("select 'C' || left(sha256('a'), 15)").fetchone()
    assert set(_customers(con).values()) == set(expected or ())


def test_merge_keeps_the_id_of_most_records_then_the_older(con: duckdb.DuckDBPyConnection) -> None:
    _apply(con, "a")
    _apply(con, "a b cd")
    before = _customers(con)
    _apply(con, "ab cd")
    assert _customers(con)["b"] == before["a"]
    _apply(con, "abcd")
    assert _customers(con)["a"] in {before["a"], before["c"]}


def test_alias_chains_are_short(con: duckdb.DuckDBPyConnection) -> None:
    _apply(con, "a bc defg")
    first = _customers(con)
    _apply(con, "abc defg")
    _apply(con, "abcdefg")
    aliases = dict(con.execute("select old_customer_id, customer_id from identity.alias").fetchall())
    assert aliases == {first["a"]: first["d"], first["b"]: first["d"]}


def test_an_id_is_never_handed_out_twice(con: duckdb.DuckDBPyConnection) -> None:
    _apply(con, "a b")
    first = _customers(con)
    _apply(con, "ab")
    _apply(con, "a b")
    second = _customers(con)
    assert len({*first.values(), *second.values()}) == 3


def test_removed_customers_lose_their_aliases(con: duckdb.DuckDBPyConnection) -> None:
    _apply(con, "a b c")
    _apply(con, "ab c")
    _apply(con, "c")
    assert con.execute("select count(*) from identity.alias").fetchone() == (0,)
