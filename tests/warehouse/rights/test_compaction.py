"""The warehouse file written anew: the same tables, none of the deleted bytes."""

import duckdb
import pytest

from warehouse.rights.compaction import CompactionFailed, compact

SECRET = b"li.na@example.com"


def fill(path) -> None:
    with duckdb.connect(str(path)) as con:
        con.execute("create schema raw")
        con.execute("create table raw.\"a b\" (line bigint not null, text varchar default 'x')")
        con.execute("insert into raw.\"a b\" select range, 'row ' || range from range(100000)")
        con.execute("insert into raw.\"a b\" values (-1, 'li.na@example.com')")
        con.execute("checkpoint")
        con.execute('delete from raw."a b" where line = -1')


def test_deleted_bytes_are_gone_and_rows_are_there(tmp_path):
    path = tmp_path / "warehouse.duckdb"
    fill(path)
    path.chmod(0o640)
    (tmp_path / "warehouse.duckdb.compacting").write_bytes(b"left by a kill")
    compact(path)
    assert [each.name for each in tmp_path.iterdir()] == ["warehouse.duckdb"]
    assert SECRET not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o640
    with duckdb.connect(str(path)) as con:
        assert con.execute('select count(*), sum(line) from raw."a b"').fetchone() == (100000, 4999950000)
        assert con.execute("select is_nullable from information_schema.columns order by ordinal_position").fetchall() == [
            ("NO",), ("YES",),
        ]  # fmt: skip


def test_a_copy_that_is_not_whole_is_thrown_away(tmp_path, monkeypatch):
    path = tmp_path / "warehouse.duckdb"
    fill(path)
    counts = iter([{"a": 1}, {"a": 2}])
    monkeypatch.setattr("warehouse.rights.compaction._count", lambda con, name: next(counts))
    with pytest.raises(CompactionFailed, match="it is as it was"):
        compact(path)
    assert [each.name for each in tmp_path.iterdir()] == ["warehouse.duckdb"]
