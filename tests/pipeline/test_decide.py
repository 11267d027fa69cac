"""`guiyi decide`: people's decisions hold through every later run, are audited, and can be taken back."""

import re
from datetime import datetime

import duckdb
import pytest

from pipeline.decisions import count_idle, find_contradicted
from pipeline.evidence import Decision
from tests.pipeline.demo_home import demo_home, guiyi


@pytest.fixture
def demo(monkeypatch, tmp_path, tmp_path_factory):
    copy = demo_home(tmp_path_factory.getbasetemp()).copy(tmp_path / "home")
    copy.enter(monkeypatch)
    return copy


def a_pair(demo, condition: str) -> tuple[str, str]:
    """Names of two records as source/stream/key, the first pair for which the condition on l and r holds."""
    (row,) = demo.rows(
        f"""
        select l.source || '/' || l.stream || '/' || l.source_record_id,
            r.source || '/' || r.stream || '/' || r.source_record_id
        from identity.record_customer as l, identity.record_customer as r
        where l.record_id < r.record_id and {condition} order by l.record_id, r.record_id limit 1
        """
    )
    return row


def customer_of(demo, name: str) -> str:
    source, stream, key = name.split("/", 2)
    ((customer,),) = demo.rows(
        "select customer_id from identity.record_customer where source = ? and stream = ? and source_record_id = ?",
        source, stream, key,
    )  # fmt: skip
    return customer


def run(*stages: str) -> None:
    assert [guiyi(*stage.split()).code for stage in stages] == [0] * len(stages)


def test_different_keeps_apart_and_same_joins_through_a_full_refresh(demo):
    together = a_pair(demo, "l.customer_id = r.customer_id")
    apart = a_pair(demo, "l.customer_id <> r.customer_id")
    before = {name: customer_of(demo, name) for name in (*together, *apart)}
    told = guiyi("decide", "different", *together, "--by", "li.na", "--note", "father and son")
    assert (told.code, "stored; `guiyi run` applies it" in told.out) == (0, True)
    assert guiyi("decide", "same", *apart, "--by", "li.na").code == 0
    for stages in (["resolve"], ["standardise --full-refresh", "resolve --full-refresh"]):
        run(*stages)
        assert customer_of(demo, together[0]) != customer_of(demo, together[1])
        assert customer_of(demo, apart[0]) == customer_of(demo, apart[1])
    # An id that is no longer in use still leads to its customer.
    ((old, current),) = demo.rows("select old_customer_id, customer_id from identity.alias")
    assert {old, current} == {before[name] for name in apart}
    assert guiyi("explain", old).out == guiyi("explain", current).out != ""


def test_the_newest_decision_counts(demo):
    together = a_pair(demo, "l.customer_id = r.customer_id")
    before = demo.rows("select * from identity.record_customer order by record_id")
    for verdict in ("different", "same"):
        assert guiyi("decide", verdict, *together, "--by", "li.na").code == 0
    run("resolve")
    assert demo.rows("select * from identity.record_customer order by record_id") == before


def test_who_decided_what_is_kept_without_any_value(demo):
    pair = a_pair(demo, "l.customer_id = r.customer_id")
    assert guiyi("decide", "different", pair[1], pair[0], "--by", "li.na", "--note", "seen both").code == 0
    assert demo.rows("select verdict, decided_by, note from identity.decision") == [("different", "li.na", "seen both")]
    audit = "select actor, action, detail from ops.audit where action = 'decide'"
    assert demo.rows(audit) == [("li.na", "decide", '{"verdict": "different"}')]


def test_a_decision_needs_two_records_that_exist(demo):
    pair = a_pair(demo, "l.customer_id = r.customer_id")
    for names, said in (((pair[0], pair[0]), "needs two different records"), ((pair[0], "a/b/c"), "no such record")):
        told = guiyi("decide", "same", *names, "--by", "li.na")
        assert (told.code, said in told.err) == (1, True)
    assert demo.rows("select count(*) from identity.decision") == [(0,)]


def names_of(demo, wanted: int) -> list[str]:
    """Records of as many customers, as source/stream/key."""
    rows = demo.rows(
        "select min(source || '/' || stream || '/' || source_record_id) from identity.record_customer "
        "group by customer_id order by 1 limit ?",
        wanted,
    )
    return [name for (name,) in rows]


def record_of(demo, name: str) -> str:
    ((record,),) = demo.rows(
        "select record_id from standard.record where source || '/' || stream || '/' || source_record_id = ?", name
    )
    return record


def said(out: str) -> set[tuple[frozenset[str], str]]:
    """Pairs and verdicts of the decisions a command lists."""
    found = re.findall(r"^([0-9a-f]{16}) +([0-9a-f]{16}) +(same|different) +\S+ +\d{4}-\d\d-\d\d", out, re.MULTILINE)
    return {(frozenset((left, right)), verdict) for left, right, verdict in found}


# Decisions in order, on records A to E; then those the last one is told to contradict. The newest on a pair counts.
CONTRADICTIONS = {
    "different against a chain of same": ("AB= BC= AC#", "AB= BC="),
    "different against the shortest chain": ("AB= BC= CD= AD= AC#", "AB= BC= | AD= CD="),
    "different against nothing": ("AB= CD= AC#", ""),
    "different takes back the same on its own pair": ("AB= AB#", ""),
    "different against a chain that was taken back": ("AB= BC= BC# AC#", ""),
    "same against a different between two groups": ("AB= CD= AD# BC=", "AD#"),
    "same against several": ("AB= CD= AD# BD# AE# BC=", "AD# BD#"),
    "same against a different that was taken back": ("AB= AC# AC= BC=", ""),
    "same within a group that is contradicted already": ("AB= BC= CD= AD# AC=", ""),
    "same takes back the different on its own pair": ("AB# AB=", ""),
}


def decisions_of(text: str) -> list[tuple[str, str, str]]:
    """AB= : A and B are the same; AB# : different."""
    return [(each[0], each[1], {"=": "same", "#": "different"}[each[2]]) for each in text.split()]


@pytest.mark.parametrize(("taken", "told"), CONTRADICTIONS.values(), ids=CONTRADICTIONS.keys())
def test_contradicted_decisions_are_found(taken, told):
    newest = {}
    for at, (left, right, verdict) in enumerate(decisions_of(taken)):
        newest[left, right] = Decision(left, right, verdict, "li.na", datetime(2026, 1, 1, 0, at), None)
    last = decisions_of(taken)[-1]
    found = find_contradicted(newest.values(), (last[1], last[0]))
    ways = [sorted(decisions_of(way)) for way in told.split("|")]
    assert sorted((each.record_id_l, each.record_id_r, each.verdict) for each in found) in ways


def test_a_different_against_a_chain_of_same_is_stored_told_and_in_the_review(demo):
    a, b, c = names_of(demo, 3)
    for pair in ((a, b), (b, c)):
        told = guiyi("decide", "same", *pair, "--by", "li.na")
        assert (told.code, said(told.out)) == (0, set())
    told = guiyi("decide", "different", a, c, "--by", "wang.wei")
    ids = {name: record_of(demo, name) for name in (a, b, c)}
    assert (told.code, "not applied" in told.out) == (0, True)
    assert said(told.out) == {(frozenset((ids[a], ids[b])), "same"), (frozenset((ids[b], ids[c])), "same")}
    assert demo.rows("select count(*) from identity.decision where verdict = 'different'") == [(1,)]
    run("resolve")
    assert customer_of(demo, a) == customer_of(demo, b) == customer_of(demo, c)
    kinds = (
        "select kind from identity.review where kind = 'conflict' and record_id_l in (?, ?) and record_id_r in (?, ?)"
    )
    assert demo.rows(kinds, ids[a], ids[c], ids[a], ids[c]) == [("conflict",)]


def test_a_same_that_overrules_a_different_says_so(demo):
    a, b, c = names_of(demo, 3)
    assert guiyi("decide", "different", a, c, "--by", "li.na").code == 0
    assert said(guiyi("decide", "same", a, b, "--by", "li.na").out) == set()
    told = guiyi("decide", "same", c, b, "--by", "wang.wei")
    assert (told.code, "`guiyi run` applies it" in told.out) == (0, True)
    assert said(told.out) == {(frozenset((record_of(demo, a), record_of(demo, c))), "different")}


def idle(demo) -> dict[str, int]:
    with duckdb.connect(str(demo.home / "warehouse.duckdb"), read_only=True) as con:
        return count_idle(con)


def test_decisions_without_effect_are_counted(demo):
    a, b, c, d = names_of(demo, 4)
    assert idle(demo) == {"decisions_contradicted": 0, "decisions_without_record": 0}
    # The newest on a pair counts: a and b twice, c and d taken back.
    for verdict, left, right in (
        ("different", a, b), ("same", a, b), ("same", b, c), ("different", a, c), ("same", c, d), ("different", c, d),
    ):  # fmt: skip
        assert guiyi("decide", verdict, left, right, "--by", "li.na").code == 0
    assert idle(demo) == {"decisions_contradicted": 1, "decisions_without_record": 0}
    gone = record_of(demo, b)
    with duckdb.connect(str(demo.home / "warehouse.duckdb")) as con:
        con.execute("update standard.record set deleted_at = now()::timestamp where record_id = $gone", {"gone": gone})
    assert idle(demo) == {"decisions_contradicted": 0, "decisions_without_record": 2}
    with duckdb.connect(str(demo.home / "warehouse.duckdb")) as con:
        con.execute("update standard.record set deleted_at = null where record_id = $gone", {"gone": gone})
        con.execute("create table gone as select * from standard.record where record_id = $gone", {"gone": gone})
        con.execute("delete from standard.record where record_id = $gone", {"gone": gone})
    # Without b nothing joins a and c. The decisions on b wait for it to come back.
    assert idle(demo) == {"decisions_contradicted": 0, "decisions_without_record": 2}
    with duckdb.connect(str(demo.home / "warehouse.duckdb")) as con:
        con.execute("insert into standard.record from gone")
    assert idle(demo) == {"decisions_contradicted": 1, "decisions_without_record": 0}
