"""The engine as a whole, on small made-up tables."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from identity.errors import InputError, NotExplainableError, SettingsError
from identity.evaluation import evaluate
from identity.explanation import explain_customer, explain_pair
from identity.resolution import Resolution, resolve
from identity.settings import Settings, extend_settings, load_settings

GIVEN = ["anna", "boris", "clara", "dmitri", "elena", "felix", "greta", "hugo", "irene", "jonas", "klara", "leon"]
FAMILY = ["adler", "brandt", "carver", "dreyer", "ellis", "fuchs", "graham", "hansen", "iverson", "jensen", "keller"]


def _make_people(con: duckdb.DuckDBPyConnection, persons: int, seed: int = 1, shuffle: int | None = None) -> None:
    """Table `people`: three records per person, with name, e-mail and phone, each missing at times."""
    random = np.random.default_rng(seed)
    rows = []
    for person in range(persons):
        given, family = random.choice(GIVEN), random.choice(FAMILY)
        birth = f"{1950 + random.integers(0, 50)}-{random.integers(1, 13):02}-{random.integers(1, 29):02}"
        phone = f"+1202{random.integers(10**6, 10**7)}"
        for copy in range(3):
            rows.append(
                (
                    f"r{person:05}{copy}",
                    given,
                    family if random.random() < 0.9 else None,
                    birth if random.random() < 0.7 else None,
                    f"x{person}q@mail.com" if random.random() < 0.7 else None,
                    phone if random.random() < 0.7 else None,
                    f"p{person}",
                )
            )
    if shuffle is not None:
        rows = [rows[at] for at in np.random.default_rng(shuffle).permutation(len(rows))]
    names = ("record_id", "given_name", "family_name", "birth_date", "email", "phone", "person")
    table = pa.table({name: [row[number] for row in rows] for number, name in enumerate(names)})
    con.register("drawn", table)
    con.execute("create or replace table people as select * replace (birth_date::date as birth_date) from drawn")
    con.execute("create or replace view records as select * exclude (person) from people")


def _resolve(
    con: duckdb.DuckDBPyConnection, decisions: str | None = None, settings: Settings | None = None
) -> Resolution:
    return resolve(con, "records", None, decisions, settings or Settings())


def _partition(con: duckdb.DuckDBPyConnection) -> list[tuple[str, int]]:
    return con.execute("select record_id, cluster from identity_cluster order by record_id").fetchall()


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    _make_people(con, 60)
    return con


def test_persons_are_found(con: duckdb.DuckDBPyConnection) -> None:
    found = _resolve(con)
    con.execute("create temp table clusters as select record_id, cluster as customer_id from identity_cluster")
    con.execute("create temp table truth as select record_id, person as person_id from people")
    measured = evaluate(con, "clusters", "truth")
    assert measured["pair_precision"] > 0.95
    assert measured["pair_recall"] > 0.9
    assert found.records == 180


def test_row_order_and_threads_do_not_matter(con: duckdb.DuckDBPyConnection) -> None:
    _resolve(con)
    partition = _partition(con)
    model = con.execute("from identity_model").fetchall()
    other = duckdb.connect(config={"threads": 1})
    _make_people(other, 60, shuffle=5)
    _resolve(other)
    assert _partition(other) == partition
    assert other.execute("from identity_model").fetchall() == model


def test_decisions_win(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("""
        create table decisions as select * from (values
            ('r000000', 'r000001', 'different'), ('r000100', 'r000200', 'same')
        ) as d(record_id_l, record_id_r, verdict)
    """)
    _resolve(con, "decisions")
    cluster = dict(_partition(con))
    assert cluster["r000000"] != cluster["r000001"]
    assert cluster["r000100"] == cluster["r000200"]
    kinds = con.execute("select distinct kind from identity_review").fetchall()
    assert ("conflict",) in kinds


@pytest.mark.parametrize("column", ["phone", "email", "given_name"])
def test_a_value_of_ten_thousand_records_makes_no_giant(column: str) -> None:
    con = duckdb.connect()
    _make_people(con, 3334)  # 10,002 records
    con.execute(f"update people set {column} = 'shared@shop.com'")
    found = _resolve(con)
    assert found.largest_customer < 20


def test_link_table_adds_up(con: duckdb.DuckDBPyConnection) -> None:
    _resolve(con)
    off = con.execute("""
        select count(*) from identity_link where abs(
            match_weight - (weight_given_name + weight_family_name + weight_birth_date + weight_email + weight_phone
                + weight_household)
        ) > 0.01
    """).fetchone()
    assert off == (0,)


def test_pair_and_customer_are_explained(con: duckdb.DuckDBPyConnection) -> None:
    _resolve(con)
    con.execute("create temp table members as select record_id, 'C' || cluster as customer_id from identity_cluster")
    row = con.execute("select customer_id from members group by 1 having count(*) = 3 order by 1 limit 1").fetchone()
    assert row is not None
    customer = explain_customer(con, "identity_link", "members", row[0])
    assert (customer.records, len(customer.tree)) == (3, 2)
    assert customer.weakest == customer.tree[-1]
    bridge = customer.tree[0]
    pair = explain_pair(con, "identity_link", "identity_model", bridge.record_id_r, bridge.record_id_l)
    assert pair.lines[-1].total == pytest.approx(pair.match_weight, abs=0.01)
    assert pair.match_weight > pair.threshold
    with pytest.raises(NotExplainableError):
        explain_pair(con, "identity_link", "identity_model", "r000000", "nobody")
    with pytest.raises(NotExplainableError):
        explain_customer(con, "identity_link", "members", "nobody")


def test_extra_comparison_and_blocking_take_part(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("create or replace view records as select * exclude (person), left(given_name, 1) as club from people")
    settings = extend_settings(
        Settings(), [{"column": "club", "kind": "category"}], [{"keys": ["club", "left(family_name, 2)"]}]
    )
    _resolve(con, settings=settings)
    rules = dict(con.execute("select rule, pairs from identity_rule").fetchall())
    assert rules["club + left(family_name, 2)"] > 0
    assert con.execute("select count(*) from identity_model where comparison = 'club'").fetchone() == (3,)


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("select given_name from people", "record_id"),
        ("select record_id, given_name from people union all select record_id, given_name from people", "unique"),
        ("select record_id, given_name from people limit 0", "empty"),
        ("select record_id from people", "nothing to compare"),
    ],
    ids=["no id", "id twice", "no rows", "no columns"],
)
def test_unusable_tables_are_refused(con: duckdb.DuckDBPyConnection, query: str, reason: str) -> None:
    con.execute(f"create or replace view records as {query}")
    with pytest.raises(InputError, match=reason):
        _resolve(con)


def test_one_record_is_one_customer(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("create or replace view records as select * exclude (person) from people limit 1")
    assert _resolve(con).customers == 1


def test_shipped_settings_are_the_defaults() -> None:
    shipped = load_settings(Path(__file__).parents[2] / "config" / "identity.toml")
    assert replace(shipped, namespaces=dict(shipped.namespaces)) == replace(
        Settings(), namespaces=dict(Settings().namespaces)
    )


@pytest.mark.parametrize(
    "text",
    [
        "[surprise]\nx = 1",
        "[namespace.email]\nkind = 'robot'",
        "[blocks]\nlargest_block = 'many'",
        "[[comparison]]\nx = 1",
    ],
    ids=["unknown section", "unknown kind", "wrong type", "incomplete comparison"],
)
def test_wrong_settings_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "identity.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError):
        load_settings(path)
