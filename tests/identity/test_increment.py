"""An increment equals a full resolution: whatever changes, in whatever order, cut into whatever batches.

The world below is a few hundred records of persons, families and shops, with what may still happen to each of them. An
epoch is learned on the world as it stands; hypothesis then draws what happens, in which order, in how many updates.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from identity import blocking, components, epoch, grouping, rules, state
from identity.errors import InputError, OvergrownError
from identity.increment import Increment, update
from identity.ledger import update_customers
from identity.resolution import Resolution, resolve
from identity.review import RANK
from identity.settings import BlockLimits, Namespace, Settings
from warehouse.tables import table_files

SETTINGS = Settings(blocks=BlockLimits(largest_block=20))
DAY = datetime(2026, 1, 1)

RECORD = {
    **dict.fromkeys(("record_id", "source", "stream", "source_record_id"), pa.string()),
    **dict.fromkeys(("given_name", "family_name", "name_simplified", "name_pinyin", "birth_date"), pa.string()),
    **dict.fromkeys(("email", "phone", "gender", "address", "city", "created_at"), pa.string()),
}
IDENTIFIER = dict.fromkeys(("record_id", "namespace", "issuer", "value", "revoked_at"), pa.string())
DECISION = dict.fromkeys(("record_id_l", "record_id_r", "verdict"), pa.string())

Row = dict[str, Any]
Partition = dict[str, str]


@dataclass(frozen=True)
class Data:
    """What the sources and the stewards say at one time; identifiers and decisions by a name of their own."""

    records: dict[str, Row] = field(default_factory=dict)
    identifiers: dict[str, Row] = field(default_factory=dict)
    decisions: dict[str, Row] = field(default_factory=dict)

    def after(self, happenings: Iterable[Happening]) -> Data:
        """The data once these have happened. What happened last stands last in the tables."""
        tables = {"records": {**self.records}, "identifiers": {**self.identifiers}, "decisions": {**self.decisions}}
        for each in happenings:
            tables[each.table].pop(each.key, None)
            if each.row is not None:
                tables[each.table][each.key] = each.row
        return Data(**tables)


@dataclass(frozen=True)
class Happening:
    """A row that is new, another one than before, or (None) gone. One per row, so that their order cannot matter."""

    table: str
    key: str
    row: Row | None = field(hash=False)


# --- The engine, run in full and in increments.


def _load(con: duckdb.DuckDBPyConnection, data: Data) -> None:
    """The three tables, rows in the order of the data."""
    for name, rows, columns in (
        ("records", data.records, RECORD),
        ("identifiers", data.identifiers, IDENTIFIER),
        ("decisions", data.decisions, DECISION),
    ):
        table = pa.Table.from_pylist(list(rows.values()), pa.schema(columns))
        con.register("drawn", table)
        con.execute(f"create or replace table {name} as from drawn")
        con.unregister("drawn")
    con.execute("alter table records alter birth_date type date")
    con.execute("alter table records alter created_at type timestamp")


def _connect(*, learned_by: duckdb.DuckDBPyConnection | None = None, with_state: bool = False) -> Any:
    """A fresh database; with the epoch that was learned in another one, and with what its resolution left behind."""
    con = duckdb.connect(config={"threads": 1})
    con.execute("create schema st")
    if learned_by is not None:
        for table in epoch.TABLES:
            _copy(learned_by, con, f"temp.{table}")
        for table in state.TABLES if with_state else ():
            _copy(learned_by, con, f"st.{table}")
    return con


def _copy(source: duckdb.DuckDBPyConnection, target: duckdb.DuckDBPyConnection, table: str) -> None:
    target.register("copied", source.sql(f"from {table}").to_arrow_table())
    target.execute(f"create table {table} as from copied")
    target.unregister("copied")


def _resolve(con: duckdb.DuckDBPyConnection, data: Data, *, learned: bool, settings: Settings = SETTINGS) -> Resolution:
    _load(con, data)
    return resolve(con, "records", "identifiers", "decisions", settings, learned=learned, keep="st")


@dataclass
class Result:
    """Who is who, by the smallest record of each customer, and the tables of evidence as sorted rows."""

    partition: Partition
    links: list[tuple[Any, ...]]
    review: list[tuple[Any, ...]]


def _rows(con: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return sorted(con.execute(query).fetchall(), key=repr)


def _partition(con: duckdb.DuckDBPyConnection, table: str, group: str = "cluster") -> Partition:
    query = f"select record_id, min(record_id) over (partition by {group}) from {table}"
    return dict(con.execute(query).fetchall())


def _in_full(learned_by: duckdb.DuckDBPyConnection, data: Data, settings: Settings = SETTINGS) -> Result:
    """A full resolution with the epoch, in a database of its own."""
    con = _connect(learned_by=learned_by)
    found = _resolve(con, data, learned=True, settings=settings)
    assert found.overgrown == 0
    return Result(
        _partition(con, "identity_cluster"),
        _rows(con, "from identity_link"),
        _rows(con, f"select * exclude (rank), {RANK} from identity_review"),
    )


class Chain:
    """A database that is only ever brought up to date in increments, as the pipeline does it."""

    def __init__(self, base: duckdb.DuckDBPyConnection, data: Data, settings: Settings = SETTINGS) -> None:
        """base: where the epoch was learned, with the result on `data`."""
        self.con = _connect(learned_by=base, with_state=True)
        self.settings = settings
        self.data = data
        for table in ("cluster", "link", "review"):
            _copy(base, self.con, f"st.{table}")

    def happen(self, happenings: Iterable[Happening]) -> Increment:
        """One update."""
        self.data = self.data.after(happenings)
        _load(self.con, self.data)
        self.con.execute("begin")
        found = update(self.con, "records", "identifiers", "decisions", self.settings, "st")
        gone = "select record_id from identity_scope"
        self.con.execute(f"delete from st.cluster where record_id in ({gone})")
        self.con.execute("insert into st.cluster select record_id, cluster from st_new_cluster") if False else None
        for table in ("link", "review"):
            self.con.execute(f"delete from st.{table} where record_id_l in ({gone}) or record_id_r in ({gone})")
            self.con.execute(f"insert into st.{table} by name from identity_{table}")
        # The clusters of an update are numbered for themselves.
        self.con.execute("""
            insert into st.cluster
            select record_id, cluster + (select coalesce(max(cluster), 0) + 1 from st.cluster) from identity_cluster
        """)
        self.con.execute("commit")
        return found

    def result(self) -> Result:
        """What stands after all updates so far."""
        return Result(
            _partition(self.con, "st.cluster"),
            _rows(self.con, "from st.link"),
            _rows(self.con, f"select * exclude (rank), {RANK} from st.review"),
        )
