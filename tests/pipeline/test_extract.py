import csv
import io
from dataclasses import replace
from datetime import date, timedelta

import duckdb
import pytest

from pipeline.extract import count_segment, extract, list_segments
from pipeline.profile import profile
from pipeline.publish import publish
from pipeline.stage import Options, StageFailed
from tests.pipeline.shop import open_shop
from tests.warehouse.drawn import own_records, parse, read
from warehouse.segments.errors import SegmentError
from warehouse.segments.membership import SegmentCount

KEPT = ("segment.membership", "segment.change", "segment.extract_log")

SEGMENTS = """
[segment.everybody]
title = "t"
description = "d"
owner = "o"
purpose = "marketing"
channel = "email"
where = "{where}"
columns = ["customer_id", "full_name", "email", "phone", "spend"]
"""


@pytest.fixture
def work(tmp_path):
    work = open_shop(tmp_path, profiled=True)
    return work


def with_segments(work, where="customer_id is not null", text=None):
    directory = work.config.home / "config"
    directory.mkdir(exist_ok=True)
    (directory / "segments.toml").write_text(text or SEGMENTS.format(where=where), encoding="utf-8")
    return replace(work, config=replace(work.config, directory=directory))


def rows(work, segment, day="2026-03-01"):
    content = (work.config.extracts / segment / f"{day}.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_the_three_segments_of_the_project(work):
    assert [segment.name for segment in list_segments(work.config)] == [
        "high_value_slipping", "new_without_purchase", "wechat_fans_store_buyers",
    ]  # fmt: skip
    counts = extract(work)
    assert (counts["segments"], counts["members"], counts["consented"], counts["withheld"]) == (3, 3, 2, 1)
    assert read(work.con, "select segment, customer_id, entered_on from segment.membership order by all") == parse(
        """
        | segment                 | customer_id | entered_on |
        | high_value_slipping     | C1          | 2026-03-01 |
        | new_without_purchase    | C2          | 2026-03-01 |
        | wechat_fans_store_buyers | C1         | 2026-03-01 |
        """
    )
    assert [row["customer_id"] for row in rows(work, "high_value_slipping")] == ["C1"]
    assert rows(work, "new_without_purchase") == []
    assert [row["wechat_openid"] for row in rows(work, "wechat_fans_store_buyers")] == ["o1"]


def test_only_who_granted_and_can_be_reached_is_in_the_file(work):
    work = with_segments(work)
    extract(work)
    assert [(row["customer_id"], row["email"]) for row in rows(work, "everybody")] == [("C1", "w@x.cn")]
    assert count_segment(work.con, work.config, "everybody") == SegmentCount(
        members=3, consented=1, withheld=2, without_consent=2, without_address=0
    )


def test_a_shared_mailbox_is_not_written_to_when_one_of_its_owners_refused(work):
    work.con.execute("insert into standard.record by name select * replace ('r9' as record_id) from standard.record "
                     "where record_id = 'r5'")  # fmt: skip
    work.con.execute("insert into standard.identifier by name select * replace ('r9' as record_id) "
                     "from standard.identifier where value = 'w@x.cn' limit 1")  # fmt: skip
    work.con.execute("insert into standard.consent by name select * replace ('r9' as record_id, 'denied' as status) "
                     "from standard.consent where record_id = 'r1'")  # fmt: skip
    own_records(work.con, C9="r9")
    profile(work)
    assert count_segment(work.con, with_segments(work).config, "everybody").consented == 0


def test_consent_without_an_address_is_counted_apart(work):
    work.con.execute("update standard.record set email = null where record_id in ('r1', 'r3')")
    profile(work)
    count = count_segment(work.con, with_segments(work).config, "everybody")
    assert (count.consented, count.without_consent, count.without_address) == (0, 2, 1)


def test_counting_writes_nothing_and_works_on_the_snapshot(work):
    publish(work)
    with duckdb.connect(str(work.config.published / "customers.duckdb"), read_only=True) as snapshot:
        assert count_segment(snapshot, work.config, "high_value_slipping").members == 1
    assert read(work.con, "from segment.membership") == []


def test_a_second_run_writes_nothing(work):
    extract(work)
    before = {table: read(work.con, f"from {table}") for table in KEPT}
    file = work.config.extracts / "high_value_slipping" / "2026-03-01.csv"
    written = file.stat().st_mtime_ns
    counts = extract(work)
    assert counts["changed"] == 0
    assert {table: read(work.con, f"from {table}") for table in KEPT} == before
    assert file.stat().st_mtime_ns == written


def test_a_file_that_was_lost_is_written_and_logged_again(work):
    extract(work)
    (work.config.extracts / "high_value_slipping" / "2026-03-01.csv").unlink()
    assert extract(work)["files_written"] == 1
    assert len(rows(work, "high_value_slipping")) == 1


def test_a_file_nobody_logged_is_logged(work):
    extract(work)
    work.con.execute("delete from segment.extract_log")
    extract(work)
    assert len(read(work.con, "from segment.extract_log")) == 3


def test_who_leaves_and_enters_is_recorded_by_day(work):
    extract(with_segments(work, "orders > 0"))
    next_day = replace(work, options=Options(as_of=date(2026, 3, 1) + timedelta(days=1)))
    profile(next_day)
    counts = extract(with_segments(next_day, "orders <> 1"))
    assert (counts["entered"], counts["left"]) == (1, 1)
    assert read(work.con, "select customer_id, change, changed_on from segment.change order by all") == parse(
        """
        | customer_id | change  | changed_on |
        | C1          | entered | 2026-03-01 |
        | C2          | entered | 2026-03-02 |
        | C3          | entered | 2026-03-01 |
        | C3          | left    | 2026-03-02 |
        """
    )
    assert read(work.con, "select customer_id, entered_on from segment.membership order by all") == parse(
        """
        | customer_id | entered_on |
        | C1          | 2026-03-01 |
        | C2          | 2026-03-02 |
        """
    )


def test_entering_and_leaving_on_one_day_is_neither(work):
    extract(with_segments(work, "orders > 0"))
    extract(with_segments(work, "orders > 1"))
    assert read(work.con, "select customer_id, change from segment.change") == [
        {"customer_id": "C1", "change": "entered"}
    ]


def test_a_merged_customer_stays_a_member_under_the_new_id(work):
    extract(with_segments(work, "orders > 0"))
    work.con.execute("update segment.membership set entered_on = '2026-01-01' where customer_id = 'C3'")
    work.con.execute("update identity.record_customer set customer_id = 'C1' where customer_id = 'C3'")
    work.con.execute("insert into identity.alias values ('C3', 'C1', '2026-03-01')")
    profile(work)
    counts = extract(with_segments(work, "orders > 0"))
    assert (counts["entered"], counts["left"], counts["renamed"]) == (0, 0, 1)
    assert read(work.con, "select customer_id, entered_on from segment.membership") == [
        {"customer_id": "C1", "entered_on": "2026-01-01"}
    ]


def test_everybody_leaves_a_segment_that_is_no_longer_defined(work):
    extract(work)
    assert extract(with_segments(work, "false"))["left"] == 3
    assert read(work.con, "from segment.membership") == []


def test_every_extract_is_logged_and_audited_without_a_personal_value(work):
    work = replace(work, options=Options(segments=("high_value_slipping",), actor="ann"))
    extract(work)
    assert read(
        work.con, "select segment, actor, members, extracted, withheld, file_name from segment.extract_log"
    ) == parse(
        """
        | segment             | actor | members | extracted | withheld | file_name                                |
        | high_value_slipping | ann   | 1       | 1         | 0        | extracts/high_value_slipping/2026-03-01.csv |
        """
    )  # fmt: skip
    (audit,) = read(work.con, "select actor, action, subject, detail from ops.audit")
    assert (audit["actor"], audit["action"], audit["subject"]) == ("ann", "extract", "high_value_slipping")
    assert "w@x.cn" not in audit["detail"]


def test_the_file_is_its_owners_alone(work):
    extract(work)
    file = work.config.extracts / "high_value_slipping" / "2026-03-01.csv"
    assert file.stat().st_mode & 0o077 == 0


def test_the_day_must_be_the_marts_day(work):
    with pytest.raises(StageFailed, match="guiyi profile"):
        extract(replace(work, options=Options(as_of=date(2020, 1, 1))))


def test_an_unknown_segment_is_named_with_the_nearest(work):
    with pytest.raises(SegmentError, match="did you mean high_value_slipping"):
        extract(replace(work, options=Options(segments=("high_value_sliping",))))


@pytest.mark.parametrize("where", ["orders = 'many'", "city > 5", "orders in channels"])
def test_a_condition_of_the_wrong_type_names_the_segment(work, where):
    with pytest.raises(SegmentError, match=r"\[segment.everybody\]"):
        extract(with_segments(work, where))


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+1+1", "'+1+1"),
        ("-1+1", "'-1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1+1", "'\t=1+1"),
        ("\r=1+1", "'\r=1+1"),
        ("\n=1+1", "'\n=1+1"),
        ("  =1+1", "'  =1+1"),
        ("\u3000=1+1", "'\u3000=1+1"),
        ("\u200e\x0b=1+1", "'\u200e\x0b=1+1"),
        ("\u00ad=1+1", "'\u00ad=1+1"),
        ("＝1+1", "'＝1+1"),
        ('=HYPERLINK("http://x","y")', '\'=HYPERLINK("http://x","y")'),
        ("王小明", "王小明"),
        ("O'Neil, Jr. - 2", "O'Neil, Jr. - 2"),
        ("a=b", "a=b"),
    ],
)
def test_no_cell_runs_as_a_formula(work, name, cell):
    work.con.execute("update mart.customer_360 set full_name = ? where customer_id = 'C1'", [name])
    work = with_segments(work)
    extract(work)
    assert [row["full_name"] for row in rows(work, "everybody")] == [cell]


def test_phones_are_digits_with_the_country_code(work):
    work = with_segments(work)
    extract(work)
    assert [row["phone"] for row in rows(work, "everybody")] == ["8613911112222"]
