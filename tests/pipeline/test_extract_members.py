"""Who is in a file and who is held out or withheld, when a file is due, and what a condition meets in a row."""

import pytest

from pipeline.extract import count_segment, extract
from tests.pipeline.extracts import asked, on_day, rows, with_segment
from tests.pipeline.extracts import work as work
from tests.warehouse.drawn import parse, read
from warehouse.segments.errors import SegmentError


def test_whoever_asks_is_logged_though_the_file_is_the_same(work):
    work = with_segment(work)
    extract(work)
    counts = extract(asked(work, reason="again"))
    assert (counts["files"], counts["files_written"]) == (1, 0)
    assert read(work.con, "select actor, reason from segment.extract_log order by reason nulls first") == parse(
        """
        | actor    | reason |
        | pipeline |        |
        | ann      | again  |
        """
    )


CADENCES = {
    # cadence: days after the first file → whether another one is written
    "daily": {0: False, 1: True, 6: True, 7: True, 31: True},
    "weekly": {0: False, 1: False, 6: False, 7: True, 31: True},
    "monthly": {0: False, 1: False, 7: False, 30: False, 31: True},
}


@pytest.mark.parametrize(("cadence", "days"), [(cadence, days) for cadence, each in CADENCES.items() for days in each])
def test_a_file_is_written_when_it_is_due(work, cadence, days):
    first = with_segment(work, cadence=cadence)
    assert extract(first)["files_written"] == 1
    later = with_segment(on_day(work, days), cadence=cadence)
    assert bool(extract(later)["files_written"]) is CADENCES[cadence][days]


def test_on_request_only_who_asks_gets_a_file(work):
    work = with_segment(work, cadence="on request")
    counts = extract(work)
    assert (counts["members"], counts["entered"], counts["files"]) == (3, 3, 0)
    assert extract(asked(work))["files_written"] == 1
    assert extract(work)["files"] == 0


@pytest.fixture
def crowd(work):
    """A thousand people more, all of whom agreed."""
    work.con.execute("""
        insert into mart.customer_360 by name
        select person.* replace ('X' || i as customer_id, 'x' || i || '@x.cn' as email)
        from mart.customer_360 as person, range(1000) as t (i) where customer_id = 'C1'
    """)
    work.con.execute("""
        insert into customer.permission by name
        select person.* replace ('X' || i as customer_id)
        from customer.permission as person, range(1000) as t (i) where customer_id = 'C1'
    """)
    return work


def test_a_share_is_held_out_and_counted(crowd):
    crowd = with_segment(crowd, holdout=0.2)
    extract(crowd)
    count = count_segment(crowd.con, crowd.config, "everybody")
    assert 150 < count.holdout < 250
    assert (count.members, count.consented) == (1003, 1001 - count.holdout)
    extracted = {row["customer_id"] for row in rows(crowd, "2026-03-01.csv", "utf-8-sig")}
    held = {row["customer_id"] for row in read(crowd.con, "from segment.membership where is_holdout")}
    assert not extracted & held
    assert len(extracted) == count.consented
    assert read(crowd.con, "select holdout from segment.extract_log") == [{"holdout": str(count.holdout)}]


def test_the_holdout_is_the_same_on_every_run_and_grows_with_its_share(crowd):
    def held(share):
        extract(with_segment(crowd, holdout=share))
        return {row["customer_id"] for row in read(crowd.con, "from segment.membership where is_holdout")}

    small, large = held(0.1), held(0.3)
    assert small < large
    assert held(0.1) == small
    assert held(0) == set()


def test_a_merge_keeps_whoever_was_first_in_or_out_of_the_holdout(crowd):
    work = with_segment(crowd, holdout=0.5)
    extract(work)
    of_c1 = read_holdout(work, "C1")["C1"]
    old, held = next(item for item in read_holdout(work, "X").items() if item[1] != of_c1)
    work.con.execute("update segment.membership set entered_on = '2026-01-01' where customer_id = ?", [old])
    work.con.execute("insert into identity.alias values (?, 'C1', '2026-03-01')", [old])
    work.con.execute("delete from mart.customer_360 where customer_id = ?", [old])
    extract(work)
    assert read_holdout(work, "C1") == {"C1": held}
    assert read(work.con, "select entered_on, drawn_by from segment.membership where customer_id = 'C1'") == [
        {"entered_on": "2026-01-01", "drawn_by": old}
    ]
    extract(work)
    assert read_holdout(work, "C1") == {"C1": held}


def read_holdout(work, start):
    found = read(work.con, f"from segment.membership where starts_with(customer_id, '{start}') order by customer_id")
    return {row["customer_id"]: row["is_holdout"] for row in found}


def test_leaving_and_coming_back_on_one_day_is_neither(work):
    extract(with_segment(work))
    extract(with_segment(on_day(work, 1), where="orders < 2"))
    extract(with_segment(on_day(work, 1)))
    assert read(work.con, "select distinct changed_on, change from segment.change") == [
        {"changed_on": "2026-03-01", "change": "entered"}
    ]
    assert {row["entered_on"] for row in read(work.con, "from segment.membership")} == {"2026-03-01"}


def test_a_segment_of_nobody_who_agreed_is_not_extracted(work):
    work = with_segment(work, channel="wechat", purpose="sharing", columns=["customer_id", "wechat_openid"])
    for delta in (False, True):
        with pytest.raises(SegmentError, match="nobody has granted sharing by wechat, so none of its 3 members"):
            extract(asked(work, delta=delta))
    assert extract(work)["consented"] == 0
    assert rows(work, "2026-03-01.csv", "utf-8-sig") == []


@pytest.mark.parametrize(
    ("reason", "counted"), [("suppressed", "suppressed"), ("minor", "minors"), ("consent", "without_consent")]
)
def test_why_somebody_is_withheld_is_what_the_permission_says(work, reason, counted):
    work.con.execute("update customer.permission set status = 'denied', reason = ? where customer_id = 'C1'", [reason])
    work = with_segment(work, where="customer_id = 'C1'", holdout=0.5)
    count = count_segment(work.con, work.config, "everybody")
    assert (count.members, count.consented, count.withheld, getattr(count, counted)) == (1, 0, 1, 1)
    extract(work)
    assert rows(work, "2026-03-01.csv", "utf-8-sig") == []


def test_a_permission_of_before_it_gave_reasons_is_read(work):
    work.con.execute("alter table customer.permission drop column reason")
    assert count_segment(work.con, with_segment(work).config, "everybody").without_consent == 2


def test_conditions_reach_other_tables(work):
    where = "customer_id in (select customer_id from customer.purchase where is_sale group by customer_id having count(*) > 1)"
    assert count_segment(work.con, with_segment(work, where=where).config, "everybody").members == 1
    where = "exists (select 1 from customer.feedback as f where f.customer_id = customer_360.customer_id and f.nps > 8)"
    assert count_segment(work.con, with_segment(work, where=where).config, "everybody").members == 1
    where = "customer_id not in (select customer_id from customer.purchase)"
    assert count_segment(work.con, with_segment(work, where=where).config, "everybody").members == 1


@pytest.mark.parametrize(
    "name", ["王小明", "O'Brien", 'the "x"', "two\nlines", "to DATE when casting from source column city"]
)
@pytest.mark.parametrize(
    "kind", ["integer", "date", "time", "timestamp", "decimal(5, 2)", "boolean", "interval", "double"]
)
def test_a_value_that_cannot_be_read_is_not_quoted(work, name, kind):
    work.con.execute("update mart.customer_360 set full_name = ?", [name])
    work = with_segment(work, where=f"full_name::{kind} is null")
    with pytest.raises(SegmentError) as refusal:
        count_segment(work.con, work.config, "everybody")
    assert str(refusal.value) == (
        "[segment.everybody] where: a value of full_name cannot be converted to the type that is asked for; "
        "try_cast leaves it empty instead"
    )


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("last_order_on > 'yesterday'", "'yesterday' is not the day, number or unit that is asked for there"),
        ("birth_date = '2000-02-30'", "'2000-02-30' is not the day"),
        ("date_diff('fortnight', birth_date, as_of) > 3", "'FORTNIGHT' is not the day"),
        ("spend * spend * spend * spend * spend * spend * spend > 1", "becomes greater than its type can hold"),
        ("orders * 9223372036854775807 > 1", "becomes greater than its type can hold"),
        ("as_of", "Unimplemented type for cast (DATE -> BOOLEAN)"),
    ],
)
def test_what_fails_on_a_row_is_told_without_it(work, where, said):
    with pytest.raises(SegmentError) as refusal:
        count_segment(work.con, with_segment(work, where=where).config, "everybody")
    assert said in str(refusal.value)
    assert "850" not in str(refusal.value)


def test_what_is_divided_by_nothing_is_nobodys(work):
    assert count_segment(work.con, with_segment(work, where="spend / orders > 100").config, "everybody").members == 1
    assert (
        count_segment(work.con, with_segment(work, where="not spend / orders > 100").config, "everybody").members == 1
    )
