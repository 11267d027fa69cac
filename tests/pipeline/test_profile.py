from datetime import date, datetime

import pytest

from pipeline.profile import TABLES, find_latest_day, profile
from tests.pipeline.shop import open_shop
from tests.warehouse.drawn import parse, read


def test_one_row_per_person_with_everything_about_them(tmp_path):
    work = open_shop(tmp_path)
    profile(work)
    assert read(
        work.con,
        "select customer_id, full_name, city, email, age, channels, tenure_days from mart.customer_360",
    ) == parse(
        """
        | customer_id | full_name | city | email   | age | channels                          | tenure_days |
        | C1          | 王小明    | 上海市 | w@x.cn  | 35  | crm,feedback,social,store,website | 786         |
        | C2          | Ann Lee   |      | ann@x.com | 41  | store                           | 9           |
        | C3          | Bo Lee    |      | bo@x.com  |     | crm,service,store               | 1105        |
        """
    )
    assert read(
        work.con,
        """
        select customer_id, orders, spend, average_order, refunded_orders, last_order_on, events,
            stitched_events, sessions, tickets, open_tickets, nps_last, csat_average, is_wechat_fan, has_store_purchase,
            lifecycle_stage
        from mart.customer_360
        """,
    ) == parse(
        """
        | customer_id | orders | spend | average_order | refunded_orders | last_order_on | events | stitched_events | sessions | tickets | open_tickets | nps_last | csat_average | is_wechat_fan | has_store_purchase | lifecycle_stage |
        | C1 | 2 | 850.00 | 425.00 | 1 | 2025-11-01 | 2 | 1 | 2 | 0 | 0 | 9 | 4.5 | true | true | slipping |
        | C2 | 0 | 0.00 | | 0 | | 0 | 0 | 0 | 0 | 0 | | | false | false | prospect |
        | C3 | 1 | 20.00 | 20.00 | 1 | 2025-02-01 | 0 | 0 | 0 | 2 | 1 | | | false | true | lost |
        """
    )


def test_counts(tmp_path):
    counts = profile(open_shop(tmp_path))
    assert counts["customers"] == 3
    assert (counts["events"], counts["events_with_customer"], counts["events_stitched"]) == (3, 2, 1)
    assert (counts["purchases"], counts["purchases_with_customer"], counts["buyers"]) == (5, 4, 2)
    assert counts["as_of"] == "2026-03-01"


def test_a_second_run_and_another_row_order_derive_the_same(tmp_path):
    work = open_shop(tmp_path)
    profile(work)
    first = {table: read(work.con, f"from {table}") for table in TABLES}
    for table in ("standard.record", "standard.event", "standard.identifier", "identity.record_customer"):
        work.con.execute(f"create or replace table {table} as from {table} order by rowid desc")
    profile(work)
    assert {table: read(work.con, f"from {table}") for table in TABLES} == first


def test_looking_back_from_an_earlier_day_forgets_what_came_later(tmp_path):
    work = open_shop(tmp_path, as_of=date(2025, 6, 15))
    profile(work)
    assert read(
        work.con, "select orders, nps_last, lifecycle_stage from mart.customer_360 where customer_id = 'C1'"
    ) == parse(
        """
        | orders | nps_last | lifecycle_stage |
        | 1      | 3        | active          |
        """
    )  # fmt: skip


def test_a_clock_gone_wrong_does_not_make_everybody_lost(tmp_path):
    work = open_shop(tmp_path)
    work.con.execute("update standard.event set occurred_at = '2099-01-01' where event_id = 'e3'")
    work.con.execute(
        "insert into ops.batch by name select 'b1' as batch_id, 'zoho' as source, 's' as stream, 'f' as file_name, "
        "date '2026-02-27' as delivered_on, '' as content_hash, 0 as size_bytes, 0 as rows_delivered, "
        "0 as rows_loaded, 0 as rows_quarantined, 'loaded' as status, timestamp '2026-02-28' as loaded_at"
    )
    assert find_latest_day(work) == date(2026, 2, 20)


def test_an_empty_warehouse_is_profiled_too(tmp_path):
    work = open_shop(tmp_path)
    for table in ("record", "identifier", "event", "purchase", "purchase_line", "interaction", "feedback", "consent"):
        work.con.execute(f"delete from standard.{table}")
    work.con.execute("delete from identity.record_customer")
    counts = profile(work)
    assert counts["customers"] == 0
    assert counts["as_of"] == datetime(2026, 3, 2).date().isoformat()


def test_a_failure_half_way_leaves_the_tables_as_they_were(tmp_path):
    work = open_shop(tmp_path)
    profile(work)
    work.con.execute("update standard.record set full_name = 'changed' where record_id = 'r5'")
    work.con.execute("alter table standard.feedback rename to feedback_gone")
    with pytest.raises(Exception, match="feedback"):
        profile(work)
    assert read(work.con, "select full_name from customer.customer where customer_id = 'C3'") == [
        {"full_name": "Bo Lee"}
    ]
