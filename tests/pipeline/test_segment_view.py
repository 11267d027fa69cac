"""A segment looked at: counts that add up, overlap, changes since the day before, masked values, and nothing written."""

import re

import duckdb
import pytest

from pipeline.extract import extract
from pipeline.publish import publish
from pipeline.segment_view import history, preview
from tests.pipeline.demo_home import demo_home, guiyi
from tests.pipeline.extracts import on_day, with_segment
from tests.pipeline.extracts import work as work
from tests.warehouse.drawn import read
from warehouse.segments.errors import SegmentError
from warehouse.segments.preview import Change, Overlap, Share

MORE = """
[segment.buyers]
title = "t"
description = "d"
owner = "o"
purpose = "marketing"
channel = "email"
where = "orders > 0 and customer_id in (select customer_id from customer.purchase)"
columns = ["customer_id", "email"]

[segment.nobody]
title = "t"
description = "d"
owner = "o"
purpose = "marketing"
channel = "email"
where = "false"
columns = ["customer_id", "email"]
"""


def look(work, name="everybody", where=None, purpose=None, channel=None):
    return preview(work.con, work.config, name=name, where=where, purpose=purpose, channel=channel)


def with_more(work, **keys):
    work = with_segment(work, **keys)
    path = work.config.directory / "segments.toml"
    path.write_text(path.read_text(encoding="utf-8") + MORE, encoding="utf-8")
    return work


def test_the_counts_add_up(work):
    seen = look(with_segment(work))
    count = seen.count
    assert (count.members, count.consented, count.without_consent) == (3, 1, 2)
    parts = (count.without_consent, count.suppressed, count.minors, count.without_address, count.holdout)
    assert sum(parts) == count.withheld == count.members - count.consented
    assert seen.groups["lifecycle_stage"] == [
        Share("lost", 1, 1 / 3, 0), Share("prospect", 1, 1 / 3, 0), Share("slipping", 1, 1 / 3, 1),
    ]  # fmt: skip
    assert {share.name: share.members for share in seen.groups["channels"]}["crm"] == 2


def test_overlap_with_every_other_segment(work):
    assert look(with_more(work, where="orders < 2")).overlaps == [
        Overlap("buyers", 1, 0.5, 0.5),
        Overlap("nobody", 0, 0.0, 0.0),
    ]


def test_a_segment_of_nobody_is_looked_at_too(work):
    seen = look(with_more(work), "nobody")
    assert (seen.count.members, seen.sample, seen.overlaps[0].share) == (0, [], 0.0)


def test_changes_are_since_the_day_before_whether_the_stage_has_run_or_not(work):
    extract(with_segment(work, where="orders > 0"))
    later = with_segment(on_day(work, 1), where="orders <> 1")
    seen = look(later)
    assert (seen.entered, seen.left) == (1, 1)
    extract(later)
    assert (look(later).entered, look(later).left) == (1, 1)


def test_another_channel_and_a_condition_that_is_only_thought_of(work):
    work = with_segment(work)
    assert look(work, channel="wechat").count.consented == 1
    assert look(work, purpose="sharing").count.consented == 0
    seen = look(work, None, "orders > 1", channel="wechat")
    assert (seen.count.members, seen.entered, seen.sample_columns[-2]) == (1, None, "wechat_openid")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"name": None}, "one of the two"),
        ({"where": "orders > 1"}, "one of the two"),
        ({"name": "everbody"}, "did you mean everybody?"),
        ({"name": None, "where": "ordrs > 1"}, "--where: mart.customer_360 has no column ordrs: did you mean orders"),
        ({"name": None, "where": "orders > 1", "channel": "mail"}, "channel must be one of email, sms, phone, wechat"),
        ({"name": None, "where": "orders = 'x'"}, "[segment.ad_hoc] where:"),
        ({"channel": "fax"}, "channel must be one of email, sms, phone, wechat, not fax"),
        (
            {"purpose": "marketting"},
            "purpose must be one of marketing, sharing, not marketting; did you mean marketing?",
        ),
    ],
)
def test_what_cannot_be_looked_at(work, asked, said):
    with pytest.raises(SegmentError) as refusal:
        look(with_segment(work), **asked)
    assert said in str(refusal.value)


def test_the_sample_is_masked(work):
    columns = ["customer_id", "full_name", "email", "phone", "birth_date", "address", "city", "spend", "wechat_openid"]
    work.con.execute("update mart.customer_360 set address = '南京路1号', age = 35 where customer_id = 'C1'")
    seen = look(with_segment(work, columns=[*columns, "age"], where="customer_id = 'C1'"))
    (row,) = seen.sample
    assert dict(zip(seen.sample_columns, row, strict=True)) == {
        "customer_id": "C1…", "full_name": "王***", "email": "w***@x***", "phone": "+86*********22", "birth_date": "1990",
        "address": "南***", "city": "上海市", "spend": "850.00", "wechat_openid": "o***", "age": "35", "withheld for": None,
    }  # fmt: skip


def test_looking_writes_nothing_and_works_on_the_snapshot(work):
    work = with_segment(work)
    publish(work)
    with duckdb.connect(str(work.config.published / "customers_full.duckdb"), read_only=True) as snapshot:
        seen = preview(snapshot, work.config, name="everybody", where=None, purpose=None, channel=None)
        assert seen.count.members == 3
        assert history(snapshot, work.config, "everybody", 30) == []
    assert read(work.con, "from segment.membership") == []


def test_a_warehouse_of_before_the_holdout_can_be_looked_at(work):
    work.con.execute("alter table segment.membership drop column drawn_by")
    work.con.execute("alter table segment.membership drop column is_holdout")
    assert look(with_segment(work)).count.members == 3


def test_history_by_day(work):
    extract(with_segment(work, where="orders > 0"))
    extract(with_segment(on_day(work, 1), where="orders <> 1"))
    work = with_segment(work)
    assert history(work.con, work.config, "everybody", 30) == [
        Change("2026-03-02", 1, 1, 2), Change("2026-03-01", 2, 0, 2),
    ]  # fmt: skip
    assert history(work.con, work.config, "everybody", 1) == [Change("2026-03-02", 1, 1, 2)]
    with pytest.raises(SegmentError, match="did you mean everybody"):
        history(work.con, work.config, "everbody", 30)


def test_a_merge_is_neither_entering_nor_leaving(work):
    extract(with_segment(work))
    work.con.execute("update identity.record_customer set customer_id = 'C1' where customer_id = 'C3'")
    work.con.execute("insert into identity.alias values ('C3', 'C1', '2026-03-02')")
    later = with_segment(on_day(work, 1))
    for _ in range(2):
        seen = look(later)
        assert (seen.count.members, seen.entered, seen.left) == (2, 0, 0)
        extract(later)
    assert history(work.con, later.config, "everybody", 30) == [
        Change("2026-03-02", 0, 0, 2), Change("2026-03-01", 3, 0, 3),
    ]  # fmt: skip


def test_an_id_that_takes_over_is_no_newcomer_in_a_preview(work):
    extract(with_segment(work, where="customer_id = 'C3'"))
    work.con.execute("update identity.record_customer set customer_id = 'C1' where customer_id = 'C3'")
    work.con.execute("insert into identity.alias values ('C3', 'C1', '2026-03-02')")
    later = with_segment(on_day(work, 1), where="customer_id = 'C1'")
    for _ in range(2):
        seen = look(later)
        assert (seen.count.members, seen.entered, seen.left) == (1, 0, 0)
        extract(later)


@pytest.fixture
def demo(monkeypatch, tmp_path_factory):
    made = demo_home(tmp_path_factory.getbasetemp())
    made.enter(monkeypatch)
    return made


def test_the_commands_print_no_value_of_a_person(demo):
    seen = guiyi("segment", "preview", "new_without_purchase")
    assert seen.code == 0
    for said in ("members", "may be contacted", "no consent", "by country", "also in", "high_value_slipping"):
        assert said in seen.out
    assert not re.search(r"[\w.]+@[\w]+\.", seen.out)
    listed = guiyi("segment", "preview", "--where", "email is not null", "--channel", "sms")
    assert (listed.code, "for marketing by sms" in listed.out) == (0, True)
    told = guiyi("segment", "history", "new_without_purchase")
    assert told.code == 0
    assert "entered" in told.out
    assert "must be at least 1" in guiyi("segment", "history", "new_without_purchase", "--days", "0").err
    wrong = guiyi("segment", "preview", "--where", "pragma version")
    assert (wrong.code, "leave out pragma" in wrong.err) == (1, True)


def test_a_delta_on_request_from_the_command_line(demo, monkeypatch, tmp_path):
    copy = demo.copy(tmp_path / "home")
    copy.enter(monkeypatch)
    again = guiyi("segment", "extract", "new_without_purchase", "--by", "li.na", "--delta")
    assert (again.code, "nobody entered or left" in again.out) == (0, True)
    full = guiyi("segment", "extract", "new_without_purchase", "--by", "li.na", "--reason", "spring")
    assert (full.code, "withheld" in full.out) == (0, True)
    logged = copy.rows("select reason, kind, format from segment.extract_log where actor = 'li.na'")
    assert logged == [("spring", "full", "csv")]
