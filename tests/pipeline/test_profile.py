from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from pipeline.profile import TABLES, find_latest_day, profile
from pipeline.stage import Options
from tests.pipeline.shop import open_shop
from tests.warehouse.drawn import parse, read, settings
from warehouse.tables import derive_table


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


def test_channels_are_those_used_up_to_the_day(tmp_path):
    work = open_shop(tmp_path, as_of=date(2025, 1, 31))
    profile(work)
    assert read(work.con, "select customer_id, channels from mart.customer_360") == parse(
        """
        | customer_id | channels         |
        | C1          | crm,social,store |
        | C2          | store            |
        | C3          | crm              |
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


def test_history_takes_in_what_changed_and_nothing_else(tmp_path):
    work = open_shop(tmp_path)
    first = profile(work)
    assert (first["history_written"], first["history_ended"]) == (3, 0)
    told = read(work.con, "from customer.customer_history")
    # Neither a second run, nor a full refresh, nor a day to look back from says anything new.
    for options in (Options(), Options(full_refresh=True), Options(as_of=date(2025, 6, 15))):
        again = profile(replace(work, options=options, now=work.now + timedelta(days=9)))
        assert (again["history_written"], again["history_ended"]) == (0, 0)
    assert read(work.con, "from customer.customer_history") == told
    deliver(work, date(2026, 3, 20))
    work.con.execute("update identity.record_customer set customer_id = 'C1' where customer_id = 'C2'")
    work.con.execute("insert into identity.alias values ('C2', 'C1', timestamp '2026-03-20')")
    later = profile(work)
    assert (later["history_written"], later["history_ended"]) == (1, 2)
    assert read(
        work.con,
        "select customer_id, valid_from, valid_to, merged_into, record_count from customer.customer_history "
        "where customer_id <> 'C3' order by 1, 2",
    ) == parse(
        """
        | customer_id | valid_from | valid_to   | merged_into | record_count |
        | C1          | 2026-03-02 | 2026-03-20 |             | 3            |
        | C1          | 2026-03-20 |            |             | 4            |
        | C2          | 2026-03-02 | 2026-03-20 | C1          | 1            |
        """
    )


def deliver(work, day):
    """A delivery of a day."""
    work.con.execute(
        "insert into ops.batch by name select 'b9' as batch_id, 'zoho' as source, 's' as stream, 'f' as file_name, "
        "$day::date as delivered_on, '' as content_hash, 0 as size_bytes, 0 as rows_delivered, 0 as rows_loaded, "
        "0 as rows_quarantined, 'loaded' as status, $day::date as loaded_at",
        {"day": day},
    )


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


def test_what_people_will_probably_do_stands_in_their_row(tmp_path):
    work = open_shop(tmp_path)
    profile(work)
    # Three people are too few for the models of value; the risk needs none.
    assert read(
        work.con, "select customer_id, probability_alive, expected_value_12m, churn_risk from mart.customer_360"
    ) == parse(
        """
        | customer_id | probability_alive | expected_value_12m | churn_risk |
        | C1          |                   |                    | low        |
        | C2          |                   |                    |            |
        | C3          |                   |                    | lost       |
        """
    )
    work.con.execute("update mart.value set probability_alive = 0.75, expected_value_12m = 12 where customer_id = 'C1'")
    derive_table(work.con, "mart.customer_360", settings().parameters(date(2026, 3, 1)))
    assert read(
        work.con, "select probability_alive, expected_value_12m from mart.customer_360 where customer_id = 'C1'"
    ) == [{"probability_alive": "0.75", "expected_value_12m": "12.00"}]
