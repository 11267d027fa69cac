"""An epoch: what was learned comes back as it was, and gives what learning gave."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from identity import blocking
from identity.epoch import TABLES, Frequencies, fingerprint, hash_words, read_epoch, write_frequencies
from identity.resolution import resolve
from identity.settings import (
    BlockLimits,
    ClusterLimits,
    ExtraBlocking,
    ExtraComparison,
    Namespace,
    Settings,
)
from tests.identity.test_resolution import _make_people

HIGHEST_HASH = 2**64 - 1


def _frequencies(bits: dict[int, float], other: float) -> Frequencies:
    return Frequencies(
        np.array(sorted(bits), np.uint64), np.array([bits[key] for key in sorted(bits)], np.float32), other
    )


# --- Frequencies.


@pytest.mark.parametrize(
    ("known", "wanted", "bits"),
    [
        ({10: 1.0, 20: 2.0, 30: -3.0}, [20, 10, 30, 20], [2.0, 1.0, -3.0, 2.0]),
        ({10: 1.0, 20: 2.0}, [9, 11, 21], [0.5, 0.5, 0.5]),
        ({0: 4.0, HIGHEST_HASH: 5.0}, [0, 1, HIGHEST_HASH, HIGHEST_HASH - 1], [4.0, 0.5, 5.0, 0.5]),
        ({}, [1, 2], [0.5, 0.5]),
        ({10: 1.0}, [], []),
    ],
    ids=["listed values", "other values", "first and last hash", "nothing listed", "nothing asked"],
)
def test_bits_of_values(known: dict[int, float], wanted: list[int], bits: list[float]) -> None:
    assert _frequencies(known, 0.5).look_up(np.array(wanted, np.uint64)).tolist() == bits


def test_frequencies_come_back_as_they_were() -> None:
    random = np.random.default_rng(1)
    many = {int(key): float(np.float32(random.normal())) for key in random.integers(0, 2**63, 500)}
    written = {
        "given": _frequencies(many, float(np.float32(0.1))),
        "city": _frequencies({0: 1 / 3, HIGHEST_HASH: -6.0}, 0.0),
        "nobody's": _frequencies({}, 6.0),
    }
    con = duckdb.connect()
    write_frequencies(con, written)
    con.execute("create table identity_model as select '' as comparison_name, '' as level, 0.0 as m, 0.0 as household")
    con.execute("create or replace table identity_model as select *, 0.0 as u, 0.0 as share_same from identity_model")
    con.execute("""
        create or replace table identity_model as
        select *, 0.0 as share_household, 0.0 as patterns, 0 as comparison_number, 0 as level_number from identity_model
    """)
    found = read_epoch(con).frequencies
    assert found.keys() == written.keys()
    for name, each in written.items():
        np.testing.assert_array_equal(found[name].hashes, each.hashes)
        np.testing.assert_array_equal(found[name].bits, each.bits)
        assert found[name].other == each.other


def test_hashes_do_not_depend_on_company() -> None:
    """A value has one hash, whatever stands around it and in whatever database it is asked for."""
    words = ["anna", "王小明", "anna", "", "é"]
    first = hash_words(duckdb.connect(), pa.array(words))
    second = hash_words(duckdb.connect(config={"threads": 1}), pa.array(words[::-1]))
    assert first.tolist() == second[::-1].tolist()
    assert len(set(first.tolist())) == 4


# --- What an epoch is good for.


@pytest.mark.parametrize(
    ("change", "good"),
    [
        ({}, True),
        ({"clusters": ClusterLimits(plausible_records=5)}, True),
        ({"namespaces": MappingProxyType(dict(sorted(Settings().namespaces.items(), reverse=True)))}, True),
        ({"namespaces": {**Settings().namespaces, "phone": Namespace(max_persons=4)}}, False),
        ({"namespaces": {**Settings().namespaces, "loyalty": Namespace()}}, False),
        ({"comparisons": (ExtraComparison("club", "category"),)}, False),
        ({"blocking": (ExtraBlocking(("club",)),)}, False),
        ({"blocks": BlockLimits(largest_block=100)}, False),
    ],
    ids=[
        *("the same", "cluster limits", "namespaces in another order"),
        *("another limit", "another namespace", "another comparison", "another rule", "other blocks"),
    ],
)
def test_an_epoch_is_good_for_the_settings_it_was_learned_with(change: dict[str, Any], good: bool) -> None:
    assert (fingerprint(replace(Settings(), **change)) == fingerprint(Settings())) is good


# --- With an epoch as when it was learned.


def _results(con: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[Any, ...]]]:
    tables = ("cluster", "link", "review", *(table.removeprefix("identity_") for table in TABLES))
    return {table: con.execute(f"from identity_{table} order by all").fetchall() for table in tables}


@pytest.mark.parametrize("every_pair", [True, False], ids=["small table", "large table"])
def test_an_epoch_gives_what_learning_gave(monkeypatch: pytest.MonkeyPatch, every_pair: bool) -> None:
    """To the last bit, in another database, with rows in another order and on another number of threads."""
    if not every_pair:
        monkeypatch.setattr(blocking, "EVERY_PAIR", 100)
        monkeypatch.setattr(blocking, "SMALL_TABLE_PAIRS", 300)
    con = duckdb.connect()
    _make_people(con, 80)
    con.execute("create table decisions (record_id_l varchar, record_id_r varchar, verdict varchar)")
    con.execute("insert into decisions values ('r000000', 'r000001', 'different'), ('r000100', 'r000200', 'same')")
    learned = resolve(con, "records", None, "decisions", Settings())
    wanted = _results(con)
    if not every_pair:
        assert wanted["dropped"]
    assert learned.review_rows
    other = duckdb.connect(config={"threads": 1})
    _make_people(other, 80, shuffle=5)
    for table in (*TABLES, "decisions"):
        kept = con.sql(f"from {table}").to_arrow_table()
        other.register("kept", kept)
        other.execute(f"create temp table {table} as from kept order by hash(kept)")
        other.unregister("kept")
    again = resolve(other, "records", None, "decisions", Settings(), learned=True)
    assert _results(other) == wanted
    assert again == learned


def test_an_epoch_outlives_the_records_it_was_learned_from() -> None:
    """What agreeing on a value adds does not change when the value becomes common."""
    con = duckdb.connect()
    _make_people(con, 60)
    resolve(con, "records", None, None, Settings())
    before = con.execute("from identity_link where record_id_l = 'r000000'").fetchall()
    kept = _results(con)
    given = con.execute("select given_name from people where record_id = 'r000000'").fetchone()
    con.execute(
        "insert into people by name select 's' || n as record_id, ? as given_name, 'xavier' as family_name from range(90) r(n)",
        given,
    )
    resolve(con, "records", None, None, Settings(), learned=True)
    assert before
    assert con.execute("from identity_link where record_id_l = 'r000000'").fetchall()[: len(before)] == before
    for table in TABLES:
        name = table.removeprefix("identity_")
        assert _results(con)[name] == kept[name]
