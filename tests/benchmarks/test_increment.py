"""The increment's process on a small table, and its figures."""

import json

import duckdb
import pytest

from benchmarks.identity.increment import describe, list_increment
from benchmarks.peers import increment
from benchmarks.peers.increment import main

FOUND = {
    "learning_seconds": 8.0, "full_seconds": 4.0, "increment_seconds": 0.5, "changed": 10, "touched": 25,
    "records": 1_000, "customers": 400, "differing": 0,
}  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    """750 persons with two records each: too many pairs for a table in which every pair is compared."""
    with duckdb.connect() as con:
        con.execute("""
            create table record as
            select 'r' || lpad((2 * person + copy)::varchar, 5, '0') as record_id,
                'shop' as source, 'members' as stream, record_id as source_record_id,
                timestamp '2026-01-01' as created_at, 'b' as _batch_id, person as _line,
                chr(97 + person % 26) || chr(97 + person // 26 % 26) || 'nn' as given_name,
                'fam' || chr(97 + person // 3 % 26) || chr(97 + person // 78 % 26) as family_name,
                (date '1950-01-01' + (person * 17)::integer)::varchar as birth_date,
                case when copy = 0 then 'City' || person % 9 end as city
            from (select range::integer as person from range(750)), (select range::integer as copy from range(2))
        """)
        con.execute(f"copy (from record order by record_id) to '{tmp_path / 'records.parquet'}' (format parquet)")
        con.execute(f"""
            copy (select record_id, 'email' as namespace, '' as issuer, given_name || birth_date || '@x.com' as value
                  from record where city is null order by record_id)
            to '{tmp_path / "identifiers.parquet"}' (format parquet)
        """)
    return tmp_path


def test_the_increment_ends_where_the_full_run_does(folder, capsys):
    main(folder)
    found = json.loads(capsys.readouterr().out)
    assert (found["records"], found["differing"]) == (1_500, 0)
    assert 0 < found["changed"] < 100
    assert found["changed"] <= found["touched"] < 1_500
    assert found["customers"] < 1_500


@pytest.mark.parametrize(
    ("incremental", "whole", "differing"),
    [
        pytest.param("xxyyz", "11223", 0, id="the same under other names"),
        pytest.param("xxyyy", "11223", 2, id="one customer too few"),
        pytest.param("xxyuz", "11223", 1, id="one customer too many"),
        pytest.param("xyyzz", "11223", 3, id="shifted"),
    ],
)
def test_customers_that_differ(incremental, whole, differing):
    with duckdb.connect() as con:
        for table, values in (("incremental", incremental), ("whole", whole)):
            rows = ", ".join(f"({number}, '{value}')" for number, value in enumerate(values))
            con.execute(f"create table {table} as from (values {rows}) t(record_id, customer)")
        assert con.execute(increment._DIFFERING).fetchone() == (3, differing)


def test_measurements():
    found = {(each.measure, each.peer): each for each in list_increment("demo 1M", FOUND)}
    assert found["demo 1M: increment of 1 %: wall time", "full run"].ratio == 0.125
    assert found["demo 1M: increment of 1 %: wall time", "full run that learns"].ratio == 0.0625


@pytest.mark.parametrize(
    ("differing", "words"),
    [pytest.param(0, "identical partitions", id="the same"), pytest.param(3, "3 customers differ", id="not the same")],
)
def test_words(differing, words):
    said = describe("demo 1M", FOUND | {"differing": differing})
    assert words in said
    assert "0.125" in said
