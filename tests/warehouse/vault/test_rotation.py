"""Files from one key to another, one by one."""

import duckdb
import pytest

from warehouse.connection import open_readonly, open_warehouse
from warehouse.vault.key import KeyProblem, new_key, parse_key
from warehouse.vault.keyring import hold_key
from warehouse.vault.rotation import Keys, fitting_key, rotate_database, rotate_file
from warehouse.vault.sealing import read_private, write_private

A, B, C = (parse_key(new_key(), "test") for _ in range(3))
WAYS = {"plain to a key": (None, A), "a key to another": (A, B), "a key to plain": (A, None), "to the same": (A, A),
        "plain to plain": (None, None)}  # fmt: skip


def keys(now, then):
    return Keys(then, tuple(dict.fromkeys(key for key in (now, then) if key)))


@pytest.mark.parametrize("case", WAYS)
def test_a_sealed_file(tmp_path, case):
    now, then = WAYS[case]
    path = write_private(tmp_path / "a.csv", b"abc" * 1000, now)
    import os

    os.utime(path, ns=(1_000_000_000, 2_000_000_000))
    assert rotate_file(path, keys(now, then), "extract") is (now != then)
    (found,) = tmp_path.iterdir()
    assert found.name == ("a.csv.sealed" if then else "a.csv")
    assert read_private(found, then) == b"abc" * 1000
    assert found.stat().st_mtime_ns == 2_000_000_000
    assert rotate_file(found, keys(now, then), "extract") is False


@pytest.mark.parametrize("case", WAYS)
def test_a_database(tmp_path, case):
    now, then = WAYS[case]
    path = tmp_path / "warehouse.duckdb"
    hold_key(tmp_path, lambda: now)
    with open_warehouse(path) as con:
        con.execute(
            "create schema ops; create table ops.t (a integer not null, b varchar default 'x'); "
            "insert into ops.t select i, 'v' || i from range(1000) t(i); comment on column ops.t.a is 'number'"
        )
    assert rotate_database(path, keys(now, then), "warehouse") is (now != then)
    assert [each.name for each in tmp_path.iterdir()] == ["warehouse.duckdb"]
    assert fitting_key(path, keys(now, then), "warehouse") == then
    hold_key(tmp_path, lambda: then)
    with open_readonly(path) as con:
        assert con.execute("select count(*), sum(a), max(b) from ops.t").fetchone() == (1000, 499500, "v999")
        described = con.execute("select column_name, is_nullable, column_default, comment from duckdb_columns() "
                                "where table_name = 't'").fetchall()  # fmt: skip
        assert described == [("a", False, None, "number"), ("b", True, "'x'", None)]


def test_a_key_nobody_knows_is_a_clear_error(tmp_path):
    sealed = write_private(tmp_path / "a.csv", b"abc", C)
    with pytest.raises(KeyProblem, match=f"is encrypted with key {C.key_id}, which is neither"):
        rotate_file(sealed, keys(A, B), "extract")
    hold_key(tmp_path, lambda: C)
    with open_warehouse(tmp_path / "w.duckdb") as con:
        con.execute("create table t as select 1 as x")
    with pytest.raises(KeyProblem, match="neither with the configured nor with the new key"):
        rotate_database(tmp_path / "w.duckdb", keys(A, B), "warehouse")


def test_what_a_killed_rotation_left_is_in_nobodys_way(tmp_path):
    hold_key(tmp_path, lambda: A)
    path = tmp_path / "w.duckdb"
    with open_warehouse(path) as con:
        con.execute("create table t as select 1 as x")
    path.with_name("w.duckdb.rotating").write_bytes(b"half")
    sealed = write_private(tmp_path / "a.csv", b"abc", A)
    (tmp_path / "rotating.part.sealed").write_bytes(b"half")
    assert rotate_database(path, keys(A, B), "warehouse")
    assert rotate_file(sealed, keys(A, B), "extract")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.csv.sealed", "w.duckdb"]


def test_a_writer_keeps_its_warehouse(tmp_path):
    hold_key(tmp_path, lambda: A)
    with open_warehouse(tmp_path / "w.duckdb") as con:
        con.execute("create table t as select 1 as x")
        with pytest.raises(duckdb.Error):
            rotate_database(tmp_path / "w.duckdb", keys(A, B), "warehouse")
