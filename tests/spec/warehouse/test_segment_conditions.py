"""What a segment's condition may and may not say."""

import pytest

from warehouse.segment_query import SegmentError, confine_condition

ALLOWED = [
    ("m_score >= 4 and lifecycle_stage = 'slipping'", "m_score >= 4 AND lifecycle_stage = 'slipping'"),
    ("not (is_wechat_fan or has_store_purchase)", "NOT (is_wechat_fan OR has_store_purchase)"),
    ("city in ('上海市', '北京市') and email is not null", "city IN ('上海市', '北京市') AND NOT email IS NULL"),
    ("as_of - last_order_on between 30 and 90", "as_of - last_order_on BETWEEN 30 AND 90"),
    ("month(birth_date) = month(as_of)", "MONTH(birth_date) = MONTH(as_of)"),
    ("date_diff('day', last_order_on, as_of) > 3", "DATE_DIFF('DAY', last_order_on, as_of) > 3"),
    ("coalesce(nps_last, 0) >= 9 -- promoters", "COALESCE(nps_last, 0) >= 9"),
    ("contains(channels, 'app') and full_name like '王%'", "CONTAINS(channels, 'app') AND full_name LIKE '王%'"),
    ("case when orders > 3 then spend > 100 else false end", "CASE WHEN orders > 3 THEN spend > 100 ELSE FALSE END"),
    ("city = 'Men''s; drop table x --'", "city = 'Men''s; drop table x --'"),
]

REFUSED = {
    "misspelt column": ("odrers > 3", "no column odrers: did you mean orders"),
    "column of another table": ("raw_value = 'x'", "no column raw_value"),
    "column with a table": ("customer.email = 'x'", "without a table"),
    "star": ("*", "may not use star"),
    "every column": ("columns('.*') is null", "may not use columns"),
    "two statements": ("orders = 1; drop table customer.customer", "not SQL"),
    "statement in its place": ("drop table customer.customer", "not SQL"),
    "bracket closed early": ("orders = 1) or (orders = 2", "must be one expression"),
    "union": ("orders = 1) union select (1", "must be one expression"),
    "further clause": ("orders = 1 order by spend", "not SQL"),
    "nothing": ("  ", "must be one expression"),
    "subquery": ("orders > (select 1)", "may not contain a query"),
    "subquery in a list": ("customer_id in (select customer_id from identity.alias)", "may not contain a query"),
    "exists": ("exists (select 1)", "may not contain a query"),
    "file": ("contains(read_text('/etc/passwd'), 'root')", "may not use read_text"),
    "file as a table": ("customer_id in (from read_csv('x.csv'))", "may not contain a query"),
    "environment": ("getenv('HOME') = 'x'", "may not use getenv"),
    "setting": ("current_setting('temp_directory') = 'x'", "may not use current_setting"),
    "clock": ("last_order_on > current_date - 30", "may not use current_date"),
    "chance": ("random() < 0.5", "may not use rand"),
    "aggregate": ("count(*) > 1", "may not use count"),
    "window": ("row_number() over () < 10", "may not use window"),
    "parameter": ("orders > $orders", "may not contain parameters"),
    "half a condition": ("orders >", "not SQL"),
}


@pytest.mark.parametrize(("condition", "sql"), ALLOWED, ids=[text for text, _ in ALLOWED])
def test_allowed(condition, sql):
    assert confine_condition(condition) == sql


@pytest.mark.parametrize(("condition", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(condition, message):
    with pytest.raises(SegmentError) as refusal:
        confine_condition(condition)
    assert message in str(refusal.value)
