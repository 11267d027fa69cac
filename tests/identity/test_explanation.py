"""Explanations from stored tables: what they add up to, what holds a customer together, and where it would part."""

from __future__ import annotations

import duckdb
import pytest

from identity.errors import NotExplainableError
from identity.explanation import explain_customer, explain_pair, explain_path
from tests.identity.tables import draw

THRESHOLD = 10.0

LINKS = """
    l | r | weight | level_name | weight_name | level_email | weight_email | level_phone | weight_phone | level_household | weight_household
    a | b | 24     | exact      | 9           | same        | 16           | missing     | 0            | none            | -1
    b | c | 14     | exact      | 9           | missing     | 0            | same        | 13           | likely          | -8
    c | d | 20     | different  | -5          | same        | 16           | same        | 9            | none            | 0
    b | d | 8      | exact      | 9           | different   | -1           | missing     | 0            | none            | 0
    x | y | 60     | exact      | 9           | same        | 16           | same        | 35           | none            | 0.04
    d | x | 11     | told       | 0           | same        | 11           | missing     | 0            | none            | 0
"""
MEMBERS = {"C1": "abcd", "C2": "xy", "C3": "z"}
SHARES = [("E1", 12.0, 0.5), ("E2", THRESHOLD, 0.8), ("E3", THRESHOLD + 0.0005, 0.9)]


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    rows = draw(LINKS)
    levels = [name for name in rows[0] if name.startswith("level_")]
    weights = [name for name in rows[0] if name.startswith("weight_")]
    pairs = ", ".join(f"{level} varchar, {weight} double" for level, weight in zip(levels, weights, strict=True))
    con.execute(
        "create table link (record_id_l varchar, record_id_r varchar, match_weight double, match_probability double, "
        f"rules varchar, {pairs})"
    )
    for row in rows:
        weight = float(row["weight"] or 0)
        chance = 1 / (1 + 2 ** (THRESHOLD - weight))
        cells = [row[name] for pair in zip(levels, weights, strict=True) for name in pair]
        con.execute(
            f"insert into link values (?, ?, ?, ?, 'email, phone', {', '.join('?' * len(cells))})",
            [row["l"], row["r"], weight, chance, *cells],
        )
    con.execute("create table members (record_id varchar, customer_id varchar)")
    for customer, records in MEMBERS.items():
        con.executemany("insert into members values (?, ?)", [(record, customer) for record in records])
    con.execute("create table decision (record_id_l varchar, record_id_r varchar, verdict varchar)")
    con.execute(
        "create table model (epoch varchar, learned_at timestamp, comparison varchar, level varchar, m double, "
        "u double, threshold double)"
    )
    for number, (epoch, threshold, share) in enumerate(SHARES):
        con.execute(
            f"insert into model values (?, timestamp '2026-01-0{number + 1}', 'email', 'same', ?, 0.001, ?)",
            [epoch, share, threshold],
        )
    return con


def pair(con: duckdb.DuckDBPyConnection, a: str, b: str):
    return explain_pair(con, "link", "model", a, b)


def customer(con: duckdb.DuckDBPyConnection, name: str):
    return explain_customer(con, "link", "members", name, "decision", "model")


@pytest.mark.parametrize(
    ("a", "b", "lines", "missing"),
    [
        ("a", "b", ["email +16 16", "name +9 25", "household -1 24"], ("phone",)),
        ("c", "b", ["phone +13 13", "name +9 22", "household -8 14"], ("email",)),
        ("c", "d", ["email +16 16", "phone +9 25", "name -5 20"], ()),
        ("x", "y", ["phone +35 35", "email +16 51", "name +9 60"], ()),
        ("d", "x", ["email +11 11", "name +0 11"], ("phone",)),
    ],
    ids=[
        "household last",
        "named the other way round",
        "against",
        "nothing is left out that says something",
        "silent level",
    ],
)
def test_lines_add_up_to_the_weight(con, a, b, lines, missing):
    found = pair(con, a, b)
    assert (found.record_id_l, found.record_id_r) == (a, b)
    assert [f"{line.comparison} {line.bits:+.0f} {line.total:.0f}" for line in found.lines] == lines
    assert found.missing == missing
    assert found.lines[-1].total == pytest.approx(found.match_weight)
    assert found.prior + found.lines[-1].total == pytest.approx(found.odds)


@pytest.mark.parametrize(
    ("a", "b"), [("a", "b"), ("x", "y")], ids=["told by the link", "certain link: told by another"]
)
def test_the_epoch_is_the_one_the_links_were_scored_with(con, a, b):
    found = pair(con, a, b)
    assert found.threshold == pytest.approx(THRESHOLD, abs=1e-6)
    assert found.epoch == "E2"
    assert {line.comparison: line.same for line in found.lines}["email"] == 0.8
    assert {line.comparison: line.same for line in found.lines}["name"] is None


def test_where_no_link_tells_the_newest_epoch_does(con):
    con.execute("delete from link where record_id_l <> 'x'")
    assert pair(con, "x", "y").threshold == THRESHOLD + 0.0005


PATHS = {
    "direct": ("a", "b", None, ["ab"]),
    "over the strongest, not the fewest": ("b", "d", None, ["bc", "cd"]),
    "backwards": ("d", "a", None, ["dc", "cb", "ba"]),
    "a decision is stronger than any link": ("a", "d", ("a", "d"), ["ad"]),
    "two customers": ("a", "x", None, []),
    "a record nobody resolved": ("a", "new", None, []),
}


@pytest.mark.parametrize("case", PATHS)
def test_the_path_between_records_of_a_customer(con, case):
    a, b, decided, path = PATHS[case]
    if decided:
        con.execute("insert into decision values (?, ?, 'same')", decided)
    found = explain_path(con, "link", "members", a, b, "decision")
    assert ["".join(bridge.ends) for bridge in found] == path


def test_every_bridge_says_what_it_rests_on(con):
    found = explain_path(con, "link", "members", "b", "d")
    assert [[line.comparison for line in bridge.lines] for bridge in found] == [
        ["phone", "name", "household"], ["email", "phone", "name"],
    ]  # fmt: skip


def test_a_customer_parts_at_its_weakest_bridge(con):
    found = customer(con, "C1")
    assert [("".join(bridge.ends), bridge.match_weight) for bridge in found.tree] == [
        ("ab", 24),
        ("cd", 20),
        ("bc", 14),
    ]
    assert found.weakest == found.tree[-1]
    assert found.sides == (("a", "b"), ("c", "d"))
    assert ["".join(link.ends) for link in found.across] == ["bd"]
    assert len(found.links) == 4
    assert found.unlinked == ()
    assert found.threshold == pytest.approx(THRESHOLD)


def test_a_decision_holds_what_it_joins_and_is_never_the_weakest(con):
    con.execute("insert into decision values ('b', 'c', 'same'), ('a', 'd', 'different'), ('a', 'x', 'same')")
    found = customer(con, "C1")
    assert [("".join(bridge.ends), bridge.decided) for bridge in found.tree] == [
        ("bc", True),
        ("ab", False),
        ("cd", False),
    ]
    assert (found.weakest.ends, found.weakest.match_weight) == (("c", "d"), 20)
    assert found.sides == (("a", "b", "c"), ("d",))


def test_a_decision_without_a_link_beneath_it_is_a_bridge(con):
    con.execute("delete from link where 'a' in (record_id_l, record_id_r)")
    assert customer(con, "C1").unlinked == ("a",)
    con.execute("insert into decision values ('d', 'a', 'same')")
    found = customer(con, "C1")
    assert found.unlinked == ()
    assert (found.tree[0].ends, found.tree[0].match_weight, found.tree[0].lines) == (("a", "d"), None, ())


def test_a_customer_of_one_record_has_nothing_to_hold(con):
    found = customer(con, "C3")
    assert (found.records, found.tree, found.weakest, found.unlinked) == (1, (), None, ())


def test_what_is_not_stored_says_so(con):
    with pytest.raises(NotExplainableError, match="no link is stored"):
        pair(con, "a", "y")
    with pytest.raises(NotExplainableError, match="no such customer"):
        customer(con, "C9")
