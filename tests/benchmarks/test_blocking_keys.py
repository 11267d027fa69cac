"""The keys by which a peer blocks as we do: equal where our rules would compare two records, null where they would not."""

import duckdb
import pytest

import benchmarks.identity.blocking_keys as module
from benchmarks.identity.blocking_keys import SHARP, write_keys

COLUMNS = (
    "record_id, given_name, family_name, name_pinyin, birth_date, email, phone, address, street, city, district, region,"
    " postcode, company"
)


@pytest.fixture(autouse=True)
def _large_table(monkeypatch):
    """Small tables compare every pair; here the rules are to be seen."""
    monkeypatch.setattr(module, "EVERY_PAIR", 0)


def row(record, **values):
    names = COLUMNS.replace(" ", "").split(",")[1:]
    cells = [f"'{values[name]}'" if name in values else "null::varchar" for name in names]
    return f"('{record}', {', '.join(cells)})"


def keys(folder, records, identifiers=()):
    """Make keys.parquet; per pair of records, the rules whose keys they share."""
    ids = (
        ", ".join(f"('{each[0]}', '{each[1]}', '', '{each[2]}')" for each in identifiers)
        or "(null::varchar, null::varchar, null::varchar, null::varchar)"
    )
    with duckdb.connect() as con:
        con.execute(
            f"copy (from (values {', '.join(records)}) t({COLUMNS})) to '{folder / 'records'}.parquet' (format parquet)"
        )
        con.execute(
            f"copy (from (values {ids}) t(record_id, namespace, issuer, value)) "
            f"to '{folder / 'identifiers'}.parquet' (format parquet)"
        )
        write_keys(folder)
        found = con.execute(f"from '{folder / 'keys'}.parquet'").to_arrow_table().to_pylist()
    shared = {}
    for left in found:
        for right in found:
            if left["record_id"] < right["record_id"]:
                names = {name for name in left if name.startswith("key_") and left[name] and left[name] == right[name]}
                same_values = set(left["identifier_keys"] or []) & set(right["identifier_keys"] or [])
                shared[left["record_id"] + right["record_id"]] = names | ({"identifier"} if same_values else set())
    return shared


def rule(name):
    return f"key_{(*SHARP, *module.BROAD).index(name)}"


@pytest.mark.parametrize(
    ("left", "right", "name"),
    [
        pytest.param(
            {"given_name": "Ann", "family_name": "Fox", "birth_date": "1991-07-30"},
            {"given_name": "Nan", "family_name": "FOX", "birth_date": "1991-07-30"},
            "birth+family",
            id="birth date and surname, whatever the case",
        ),
        pytest.param(
            {"given_name": "Ann", "family_name": "Foxe", "birth_date": "1991-07-03"},
            {"given_name": "Nan", "family_name": "Foxley", "birth_date": "1991-03-07"},
            "birth_sorted+family_start",
            id="day and month changed places",
        ),
        pytest.param(
            {"phone": "+86 138-0013-8001"}, {"phone": "13800138001"}, "phone_tail", id="country code left out"
        ),
        pytest.param(
            {"given_name": "小明", "family_name": "王", "name_pinyin": "wang xiaoming", "city": "x"},
            {"given_name": "Xiaoming", "family_name": "Wang", "city": "x"},
            "letters+city",
            id="hanzi and their pinyin",
        ),
        pytest.param({"email": "rob.smith+a@x.com"}, {"email": "robsmith@y.com"}, "email_local", id="same local part"),
    ],
)
def test_pairs_that_our_rules_find(tmp_path, left, right, name):
    assert rule(name) in keys(tmp_path, [row("a", **left), row("b", **right)])["ab"]


def test_missing_parts_are_never_equal(tmp_path):
    assert keys(tmp_path, [row("a", family_name="Fox"), row("b", given_name="Ann")]) == {"ab": set()}


def test_identifiers_but_no_devices(tmp_path):
    records = [row("a"), row("b"), row("c")]
    carried = [("a", "email", "1"), ("b", "email", "1"), ("b", "device_id", "2"), ("c", "device_id", "2")]
    assert keys(tmp_path, records, carried) == {"ab": {"identifier"}, "ac": set(), "bc": set()}


def test_blocks_too_large_are_left_out(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "LARGEST_BLOCK", 2)
    records = [row(name, family_name="Fox") for name in "abc"] + [row(name, family_name="Ray") for name in "de"]
    found = keys(tmp_path, records)
    assert rule("family") not in found["ab"]
    assert rule("family") in found["de"]


def test_small_tables_compare_every_pair(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "EVERY_PAIR", 10)
    assert keys(tmp_path, [row("a"), row("b")]) == {"ab": {"key_every"}}
