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

from identity import blocking, components, epoch, grouping, rules, state
from identity.errors import InputError, OvergrownError
from identity.increment import Increment, update
from identity.ledger import update_customers
from identity.resolution import resolve
from identity.review import RANK
from identity.settings import BlockLimits, Settings
from warehouse.tables import table_files

SETTINGS = Settings(blocks=BlockLimits(largest_block=20))
MORNING = datetime(2026, 1, 1)

# Enough of the blocking rules to have sharp and broad ones; all of them take twice as long.
SHARP = ("phone_tail", "birth+given_first", "name_letters+city", "email_local")
BROAD = ("family_sound+given_sound", "city+family", "given_first")

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
            con.execute(
                f"create or replace table {table} as select * {f'replace ({casts})' if casts else ''} from drawn"
            )
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
HAN = [
    ("王", "小明", "wang xiaoming"),
    ("王", "晓明", "wang xiaoming"),
    ("张", "伟", "zhang wei"),
    ("欧阳", "伟", "ouyang wei"),
]


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
        row = {"record_id": record, "namespace": namespace, "issuer": "one", "value": value}
        if self._chance(0.1):
            row["issuer"] = self._pick(["", "two"])
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


WORLD = _World(seed=3, persons=70)
# No shrinking: an example takes seconds, and the happenings of a failure are few enough to read.
DRAWN = settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
HAPPENINGS = st.lists(st.sampled_from(WORLD.later), min_size=1, max_size=25, unique=True)
CUTS = st.lists(st.integers(0, 25), max_size=2)


def _cut(happenings: list[Happening], cuts: list[int]) -> list[list[Happening]]:
    """One to three batches, some of them perhaps empty."""
    ends = sorted(min(cut, len(happenings)) for cut in cuts)
    return [happenings[start:end] for start, end in zip([0, *ends], [*ends, len(happenings)], strict=True)]


@pytest.fixture(scope="module")
def learned(_large_tables: None) -> Learned:
    return Learned(Data(WORLD.begin))


# --- Increment = full resolution.


@DRAWN
@given(happenings=HAPPENINGS, cuts=CUTS)
def test_every_update_equals_a_full_resolution(learned: Learned, happenings: list[Happening], cuts: list[int]) -> None:
    chain = Chain(learned)
    for batch in _cut(happenings, cuts):
        chain.happen(batch)
        _assert_equal(chain.result(), learned.resolve(chain.data))


@DRAWN
@given(happenings=HAPPENINGS, cuts=CUTS, other_cuts=CUTS, data=st.data())
def test_neither_order_nor_cutting_matters(
    learned: Learned, happenings: list[Happening], cuts: list[int], other_cuts: list[int], data: st.DataObject
) -> None:
    results = []
    for order, at in ((happenings, cuts), (data.draw(st.permutations(happenings)), other_cuts)):
        chain = Chain(learned)
        for batch in _cut(order, at):
            chain.happen(batch)
        results.append(chain.result())
    _assert_equal(*results)


def test_what_happens_and_is_taken_back_leaves_no_trace(learned: Learned) -> None:
    chain = Chain(learned)
    chain.happen(WORLD.later[:60])
    assert chain.result() != _read(learned.con)
    before = {(each.table, each.key): each for each in WORLD.begin}
    chain.happen(before.get((each.table, each.key), Happening(each.table, each.key, None)) for each in WORLD.later[:60])
    _assert_equal(chain.result(), _read(learned.con))


def test_nothing_new_touches_nothing(learned: Learned) -> None:
    found = Chain(learned).happen()
    assert (found.changed, found.removed, found.touched) == (0, 0, 0)


def test_large_components_are_cut_the_same_way(learned: Learned, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (components, grouping):
        monkeypatch.setattr(module, "LARGEST", 3)
    again = Learned(learned.data)
    chain = Chain(again)
    chain.happen(WORLD.later[::7])
    _assert_equal(chain.result(), again.resolve(chain.data))


# --- Customer ids.


def _book(con: duckdb.DuckDBPyConnection, clusters: str, run: str, scope: str | None = None) -> None:
    update_customers(con, clusters, "records", run, "E1", MORNING, scope=scope)


def _with_customers(con: duckdb.DuckDBPyConnection, data: Data) -> duckdb.DuckDBPyConnection:
    """The tables of the customers, and who is who before anything happens."""
    con.execute("create schema identity")
    for table in ("record_customer", "ledger", "alias"):
        con.execute(table_files()[f"identity.{table}"].statement)
    data.load(con)
    _book(con, "st.cluster", "run 0")
    return con


def _read_customers(con: duckdb.DuckDBPyConnection) -> list[list[tuple[Any, ...]]]:
    return [
        con.execute(f"from identity.{table} order by all").fetchall()
        for table in ("record_customer", "alias", "ledger")
    ]


@DRAWN
@given(happenings=HAPPENINGS, cuts=CUTS)
def test_ids_are_the_same_and_none_is_lost(learned: Learned, happenings: list[Happening], cuts: list[int]) -> None:
    chain = Chain(learned)
    con = _with_customers(chain.con, learned.data)
    whole = _connect()
    _copy(learned.con, whole, "st.cluster")
    _with_customers(whole, learned.data)
    for number, batch in enumerate(_cut(happenings, cuts), start=1):
        chain.happen(batch)
        _book(con, "identity_cluster", f"run {number}", scope="identity_scope")
        # Told of everybody instead of what was touched, the ledger says the same.
        chain.data.load(whole)
        whole.execute("drop table st.cluster")
        _copy(con, whole, "st.cluster")
        _book(whole, "st.cluster", f"run {number}")
        assert _read_customers(con) == _read_customers(whole)
        assert _partition(con, "identity.record_customer", "customer_id") == chain.result().customers
        assert con.execute(LOST).fetchall() == []


# Ids that were handed out and lead nowhere, though not all of their records went; and ids that are both old and current.
LOST = """
    with handed_out as (
        select customer_id from identity.ledger
        union select other_customer_id from identity.ledger where other_customer_id is not null
    ),
    current_id as (select customer_id from identity.record_customer)
    select customer_id, 'lost' from handed_out
    where customer_id not in (select customer_id from current_id)
        and customer_id not in (
            select old_customer_id from identity.alias where customer_id in (select customer_id from current_id)
        )
        and customer_id not in (select customer_id from identity.ledger where event = 'removed')
        and customer_id not in (
            select other_customer_id from identity.ledger where event = 'merged' and customer_id in (
                select customer_id from identity.ledger where event = 'removed'
            )
        )
    union all
    select old_customer_id, 'old and current' from identity.alias
    where old_customer_id in (select customer_id from current_id)
    union all
    select old_customer_id, 'two aliases' from identity.alias group by old_customer_id having count(*) > 1
"""


# --- Cases. Their records are strangers to the world, which only gives the epoch.


def _record(record: str, **facts: str) -> Happening:
    key = {"record_id": record, "source": "crm", "stream": "s", "source_record_id": record}
    return Happening("records", record, {**key, "created_at": str(MORNING), **facts})


def _identifier(record: str, namespace: str, value: str, revoked_at: str | None = None) -> Happening:
    row = {"record_id": record, "namespace": namespace, "issuer": "", "value": value, "revoked_at": revoked_at}
    return Happening("identifiers", f"{record} {namespace} {value}", row)


def _decision(left: str, right: str, verdict: str) -> Happening:
    row = {"record_id_l": left, "record_id_r": right, "verdict": verdict}
    return Happening("decisions", f"{left} {right}", row)


def _gone(happening: Happening) -> Happening:
    return Happening(happening.table, happening.key, None)


def _groups(customers: dict[str, str], *records: str) -> str:
    """Who is who among some records, as in "za zb | zc"."""
    found: dict[str, list[str]] = {}
    for record in records:
        if record in customers:
            found.setdefault(customers[record], []).append(record)
    return " | ".join(" ".join(group) for group in sorted(found.values()))


# za and zc have nothing in common but what zb shares with either.
ZA = _record("za", family_name="quandt", phone="+12027770001")
ZB = _record("zb", family_name="quandt", given_name="uwe", birth_date="1961-05-04")
ZC = _record("zc", given_name="uwe", birth_date="1961-05-04", email="quiet.fox@z.net")
ZA_LOGIN, ZB_LOGIN = _identifier("za", "user_id", "u-quandt"), _identifier("zb", "user_id", "u-quandt")
BRIDGE = [ZA, ZB, ZC, ZA_LOGIN, ZB_LOGIN, _identifier("zb", "user_id", "u-fox"), _identifier("zc", "user_id", "u-fox")]


@pytest.mark.parametrize(
    ("loss", "left"),
    [
        ([_gone(ZB)], "za | zc"),
        ([_gone(ZB_LOGIN)], "za | zb zc"),
        ([_identifier("zb", "user_id", "u-quandt", revoked_at=str(MORNING))], "za | zb zc"),
    ],
    ids=["record gone", "identifier gone", "identifier revoked"],
)
def test_what_held_a_customer_together_goes_and_comes_back(learned: Learned, loss: list[Happening], left: str) -> None:
    chain = Chain(learned)
    chain.happen(BRIDGE)
    before = chain.result()
    assert _groups(before.customers, "za", "zb", "zc") == "za zb zc"
    chain.happen(loss)
    assert _groups(chain.result().customers, "za", "zb", "zc") == left
    _assert_equal(chain.result(), learned.resolve(chain.data))
    chain.happen(BRIDGE)
    _assert_equal(chain.result(), before)


def test_customers_that_split_and_join_again_keep_their_ids(learned: Learned) -> None:
    chain = Chain(learned)
    con = _with_customers(chain.con, learned.data)
    ids = []
    for number, happenings in enumerate((BRIDGE, [_gone(ZB)], BRIDGE), start=1):
        chain.happen(happenings)
        _book(con, "identity_cluster", f"run {number}", scope="identity_scope")
        ids.append(dict(con.execute("select record_id, customer_id from identity.record_customer").fetchall()))
        assert con.execute(LOST).fetchall() == []
    together, apart, again = ids
    assert together["za"] == together["zc"] in (apart["za"], apart["zc"])
    assert apart["za"] != apart["zc"]
    assert again["za"] == again["zb"] == again["zc"] == together["za"]
    (split,) = {apart["za"], apart["zc"]} - {together["za"]}
    assert con.execute("select customer_id from identity.alias where old_customer_id = ?", [split]).fetchall() == [
        (together["za"],)
    ]


def test_records_that_a_gone_record_was_decided_to_be_come_apart(learned: Learned) -> None:
    said = [_record("zd", given_name="max"), _record("ze", given_name="ida"), _record("zf", given_name="leo")]
    said += [_decision("zd", "ze", "same"), _decision("zf", "zd", "same")]
    chain = Chain(learned)
    for happenings, wanted in ((said, "zd ze zf"), ([_gone(said[0])], "ze | zf"), ([said[0]], "zd ze zf")):
        chain.happen(happenings)
        assert _groups(chain.result().customers, "zd", "ze", "zf") == wanted


def test_different_outlives_full_runs_training_and_reingestion(learned: Learned) -> None:
    chain = Chain(learned)
    chain.happen([*BRIDGE, _decision("za", "zb", "different")])
    apart = _groups(chain.result().customers, "za", "zb", "zc")
    assert apart == "za | zb zc"
    assert _groups(learned.resolve(chain.data).customers, "za", "zb", "zc") == apart
    # Trained anew on all of it, and then on the same rows taken in in another order.
    assert _groups(_read(Learned(chain.data).con).customers, "za", "zb", "zc") == apart
    rows = [Happening(table, key, row) for table, known in chain.data.tables.items() for key, row in known.items()]
    again = Learned(Data(reversed(rows)))
    assert _groups(_read(again.con).customers, "za", "zb", "zc") == apart
    # Taken back, the evidence decides again.
    chain.happen([_gone(_decision("za", "zb", "different"))])
    assert _groups(chain.result().customers, "za", "zb", "zc") == "za zb zc"


def test_a_value_becomes_one_of_many_and_ceases_to_be(learned: Learned) -> None:
    first = [
        _record("za", phone="+12028880001", given_name="uwe"),
        _record("zb", phone="+12028880001", given_name="uwe"),
    ]
    others = [
        _record(f"z{number}", phone="+12028880001", given_name=name, family_name=f"{name[:2]}mann")
        for number, name in enumerate(("olaf", "nils", "petra", "timo"))
    ]

    def level(result: Result) -> list[Any]:
        place = [row[0] for row in learned.con.execute("describe st.link").fetchall()].index("level_phone")
        return [row[place] for row in result.links if row[:2] == ("za", "zb")]

    chain = Chain(learned)
    for happenings, wanted in ((first, "same"), (others, "shared"), ([_gone(each) for each in others[2:]], "same")):
        found = chain.happen(happenings)
        assert level(chain.result()) == [wanted]
        assert found.touched >= 2
    _assert_equal(chain.result(), learned.resolve(chain.data))


def test_a_namespace_without_agreement_still_tells_records_apart(learned: Learned) -> None:
    """When the last two records that share a login part, all other logins are still different ones."""
    chain = Chain(learned)
    chain.happen([ZA, ZB, ZC, _identifier("zb", "user_id", "u-quandt"), _identifier("zc", "user_id", "u-fox")])
    logins = [row for row in WORLD.begin if row.table == "identifiers" and (row.row or {})["namespace"] == "user_id"]
    chain.happen(_gone(each) for each in logins)
    _assert_equal(chain.result(), learned.resolve(chain.data))


def test_ten_thousand_records_with_one_phone_make_no_giant(learned: Learned) -> None:
    crowd = [
        _record(
            f"z{number:05}",
            phone="+12029990000",
            given_name=GIVENS[number % 10] + chr(97 + number // 10 % 26),
            family_name=FAMILIES[number // 260 % 9] + chr(97 + number // 2340 % 26),
            birth_date=f"{1950 + number % 50}-{1 + number // 50 % 12:02}-{1 + number // 600 % 28:02}",
        )
        for number in range(10_000)
    ]
    chain = Chain(learned)
    before = chain.result()
    with pytest.raises(OvergrownError):
        chain.happen(crowd)
    assert chain.result() == before
    # A table that has grown a hundredfold is learned anew.
    con = _connect()
    chain.data.load(con)
    assert resolve(con, "records", "identifiers", "decisions", SETTINGS, explain=False).largest_customer < 20


# --- What an increment refuses.


@pytest.mark.parametrize("large_before", [False, True], ids=["was small", "has become small"])
def test_small_tables_are_resolved_in_full(monkeypatch: pytest.MonkeyPatch, large_before: bool) -> None:
    """In a small table all pairs are compared, in a large one those with a key in common."""
    begin = [each for each in WORLD.begin if each.table == "records"]
    small, large = begin[:50], begin
    monkeypatch.setattr(blocking, "EVERY_PAIR", 50 * 49 // 2)
    chain = Chain(Learned(Data(large if large_before else small)))
    with pytest.raises(OvergrownError):
        chain.happen([_gone(each) for each in large[50:]] if large_before else large[50:])


def test_record_numbers_that_run_out_are_given_out_anew(learned: Learned) -> None:
    """Every changed record has a new number, and a pair must fit into 64 bits."""
    chain = Chain(learned)
    for table, columns in (("prepared", "rid"), ("block_key", "rid"), ("block_value", "rid"), ("edge", "rid_l rid_r")):
        moved = ", ".join(f"{column} = {column} + {2**29 - 150}" for column in columns.split())
        chain.con.execute(f"update st.{table} set {moved}")
    with pytest.raises(OvergrownError):
        chain.happen(WORLD.later)


@pytest.mark.parametrize("row", ["(null, 'anna')", "('zz', 'anna'), ('zz', 'anna')"], ids=["no id", "id twice"])
def test_unusable_records_are_refused(learned: Learned, row: str) -> None:
    chain = Chain(learned)
    chain.data.load(chain.con)
    chain.con.execute(f"insert into records (record_id, given_name) values {row}")
    with pytest.raises(InputError):
        update(chain.con, "records", "identifiers", "decisions", SETTINGS, "st")


# --- What sources may send.

LONG = "1 long lane " * 20_000


ODD = [
    *(_record(f"y{number}") for number in range(30)),
    *(_record(f"z{number}", given_name="q", birth_date="1970-01-01", email="q@q.com") for number in range(15)),
    *(_record(f"l{number}", given_name="a" * 9000, email=f"{'x' * 9000}@a.com", address=LONG) for number in (1, 2)),
    _record("o1", given_name="\x00", family_name="🎉", email="@", phone="+", address=".", name_pinyin=" - "),
    _record("o2", birth_date="0044-03-15 (BC)"),
    _record("o3", birth_date="infinity"),
    _identifier("nobody", "user_id", "x"),
    _identifier("z1", "user_id", ""),
    _identifier("z2", 'a namespace\'s "name"', "x"),
    _identifier("z3", 'a namespace\'s "name"', "x"),
    _decision("z4", "z4", "same"),
    _decision("z5", "z5", "different"),
    _decision("nobody", "z6", "same"),
    _decision("nobody", "no one", "different"),
    _decision("z7", "z8", "same"),
    _decision("z8", "z7", "different"),
]


@pytest.mark.parametrize(
    "happenings",
    [
        ODD,
        [_gone(each) for each in WORLD.begin if each.table != "records"],
        [_gone(each) for each in WORLD.begin if each.table == "records"][20:],
    ],
    ids=["odd values", "nothing but records", "few records"],
)
def test_odd_input_is_taken_in_as_in_full(learned: Learned, happenings: list[Happening]) -> None:
    chain = Chain(learned)
    chain.happen(happenings)
    _assert_equal(chain.result(), learned.resolve(chain.data))


def test_tables_that_are_not_given_are_empty_ones(learned: Learned) -> None:
    chain = Chain(learned)
    chain.data.load(chain.con)
    update(chain.con, "records", None, None, SETTINGS, "st")
    other = Chain(learned)
    other.happen(_gone(each) for each in WORLD.begin if each.table != "records")
    for table in ("identity_cluster", "identity_link", "identity_scope"):
        query = f"from {table} order by all"
        assert chain.con.execute(query).fetchall() == other.con.execute(query).fetchall()
