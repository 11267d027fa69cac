"""Expressions rewritten so that they cost less and yield the same."""

import duckdb
import pyarrow as pa
import pytest

from connectors.values import first_of, inside
from pipeline.normalisers import quick_time
from pipeline.staging import quick_cleaning, share_parsing
from transforms.times import standardise_times


@pytest.fixture
def con():
    with duckdb.connect() as connection:
        # Not the zone the pipeline sets: nothing may depend on it.
        connection.execute("set TimeZone = 'America/New_York'")
        yield connection


DOCUMENTS = [
    '{"a":{"b":" x "},"c":[1,"y"],"$d e":2.50,"n":null,"big":12345678901234567890123}',
    "no JSON",
    "[1]",
    "",
    None,
]
PATHS = [
    inside("doc", "a.b"), inside("doc", "c[1]"), inside("doc", '"$d e"'), inside("doc", "n"), inside("doc", "big"),
    inside("doc", "a"), inside("doc", "c[*]"), inside("other", "a"), first_of(inside("doc", "n"), inside("doc", "a.b")),
    '"doc"', "upper(" + inside("doc", "a.b") + ")",
]  # fmt: skip


def test_parsing_once_yields_what_parsing_for_every_path_does(con):
    con.register("rows", pa.table({"doc": DOCUMENTS, "other": ['{"a":1}'] * len(DOCUMENTS)}))
    parsed, shared = share_parsing(PATHS)
    assert len(parsed) == 1
    listed = ", ".join(f"({each}) as c{i}" for i, each in enumerate(PATHS))
    rewritten = ", ".join(f"({quick_cleaning(each)}) as c{i}" for i, each in enumerate(shared))
    expected = con.execute(f"select {listed} from rows").fetchall()
    assert con.execute(f"select {rewritten} from (select *, {parsed[0]} from rows)").fetchall() == expected
    assert expected[0][0] == " x "
    assert expected[0][8] == "x"


def test_one_path_stays_as_it_is():
    assert share_parsing([inside("doc", "a"), inside("doc", "a"), "true"]) == (
        [],
        [inside("doc", "a"), inside("doc", "a"), "true"],
    )


def test_quick_cleaning_is_trimming(con):
    blanks = ["", " ", "\u3000", "\u00a0"]
    texts = [
        None,
        *(left + core + right for left in blanks for core in ("", "x", "王", "a b", "\t") for right in blanks),
    ]
    con.register("rows", pa.table({"v": texts}))
    plain = first_of('"v"')
    assert (
        con.execute(f"select {quick_cleaning(plain)} from rows").fetchall()
        == con.execute(f"select {plain} from rows").fetchall()
    )


TIMES = [
    "2026-03-01T00:00:00.181Z", "2026-03-01 00:00:00", "2026-03-01T00:00:00+08:00", "2026-03-01T00:00:00+0800",
    "2026-03-01T00:00:00+08", "2026-03-01T00:00:00.123456789Z", "2026-03-01T24:00:00Z", "2026-03-01T23:59:60Z",
    "2026-02-30T00:00:00Z", "1971-12-31T23:00:00-05:00", "1972-01-01T00:00:00+14:00", "2199-12-31T23:59:59-14:00",
    "2200-01-01T00:00:00Z", "1700000000", "1700000000123", "6999999999", "7000000000", "0999999999", "0", "1.5e9",
    "2026-03-01T00:00:00z", "2026-03-01T00:00Z", "2026-03-01T00:00:00-99:00", "2026-03-01T99:00:00Z", "1699999999.5",
    "2026-13-01 00:00:00", "20260301T000000Z", "0000-00-00 00:00:00", "1970-01-01T00:00:00Z", "17/May/2015:10:05:03 +0000",
    "2026-03-29 02:30:00", "2026-03-01", "12/11/2026", "",
]  # fmt: skip


@pytest.mark.parametrize("zone", [None, "Europe/Berlin", "Asia/Shanghai"])
def test_a_time_read_quickly_is_the_time_the_normaliser_reads(con, zone):
    texts = {
        "value": TIMES,
        "zone": pa.array([zone] * len(TIMES), pa.string()),
        "order": pa.nulls(len(TIMES), pa.string()),
    }
    careful = standardise_times(pa.table(texts))
    con.register("rows", pa.table({"v": TIMES}))
    quick = con.execute(f"select {quick_time('v', in_utc=zone is None)} from rows").fetchall()
    read = [(moment, time, reason) for (moment,), time, reason in
            zip(quick, careful["timestamp"].to_pylist(), careful["reason"].to_pylist(), strict=True) if moment]  # fmt: skip
    assert len(read) >= 11
    assert [(moment, None) for moment, _, _ in read] == [(time, reason) for _, time, reason in read]
