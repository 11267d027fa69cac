"""The plan of blocking: greedy order, sums, what no rule finds, column statistics, rules that are not needed."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from identity import blocking
from identity.blocking import Candidates, find_candidates, prepare_keys
from identity.errors import InputError
from identity.plan import (
    SMALL_TABLE,
    Catches,
    Plan,
    count_catches,
    estimate_unseen,
    group_by_evidence,
    needed_columns,
    order_rules,
    plan_rules,
)
from identity.preparation import count_persons, prepare_records, prepare_values
from identity.resolution import resolve
from identity.rules import BROAD, SHARP, Rule, list_rules
from identity.settings import BlockLimits, Settings, extend_settings

RULES = {rule.name: rule for rule in list_rules(["email", "user_id"], Settings())}
GIVEN = ("anna", "boris", "clara", "dmitri", "elena", "felix", "greta", "hugo", "irene", "jonas", "klara", "leon")
FAMILY = ("adler", "brandt", "carver", "dreyer", "ellis", "fuchs", "graham", "hansen", "iverson", "jensen", "keller")


def catches(**found: float) -> Catches:
    """Sets of rules, named by letters a, b, c … for bits 0, 1, 2 …, with expected matches; each from one pair."""
    masks = [sum(1 << "abcdef".index(letter) for letter in letters) for letters in found]
    return Catches(np.array(masks, np.uint64), np.ones(len(masks), np.int64), np.array(list(found.values())))


def make_people(con: duckdb.DuckDBPyConnection, persons: int, copies: int = 2, seed: int = 7) -> None:
    """Table `people`: each person `copies` times, with given name, e-mail and birth date each missing at random."""
    random = np.random.default_rng(seed)
    rows = []
    for person in range(persons):
        given, family = random.choice(GIVEN), random.choice(FAMILY) + chr(97 + person % 26) + chr(97 + person // 26)
        birth = f"{1950 + random.integers(0, 50)}-{random.integers(1, 13):02}-{random.integers(1, 29):02}"
        for _ in range(copies):
            rows.append(
                (
                    f"r{len(rows):05}",
                    given,
                    family if random.random() < 0.7 else None,
                    birth if random.random() < 0.7 else None,
                    f"x{person:05}q@mail.com" if random.random() < 0.7 else None,
                )
            )
    names = ("record_id", "given_name", "family_name", "birth_date", "email")
    con.register("drawn", pa.table({name: [row[at] for row in rows] for at, name in enumerate(names)}))
    con.execute("create table people as select * replace (birth_date::date as birth_date) from drawn")


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


@pytest.fixture
def keyed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small tables are blocked like large ones."""
    monkeypatch.setattr("identity.blocking.EVERY_PAIR", 0)


def plan(con: duckdb.DuckDBPyConnection, settings: Settings | None = None) -> Plan:
    return plan_rules(con, "people", None, settings or Settings())


def test_pairs_and_matches_are_summed_by_set_of_rules() -> None:
    found = count_catches(np.array([3, 1, 3, 2], np.uint64), np.array([0.5, 1.0, 0.25, 0.125]))
    assert (found.masks.tolist(), found.pairs.tolist(), found.matches.tolist()) == (
        [1, 2, 3],
        [1, 1, 2],
        [1, 0.125, 0.75],
    )


@pytest.mark.parametrize(
    ("found", "ordered"),
    [
        ({"a": 5.0, "ab": 4.0, "b": 3.0, "c": 3.5}, [("a", 9.0), ("c", 3.5), ("b", 3.0)]),
        ({"ab": 4.0, "bc": 4.0}, [("b", 8.0), ("a", 0.0), ("c", 0.0)]),
        ({"a": 2.0, "b": 2.0, "c": 2.0}, [("a", 2.0), ("b", 2.0), ("c", 2.0)]),
        # c finds most of what is left once b has been taken, though a finds more by itself.
        ({"ab": 6.0, "b": 4.0, "c": 5.0}, [("b", 10.0), ("c", 5.0), ("a", 0.0)]),
        ({}, [("a", 0.0), ("b", 0.0), ("c", 0.0)]),
    ],
    ids=["overlapping", "one covers all", "ties keep their order", "gain, not size", "no pairs"],
)  # fmt: skip
def test_rules_are_ordered_by_what_they_add(found: dict[str, float], ordered: list[tuple[str, float]]) -> None:
    assert order_rules(catches(**found), {"a": 0, "b": 1, "c": 2}) == ordered


@pytest.mark.parametrize(
    ("found", "lists", "unseen"),
    [
        ({"a": 20.0, "b": 30.0, "ab": 59.0}, [1, 2], 10.0),  # 20 * 30 / 60
        ({"a": 20.0, "b": 30.0, "ab": 59.0, "d": 4.0}, [1, 2], 6.0),
        ({"a": 20.0, "b": 30.0, "ab": 59.0, "d": 40.0}, [1, 2], 0.0),
        ({"a": 6.0, "b": 4.0, "c": 5.0, "ab": 10.0, "bc": 9.0, "abc": 50.0}, [1, 2, 4], 3.7),  # (24 + 30 + 20) / 20
        ({"a": 10.0, "b": 10.0, "c": 30.0, "abc": 59.0}, [3, 4], 10.0),  # a and b are one list
        ({"ab": 90.0}, [1, 2], 0.0),
        ({"a": 20.0, "b": 30.0}, [1], None),
        ({"a": 20.0, "b": 30.0, "ab": 9.0}, [1, 2], None),
        ({}, [], None),
    ],
    ids=[
        "two lists", "mixed rules have found some", "mixed rules have found more", "three lists", "a list of two rules",
        "complete", "one list", "hardly any overlap", "nothing",
    ],
)  # fmt: skip
def test_what_no_rule_finds_is_estimated_from_overlap(
    found: dict[str, float], lists: list[int], unseen: float | None
) -> None:
    assert estimate_unseen(catches(**found), lists) == (unseen if unseen is None else pytest.approx(unseen))


@pytest.mark.parametrize(
    ("reach", "spread", "low", "high"),
    [
        ((0.9, 0.5, 0.2), 0.0, 0.9, 1.1),
        ((0.9, 0.1), 0.0, 0.9, 1.1),
        ((0.5, 0.4, 0.3, 0.3), 0.0, 0.9, 1.1),
        ((0.7, 0.5, 0.5), 0.5, 0.3, 1.0),
    ],
    ids=["unequal lists", "two very unequal lists", "four lists", "hard and easy matches: a lower bound"],
)
def test_the_estimate_holds_for_independent_lists(
    reach: tuple[float, ...], spread: float, low: float, high: float
) -> None:
    random = np.random.default_rng(3)
    ease = 1 - spread * (random.random((200_000, 1)) < 0.5)
    caught = random.random((200_000, len(reach))) < ease * reach
    masks = (caught * (1 << np.arange(len(reach)))).sum(axis=1).astype(np.uint64)
    found = count_catches(masks[masks > 0], np.ones(int((masks > 0).sum())))
    estimate = estimate_unseen(found, [1 << number for number in range(len(reach))])
    assert estimate is not None
    assert low < estimate / (masks == 0).sum() < high


@pytest.mark.parametrize(
    ("rule", "columns"),
    [
        ("birth+family_initial+given_initial", {"birth_date", "family_name", "given_name"}),
        ("name_letters", {"given_name", "family_name"}),
        ("city+house+family_start", {"city", "address", "family_name"}),
        ("phone_end+family_initial", {"phone", "family_name"}),
        ("email_local", {"email"}),
        ("user_id", {"user_id"}),
    ],
)
def test_columns_a_rule_needs(rule: str, columns: set[str]) -> None:
    assert needed_columns(RULES[rule]) == columns


def test_every_rule_is_known_by_its_columns() -> None:
    assert [name for name in (*SHARP, *BROAD) if not needed_columns(RULES[name])] == []


def test_evidence_that_shares_no_column() -> None:
    own = Rule("x + y", ("key_0_0", "key_0_1"))
    bits = {name: number for number, name in enumerate(("email", "email_local", "family", "name_letters", "birth+family",
                                                        "postcode+house", "user_id", "x + y"))}  # fmt: skip
    found = group_by_evidence([*RULES.values(), own], bits)
    assert found == {"email": 0b11, "name": 0b1100, "place": 0b100000, "user_id": 0b1000000}


def test_a_small_table_compares_every_pair_and_adds_up(con: duckdb.DuckDBPyConnection) -> None:
    make_people(con, 100)
    found = plan(con)
    assert (found.records, found.pairs, found.all_pairs) == (200, 19900, 19900)
    last = found.rules[-1]
    assert (last.rule, last.pairs, found.unseen) == (SMALL_TABLE, 19900, 0.0)
    assert last.recall == pytest.approx(1)
    assert sum(each.adds for each in found.rules) == pytest.approx(1)
    assert found.matches == pytest.approx(100, rel=0.1)
    assert last.matches == pytest.approx(found.matches)
    # Every pair is found by `every pair`; that does not count against the other rules.
    assert {each.rule: each.only_this_rule for each in found.rules}["given_first"] > 0
    # What only `every pair` finds is what the keys of all rules miss.
    assert last.only_matches == pytest.approx((1 - found.rules[-2].recall) * found.matches)


@pytest.mark.usefixtures("keyed")
def test_pairs_per_rule_are_those_that_sql_finds(con: duckdb.DuckDBPyConnection) -> None:
    make_people(con, 200)
    found = plan(con)
    rules = {each.rule: each for each in found.rules}

    def count(condition: str) -> int:
        query = f"select count(*) from people a join people b on a.record_id < b.record_id and ({condition})"
        return int((con.execute(query).fetchone() or (0,))[0])

    same_email, same_given = "a.email = b.email", "a.given_name = b.given_name"
    assert rules["email"].pairs == count(same_email)
    assert rules["given_first"].pairs == rules["given_first"].pairs_without_limit == count(same_given)
    # Whoever shares birth date and given name shares the given name, whose rule has found them all.
    assert "birth+given_first" not in rules


@pytest.mark.usefixtures("keyed")
def test_recall_adds_up_to_what_the_rules_find_and_is_about_the_truth(con: duckdb.DuckDBPyConnection) -> None:
    make_people(con, 676)
    found = plan(con)
    assert found.evidence == ("birth_date", "email", "name")
    assert found.unseen is not None
    assert [each.adds for each in found.rules] == sorted((each.adds for each in found.rules), reverse=True)
    assert np.cumsum([each.adds for each in found.rules]) == pytest.approx([each.recall for each in found.rules])
    assert found.rules[-1].recall == pytest.approx(found.matches / (found.matches + found.unseen))
    assert found.matches + found.unseen == pytest.approx(676, rel=0.05)
    assert max(each.matches for each in found.rules) == found.rules[0].matches
    assert found.rules[0].adds == pytest.approx(found.rules[0].matches / (found.matches + found.unseen))


@pytest.mark.usefixtures("keyed")
def test_the_same_pairs_as_resolving(con: duckdb.DuckDBPyConnection) -> None:
    make_people(con, 150)
    planned = plan(con)
    assert resolve(con, "people", None, None, Settings()).candidate_pairs == planned.pairs
    rows = con.execute("select rule, pairs, only_this_rule from identity_rule where pairs > 0").fetchall()
    assert {row[0]: row[1:] for row in rows} == {each.rule: (each.pairs, each.only_this_rule) for each in planned.rules}


def test_columns_are_counted(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("""
        create table people as select * from (values
            ('1', 'Anna', 'Fox', 'a@x.com', date '1990-01-01', 'Rome'),
            ('2', 'Anna', null, 'a@x.com', date '1990-01-01', null),
            ('3', 'Ben', null, null, date '1990-01-01', null),
            ('4', null, null, 'b@x.com', date '1991-01-01', null)
        ) as t(record_id, given_name, family_name, email, birth_date, city)
    """)
    found = plan(con)
    counts = {each.column: (each.filled, each.distinct, each.largest) for each in found.columns}
    assert counts["given_name"] == (0.75, 2, 0.5)
    assert counts["family_name"] == (0.25, 1, 0.25)
    assert counts["email"] == (0.75, 2, 0.5)
    assert counts["birth_date"] == (1.0, 2, 0.75)
    assert counts["company"] == counts["phone"] == (0.0, 0, 0.0)
    running = {each.column: (each.running, each.rules) for each in found.columns}
    assert running["company"] == running["district"] == (0, 1)
    assert running["email"][0] == sum("email" in each.rule for each in found.rules)
    # Nobody shares the one family name or the one city.
    assert running["family_name"][0] == sum(
        "name_letters" in each.rule or "initial" in each.rule for each in found.rules
    )
    assert {"family", "city+family", "name_letters+company", "address"} <= set(found.silent)
    assert not set(found.silent) & {each.rule for each in found.rules}


@pytest.mark.usefixtures("keyed")
def test_values_of_a_namespace_are_counted_by_record(con: duckdb.DuckDBPyConnection) -> None:
    make_people(con, 20)
    con.execute("""
        create table known as select * from (values
            ('r00000', 'user_id', 'u1'), ('r00000', 'user_id', 'u2'), ('r00001', 'user_id', 'u1')
        ) as t(record_id, namespace, value)
    """)
    found = plan_rules(con, "people", "known", Settings())
    counts = {each.column: each for each in found.columns}
    assert (counts["user_id"].filled, counts["user_id"].distinct, counts["user_id"].largest) == (0.05, 2, 0.05)
    assert (counts["user_id"].rules, counts["user_id"].running) == (1, 1)


@pytest.mark.usefixtures("keyed")
def test_rules_whose_blocks_are_all_too_large_are_named(con: duckdb.DuckDBPyConnection) -> None:
    make_people(con, 60, copies=3)
    found = plan(con, Settings(blocks=BlockLimits(largest_block=2)))
    assert "given_first" in found.left_out
    assert "given_first" not in found.silent
    rest = {each.rule: each for each in found.rules}
    assert 0 < rest["email"].pairs < rest["email"].pairs_without_limit
    assert rest["email"].dropped_blocks > 0


@pytest.mark.usefixtures("keyed")
def test_a_rule_of_the_settings_is_planned(con: duckdb.DuckDBPyConnection) -> None:
    make_people(con, 60)
    settings = extend_settings(Settings(), blocking=[{"keys": ["left(family_name, 2)", "birth_date"]}])
    assert "left(family_name, 2) + birth_date" in {each.rule for each in plan(con, settings).rules}


def test_one_record_has_a_plan_without_pairs(con: duckdb.DuckDBPyConnection) -> None:
    make_people(con, 1, copies=1)
    found = plan(con)
    assert (found.records, found.pairs, found.all_pairs, found.rules, found.unseen) == (1, 0, 0, (), None)


def test_records_without_values_have_a_plan_without_matches(con: duckdb.DuckDBPyConnection) -> None:
    make_people(con, 3)
    con.execute("create view bare as select record_id from people")
    found = plan_rules(con, "bare", None, Settings())
    assert (found.pairs, found.matches, [each.rule for each in found.rules]) == (15, 0.0, [SMALL_TABLE])
    assert found.rules[0].recall == 0.0


def test_an_empty_table_is_refused(con: duckdb.DuckDBPyConnection) -> None:
    make_people(con, 3)
    con.execute("delete from people")
    with pytest.raises(InputError, match="empty"):
        plan(con)


def _candidates(con: duckdb.DuckDBPyConnection, rules: list[Rule], settings: Settings) -> Candidates:
    count = con.execute("select count(*) from people").fetchone() or (0,)
    return find_candidates(con, rules, count[0], settings.blocks)


@pytest.mark.usefixtures("keyed")
@pytest.mark.parametrize("largest_block", [4, 20, 200])
def test_leaving_out_rules_that_find_nothing_new_loses_no_pair(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, largest_block: int
) -> None:
    make_people(con, 120, copies=3)
    con.execute("""
        alter table people add column phone varchar; alter table people add column city varchar;
        update people set phone = '+1202' || (hash(family_name) % 100 + 5550000)::varchar,
            city = ['rome', 'oslo', 'bonn'][(hash(birth_date) % 3)::int + 1]
    """)
    settings = Settings(blocks=BlockLimits(largest_block=largest_block))
    prepare_records(con, "people", settings)
    prepare_values(con, None, settings)
    rules = list_rules(count_persons(con), settings)
    prepare_keys(con, rules)
    least = _candidates(con, rules, settings)
    monkeypatch.setattr(blocking, "implied_parts", lambda rule: frozenset())
    everything = _candidates(con, rules, settings)
    assert sum(each.pairs for each in least.counts) < sum(each.pairs for each in everything.counts)
    assert everything.left.tolist() == least.left.tolist()
    assert everything.right.tolist() == least.right.tolist()
