"""Encrypted DuckDB files: opened like others, and clear about what is wrong."""

import duckdb
import pytest

from warehouse.connection import WarehouseBusy, open_readonly, open_warehouse
from warehouse.vault.cipher import is_encrypted
from warehouse.vault.key import KeyProblem, new_key, parse_key
from warehouse.vault.keyring import hold_key

KEY, OTHER = parse_key(new_key(), "test"), parse_key(new_key(), "test")
VALUE = "wang.xiaoming@example.com"


@pytest.fixture
def path(tmp_path):
    hold_key(tmp_path, lambda: KEY)
    path = tmp_path / "it's" / "warehouse.duckdb"
    with open_warehouse(path) as con:
        con.execute("create schema raw; create table raw.t as select $v as email from range(3000)", {"v": VALUE})
    return path


def test_it_is_written_and_read_like_any_other(path):
    with open_warehouse(path) as con:
        con.execute("begin; insert into raw.t values ('x'); commit")
        assert con.execute("select current_database()").fetchone() == ("warehouse",)
    with open_readonly(path) as con, open_readonly(path) as other:
        assert con.execute("select count(*) from raw.t").fetchone() == (3001,)
        other.execute("create temp table kept as from raw.t limit 1")
        with pytest.raises(duckdb.InvalidInputException, match="read-only"):
            con.execute("insert into raw.t values ('y')")


def test_nothing_of_it_is_readable_also_in_the_log_of_changes(path):
    with open_warehouse(path) as con:
        con.execute("insert into raw.t select $v || i from range(500) t(i)", {"v": VALUE})
        files = [each for each in path.parent.iterdir() if each.is_file()]
        assert {each.name for each in files} == {"warehouse.duckdb", "warehouse.duckdb.wal"}
        assert [each.name for each in files if VALUE.encode() in each.read_bytes()] == []
    assert is_encrypted(path)


def test_what_is_spilled_to_the_disk_is_encrypted(path):
    found = []
    with open_warehouse(path) as con:
        con.execute("set memory_limit = '60MB'; set threads = 1")
        con.execute(
            "create temp table big as select $v || (i * 7919 % 1000003) as a, repeat('z', 60) || i as b "
            "from range(900000) t(i)", {"v": VALUE},
        )  # fmt: skip
        spilled = list((path.parent / "warehouse.duckdb.tmp").iterdir())
        found = [each.name for each in spilled if VALUE.encode() in each.read_bytes()]
        assert spilled
    assert found == []
    assert not (path.parent / "warehouse.duckdb.tmp").exists() or not list(
        (path.parent / "warehouse.duckdb.tmp").iterdir()
    )


KEYS = {
    "another key": (OTHER, "does not open with the configured key"),
    "no key": (None, "is encrypted and no key is configured: set GUIYI_KEY or GUIYI_KEY_FILE"),
}


@pytest.mark.parametrize("opener", [open_warehouse, open_readonly])
@pytest.mark.parametrize("case", KEYS)
def test_the_wrong_key_is_a_clear_error(path, tmp_path, opener, case):
    key, said = KEYS[case]
    hold_key(tmp_path, lambda: key)
    with pytest.raises(KeyProblem, match=said) as caught, opener(path):
        pass
    assert str(path) in str(caught.value)
    for each in (KEY, OTHER):
        assert each.derive_text("warehouse") not in f"{caught.value!r}{caught.value.__context__!r}"


@pytest.mark.parametrize("opener", [open_warehouse, open_readonly])
def test_a_plain_file_is_not_taken_for_protected(tmp_path, opener):
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as con:
        con.execute("create table t as select 1 as x")
    hold_key(tmp_path, lambda: KEY)
    with pytest.raises(KeyProblem, match="`guiyi key rotate` encrypts"), opener(tmp_path / "warehouse.duckdb"):
        pass


def test_the_key_shows_nowhere_in_the_connection(path):
    with open_warehouse(path) as con:
        told = str(con.execute("select * from duckdb_databases()").fetchall())
        told += str(con.execute("select * from duckdb_settings()").fetchall())
        told += str(con.execute("select * from duckdb_variables()").fetchall())
        assert KEY.derive_text("warehouse") not in told


def test_a_second_writer_of_the_same_process_is_told_to_wait(path):
    with open_warehouse(path), pytest.raises(WarehouseBusy, match="wait for it"), open_readonly(path, wait_seconds=0):
        pass


def test_a_backup_elsewhere_opens_with_the_key(path, tmp_path):
    backup = tmp_path / "backup" / "restored.duckdb"
    backup.parent.mkdir()
    backup.write_bytes(path.read_bytes())
    with open_readonly(backup) as con:
        assert con.execute("select count(*) from raw.t").fetchone() == (3000,)
