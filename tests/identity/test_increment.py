"""An increment equals a full resolution: whatever happens, in whatever order, cut into whatever batches.

The world below is a few hundred records of persons, families and shops, with what may still happen to each of them. An
epoch is learned on the world as it stands; hypothesis then draws what happens, in which order, in how many updates.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from identity import blocking, epoch, rules, state
from identity.errors import OvergrownError
from identity.increment import Increment, update
from identity.ledger import update_customers
from identity.resolution import resolve
from identity.review import RANK
from identity.settings import BlockLimits, Settings
from warehouse.tables import table_files

SETTINGS = Settings(blocks=BlockLimits(largest_block=20))
MORNING = datetime(2026, 1, 1)

# Enough of the blocking rules to have sharp and broad ones; all of them take three times as long.
SHARP = ("phone_tail", "birth+family", "birth+given_first", "name_letters+city", "address+given_initial", "email_local")
BROAD = ("name_letters", "birth", "family_sound+given_sound", "city+family", "given_first")

COLUMNS = {
    "records": "record_id source stream source_record_id created_at given_name family_name name_simplified name_pinyin "
    "birth_date email phone gender address city company",
    "identifiers": "record_id namespace issuer value revoked_at",
    "decisions": "record_id_l record_id_r verdict",
}
TYPES = {"birth_date": "date", "created_at": "timestamp", "revoked_at": "timestamp"}

Row = dict[str, Any]


@dataclass(frozen=True)
class Happening:
    """A row that is new, another one than before, or (None) gone."""

    table: str
    key: str
    row: Row | None = field(hash=False)


class Data:
    """What sources and stewards say at one time: rows of each table by a name of their own."""

    def __init__(self, happenings: Iterable[Happening] = ()) -> None:
        """The data once these have happened, beginning with nothing."""
        self.tables: dict[str, dict[str, Row]] = {table: {} for table in COLUMNS}
        self.happen(happenings)

    def happen(self, happenings: Iterable[Happening]) -> None:
        """Bring the data up to date. What happened last stands last in its table."""
        for each in happenings:
            rows = self.tables[each.table]
            rows.pop(each.key, None)
            if each.row is not None:
                rows[each.key] = each.row

    def load(self, con: duckdb.DuckDBPyConnection) -> None:
        """Create the tables."""
        for table, rows in self.tables.items():
            schema = pa.schema([(column, pa.string()) for column in COLUMNS[table].split()])
            casts = ", ".join(
                f"{column}::{kind} as {column}" for column, kind in TYPES.items() if column in schema.names
            )
            con.register("drawn", pa.Table.from_pylist(list(rows.values()), schema))
            con.execute(f"create or replace table {table} as select * {f'replace ({casts})' if casts else ''} from drawn")
            con.unregister("drawn")


# --- The engine: learning once, in full, and in increments.


@dataclass(frozen=True)
class Result:
    """Who is who, by the first record of each customer, and the rows of the tables of evidence."""

    customers: dict[str, str]
    links: list[tuple[Any, ...]]
    review: list[tuple[Any, ...]]


class Learned:
    """An epoch, learned on some data, and what its resolution left behind."""

    def __init__(self, data: Data, settings: Settings = SETTINGS) -> None:
        """Learn."""
        self.settings = settings
        self.data = data
        self.con = _connect()
        data.load(self.con)
        resolve(self.con, "records", "identifiers", "decisions", settings, keep="st")
        _keep(self.con)

    def resolve(self, data: Data) -> Result:
        """All of it anew in another database, with the epoch."""
        con = _connect()
        _copy(self.con, con, *epoch.TABLES)
        data.load(con)
        found = resolve(con, "records", "identifiers", "decisions", self.settings, learned=True)
        assert found.overgrown == 0
        _keep(con)
        return _read(con)


class Chain:
    """A database that is only ever brought up to date in increments, as the pipeline does it."""

    def __init__(self, learned: Learned) -> None:
        """A fresh database with the epoch and what its resolution left behind: nothing else is needed."""
        self.settings = learned.settings
        self.data = Data()
        self.data.tables = {table: dict(rows) for table, rows in learned.data.tables.items()}
        self.con = _connect()
        _copy(learned.con, self.con, *epoch.TABLES)
        _copy(learned.con, self.con, *(f"st.{table}" for table in (*state.TABLES, "cluster", "link", "review")))

    def happen(self, happenings: Iterable[Happening] = ()) -> Increment:
        """One update."""
        self.data.happen(happenings)
        self.data.load(self.con)
        self.con.execute("begin")
        try:
            found = update(self.con, "records", "identifiers", "decisions", self.settings, "st")
        except OvergrownError:
            self.con.execute("rollback")
            raise
        scope = "select record_id from identity_scope"
        self.con.execute(f"delete from st.cluster where record_id in ({scope})")
        # The clusters of an update are numbered for themselves.
        self.con.execute("""
            insert into st.cluster
            select record_id, cluster + (select coalesce(max(cluster), 0) + 1 from st.cluster) from identity_cluster
        """)
        for table in ("link", "review"):
            self.con.execute(f"delete from st.{table} where record_id_l in ({scope}) or record_id_r in ({scope})")
            self.con.execute(f"insert into st.{table} by name from identity_{table}")
        self.con.execute("commit")
        return found

    def result(self) -> Result:
        """What stands after all updates so far."""
        return _read(self.con)


def _connect() -> duckdb.DuckDBPyConnection:
    """A fresh database with the schema of the state."""
    con = duckdb.connect(config={"threads": 1})
    con.execute("create schema st")
    return con


def _copy(source: duckdb.DuckDBPyConnection, target: duckdb.DuckDBPyConnection, *tables: str) -> None:
    for table in tables:
        target.register("copied", source.sql(f"from {table}").to_arrow_table())
        target.execute(f"create {'table' if '.' in table else 'temp table'} {table} as from copied")
        target.unregister("copied")


def _keep(con: duckdb.DuckDBPyConnection) -> None:
    """What a full resolution found, as an increment finds it."""
    for table in ("cluster", "link", "review"):
        con.execute(f"create or replace table st.{table} as from identity_{table}")


def _read(con: duckdb.DuckDBPyConnection) -> Result:
    return Result(
        _partition(con, "st.cluster", "cluster"),
        con.execute("from st.link order by record_id_l, record_id_r").fetchall(),
        con.execute(f"select * exclude (rank), {RANK} as place from st.review order by place").fetchall(),
    )


def _partition(con: duckdb.DuckDBPyConnection, table: str, group: str) -> dict[str, str]:
    return dict(con.execute(f"select record_id, min(record_id) over (partition by {group}) from {table}").fetchall())


def _assert_equal(found: Result, wanted: Result) -> None:
    """Part by part, for shorter messages."""
    assert found.customers == wanted.customers
    assert found.links == wanted.links
    assert found.review == wanted.review


# --- The world.

FAMILIES = ["adler", "adlar", "brandt", "carver", "dreyer", "ellis", "fuchs", "wang", "zhang"]
GIVENS = ["anna", "ann", "boris", "clara", "dmitri", "robert", "bob", "greta", "wei", "xiaoming"]
HAN = [("王", "小明", "wang xiaoming"), ("王", "晓明", "wang xiaoming"), ("张", "伟", "zhang wei"), ("欧阳", "伟", "ouyang wei")]


class _World:
    """Records of persons, and all that may happen to them."""

    def __init__(self, seed: int, persons: int) -> None:
        self.random = np.random.default_rng(seed)
        self.begin: list[Happening] = []
        self.later: list[Happening] = []
        self.ids: list[str] = []
        self.shops = [f"+1202555000{shop}" for shop in range(6)]
        for person in range(persons):
            self._add_person(person)
        self._add_decisions()

    def _chance(self, share: float) -> bool:
        return bool(self.random.random() < share)

    def _pick(self, options: list[Any]) -> Any:
        return options[int(self.random.integers(0, len(options)))]

    def _add_person(self, number: int) -> None:
        """One to four records, identifiers of some, and what may become of them."""
        random = self.random
        home = {"address": f"{random.integers(1, 60)} mill lane", "city": self._pick(["york", "bath", "上海"])}
        person = {
            "given_name": self._pick(GIVENS),
            "family_name": self._pick(FAMILIES),
            "birth_date": f"{1950 + random.integers(0, 40)}-{random.integers(1, 13):02}-{random.integers(1, 29):02}",
            "email": f"{self._pick(['x', 'smith', 'anna'])}{number}@{self._pick(['a.com', 'b.org'])}",
            "phone": self._pick(self.shops) if self._chance(0.15) else f"+1202{random.integers(10**6, 10**7)}",
            "gender": self._pick(["f", "m"]),
            **home,
        }
        if self._chance(0.2):
            family, given_name, pinyin = self._pick(HAN)
            person |= {"name_simplified": family + given_name, "name_pinyin": pinyin, "family_name": family}
            person |= {"given_name": given_name}
        for _ in range(int(random.integers(1, 5))):
            # Numbered by chance, so that what comes later does not stand behind what was there.
            self._add_record(f"r{random.integers(0, 10**8):08}", number, person)

    def _add_record(self, record: str, person: int, facts: Row) -> None:
        first, second = self._version(record, facts), self._version(record, facts)
        self.ids.append(record)
        if self._chance(0.7):
            self.begin.append(Happening("records", record, first))
            self.later.append(Happening("records", record, None if self._chance(0.4) else second))
        else:
            self.later.append(Happening("records", record, second))
        for namespace, share in (("user_id", 0.3), ("wechat_unionid", 0.3), ("phone", 0.1), ("device_id", 0.2)):
            if self._chance(share):
                self._add_identifier(record, person, namespace)

    def _version(self, record: str, facts: Row) -> Row:
        """The person as one source knows it: some of the facts, some of them wrong."""
        known = {name: value for name, value in facts.items() if self._chance(0.75)}
        if self._chance(0.1):
            known["phone"] = self._pick(self.shops)
        if self._chance(0.08):
            known["given_name"] = self._pick(GIVENS)
        if self._chance(0.05):
            known["email"] = "info@shop.com"
        if self._chance(0.05):
            known = {name: value for name, value in known.items() if "name" not in name}
        key = {"record_id": record, "source": "crm", "stream": "s", "source_record_id": record}
        return {**key, "created_at": str(MORNING + timedelta(days=int(self.random.integers(0, 90)))), **known}

    def _add_identifier(self, record: str, person: int, namespace: str) -> None:
        """A row that is there and may go or be revoked, or that comes."""
        value = f"{namespace[0]}{person}"
        if self._chance(0.15):
            value = f"{namespace[0]}{self.random.integers(0, 8)}"
        if namespace == "phone":
            value = self._pick(self.shops)
        key = f"{record} {namespace}"
        row = {"record_id": record, "namespace": namespace, "issuer": self._pick(["", "one", "two"]), "value": value}
        if self._chance(0.6):
            self.begin.append(Happening("identifiers", key, row))
            revoked = {**row, "revoked_at": str(MORNING)}
            self.later.append(Happening("identifiers", key, revoked if self._chance(0.5) else None))
        else:
            self.later.append(Happening("identifiers", key, row))

    def _add_decisions(self) -> None:
        """Words on pairs of records, some of which are never there."""
        for number in range(40):
            left, right = self._pick([*self.ids, "nobody"]), self._pick(self.ids)
            if self._chance(0.6):  # on neighbours: records of one person, as a rule
                right = self.ids[min(self.ids.index(left) + 1, len(self.ids) - 1)] if left in self.ids else right
            row = {"record_id_l": left, "record_id_r": right, "verdict": self._pick(["same", "different"])}
            there = self._chance(0.4)
            (self.begin if there else self.later).append(Happening("decisions", str(number), row))
            if there:
                self.later.append(Happening("decisions", str(number), None))


@pytest.fixture(scope="module", autouse=True)
def _large_tables() -> Iterator[None]:
    """Tables of a few hundred records count as large ones."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocking, "EVERY_PAIR", 100)
        patch.setattr(blocking, "SMALL_TABLE_PAIRS", 300)
        patch.setattr(rules, "SHARP", SHARP)
        patch.setattr(rules, "BROAD", BROAD)
        yield
