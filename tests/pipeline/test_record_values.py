"""Values side by side: which fields belong to a comparison, and how alike values are."""

import duckdb
import pytest

from pipeline.record_values import measure_similarity, read_values

ALIKE = {
    "equal": ("given_name", ["anna"], ["anna"], 1.0),
    "case does not matter": ("given_name", ["Anna"], ["ANNA"], 1.0),
    "one letter in four": ("given_name", ["anna"], ["anne"], 0.75),
    "neighbours swapped": ("birth_date", ["1990-01-02"], ["1990-10-02"], 0.9),
    "nothing in common": ("given_name", ["bob"], ["anna"], 0.0),
    "hanzi": ("given_name", ["小明"], ["晓明"], 0.5),
    "words in another order": ("address", ["1 Main Street"], ["Main Street 1"], 1.0),
    "letters of a name in another order": ("given_name", ["ab cd"], ["cd ab"], 0.2),
    "the best of several": ("email", ["a@x.cn", "q@y.cn"], ["q@y.cn", "zzzzzzzz"], 1.0),
    "none on a side": ("email", [], ["a@x.cn"], None),
}


@pytest.mark.parametrize("case", ALIKE)
def test_likeness(case):
    field, left, right, alike = ALIKE[case]
    assert measure_similarity(field, left, right) == (None if alike is None else pytest.approx(alike, abs=0.01))


@pytest.fixture
def con():
    con = duckdb.connect()
    con.execute("create schema standard")
    con.execute(
        """
        create table standard.record as from (values
            ('r1', '王小明', '小明', date '1990-06-01', 'w@x.cn', null),
            ('r2', '王小明', null, null, null, null)
        ) as r (record_id, full_name, given_name, birth_date, email, occupation)
        """
    )
    con.execute(
        """
        create table standard.identifier as from (values
            ('r1', 'email', 'w@x.cn', null::timestamp), ('r1', 'email', 'a@x.cn', null),
            ('r1', 'phone', '+861', timestamp '2026-01-01'), ('r2', 'zoho:contact', 'c9', null)
        ) as i (record_id, namespace, value, revoked_at)
        """
    )
    return con


def test_a_comparison_shows_the_fields_it_looks_at(con):
    found = read_values(con, "r1", "r2", ["given_name", "email", "phone", "zoho_contact", "household"])
    assert [(each.comparison, each.field, each.left, each.right) for each in found] == [
        ("given_name", "given_name", ("小明",), ()),
        ("given_name", "full_name", ("王小明",), ("王小明",)),
        ("email", "email", ("a@x.cn", "w@x.cn"), ()),
        ("zoho_contact", "zoho_contact", (), ("c9",)),
    ]
    assert [each.similarity for each in found] == [None, 1.0, None, None]


def test_without_comparisons_the_standard_ones_are_shown(con):
    assert {each.comparison for each in read_values(con, "r1", "r2")} == {"given_name", "birth_date", "email"}
