"""`guiyi decide`: people's decisions hold through every later run, are audited, and can be taken back."""

import pytest

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
