"""What a segment's condition may and may not say."""

import pytest

from warehouse.segments.condition import confine_condition
from warehouse.segments.errors import SegmentError
from warehouse.tables import TableFile, table_files

ALLOWED = [
    ("m_score >= 4 and lifecycle_stage = 'slipping'", "m_score >= 4 AND lifecycle_stage = 'slipping'"),
    ("not (is_wechat_fan or has_store_purchase)", "NOT (is_wechat_fan OR has_store_purchase)"),
    ("city in ('上海市', '北京市') and email is not null", "city IN ('上海市', '北京市') AND NOT email IS NULL"),
    ("as_of - last_order_on between 30 and 90", "as_of - last_order_on BETWEEN 30 AND 90"),
    ("month(birth_date) = month(as_of)", "MONTH(birth_date) = MONTH(as_of)"),
    ("date_diff('day', last_order_on, as_of) > 3", "DATE_DIFF('DAY', last_order_on, as_of) > 3"),
    ("coalesce(nps_last, 0) >= 9 -- promoters 推荐者", "COALESCE(nps_last, 0) >= 9"),
    ("contains(channels, 'app') and full_name like '王%'", "CONTAINS(channels, 'app') AND full_name LIKE '王%'"),
    ("case when orders > 3 then spend > 100 else false end", "CASE WHEN orders > 3 THEN spend > 100 ELSE FALSE END"),
    ("city = 'Men''s; drop table x --'", "city = 'Men''s; drop table x --'"),
    ("city = 'a\\' or \"orders\" > 1", "city = 'a\\' OR \"orders\" > 1"),
    ("customer_360.orders > 1", "customer_360.orders > 1"),
    ("timestamp '2026-01-01' < last_seen_at", "CAST('2026-01-01' AS TIMESTAMP) < last_seen_at"),
    ("spend / orders > 100", "spend / NULLIF(orders, 0) > 100"),
    ("100 / (orders + 1) / 0 > spend / 2", "100 / NULLIF((orders + 1), 0) / NULLIF(0, 0) > spend / 2"),
    ("spend / nullif(orders, 0) > 100", "spend / NULLIF(orders, 0) > 100"),
    ("spend / 'x' > 100", "spend / NULLIF('x', 0) > 100"),
    ("spend / nullif(orders, 1) > 100", "spend / NULLIF(NULLIF(orders, 1), 0) > 100"),
    ("orders > 1 /* ) or (true */", "orders > 1"),
    (
        "customer_id in (select customer_id from mart.rfm where m_score = 5)",
        "customer_id IN (SELECT customer_id FROM mart.rfm WHERE m_score = 5 AND NOT customer_id IS NULL)",
    ),
    (
        "customer_id not in (select distinct p.customer_id from customer.purchase as p)",
        "NOT customer_id IN (SELECT DISTINCT p.customer_id FROM customer.purchase AS p WHERE NOT p.customer_id IS NULL)",
    ),
    (
        "customer_id in (select customer_id from customer.purchase where is_sale group by customer_id having count(*) > 2)",
        "customer_id IN (SELECT customer_id FROM customer.purchase WHERE is_sale AND NOT customer_id IS NULL "
        "GROUP BY customer_id HAVING COUNT(*) > 2)",
    ),
    (
        "exists (select * from customer.purchase as p where p.customer_id = customer_360.customer_id and p.is_sale)",
        "EXISTS(SELECT 1 FROM customer.purchase AS p WHERE p.customer_id = customer_360.customer_id AND p.is_sale)",
    ),
    (
        "customer_id in (select customer_id from customer.purchase where purchase_id in "
        "(select purchase_id from customer.purchase_line where product = '茶'))",
        "customer_id IN (SELECT customer_id FROM customer.purchase WHERE purchase_id IN (SELECT purchase_id FROM "
        "customer.purchase_line WHERE product = '茶' AND NOT purchase_id IS NULL) AND NOT customer_id IS NULL)",
    ),
    (
        "customer_id in (select customer_id from customer.purchase as p where exists (select 1 from "
        "customer.purchase_line as l where l.purchase_id = p.purchase_id and l.amount > 5))",
        "customer_id IN (SELECT customer_id FROM customer.purchase AS p WHERE EXISTS(SELECT 1 FROM "
        "customer.purchase_line AS l WHERE l.purchase_id = p.purchase_id AND l.amount > 5) AND NOT customer_id IS NULL)",
    ),
    (
        "exists (select 1 from mart.customer_360 as other where other.customer_id = customer_360.customer_id)",
        "EXISTS(SELECT 1 FROM mart.customer_360 AS other WHERE other.customer_id = customer_360.customer_id)",
    ),
]  # fmt: skip

ONE_OF = "customer_id in (select customer_id from {})"
REFUSED = {
    "misspelt column": ("odrers > 3", "no column odrers: did you mean orders"),
    "column of another table": ("raw_value = 'x'", "no column raw_value"),
    "column with a table": ("customer.email = 'x'", "without a table"),
    "column with a catalog": ("a.b.c.d = 1", "by table and column at most"),
    "star": ("*", "may not use star"),
    "every column": ("columns('.*') is null", "may not use columns"),
    "two statements": ("orders = 1; drop table customer.customer", "no second statement"),
    "statement in its place": ("drop table customer.customer", "leave out drop"),
    "write in its place": ("insert into customer.customer values (1)", "leave out insert"),
    "write in a bracket": ("orders = (delete from customer.customer)", "not SQL"),
    "update": ("update customer.customer set email = null", "leave out update"),
    "copy": ("copy customer.customer to 'x.csv'", "leave out copy"),
    "attach": ("attach 'x.db'", "leave out attach"),
    "pragma": ("pragma database_list", "leave out pragma"),
    "pragma as a table": (ONE_OF.format("pragma_database_list()"), "may not use pragma_database_list"),
    "bracket closed early": ("orders = 1) or (orders = 2", "must be one expression"),
    "union": ("orders = 1) union select (1", "must be one expression"),
    "further clause": ("orders = 1 order by spend", "not SQL: it cannot be read near order by"),
    "nothing": ("  ", "must be one expression"),
    "a comment alone": ("-- all", "must be one expression"),
    "a comment never closed": ("orders = 1 /* ", "not SQL: a quote or a comment in it is never closed"),
    "a comment that closes the bracket": ("orders = 1 -- \n) or (true", "must be one expression"),
    "a quote never closed": ("city = 'x", "not SQL"),
    "file": ("contains(read_text('/etc/passwd'), 'root')", "may not use read_text"),
    "file as a table": ("customer_id in (from read_csv('x.csv'))", "may not use read_csv"),
    "file by its name": (ONE_OF.format("'x.csv'"), "may not read x.csv"),
    "file by its quoted name": (ONE_OF.format('"x.parquet"'), "may not read x.parquet"),
    "file behind a list": ("orders in (select unnest(read_blob('/etc/passwd')))", "may not use"),
    "environment": ("getenv('HOME') = 'x'", "may not use getenv"),
    "setting": ("current_setting('temp_directory') = 'x'", "may not use current_setting"),
    "network": (ONE_OF.format("'https://x.example/a.csv'"), "may not read https://x.example/a.csv"),
    "clock": ("last_order_on > current_date - 30", "may not use current_date; the day the marts look back from is the column as_of"),
    "now": ("last_seen_at > now()", "is the column as_of"),
    "today": ("last_order_on > today() - 30", "is the column as_of"),
    "chance": ("random() < 0.5", "may not use rand"),
    "misspelt function": ("lowr(city) = 'x'", "may not use lowr; did you mean lower?"),
    "a function of values": ("hash(email) = 1", "may not use hash"),
    "regular expression": ("regexp_matches(email, 'x')", "may not use regexp"),
    "lambda": ("len(list_filter([1], x -> x > 0)) > 0", "may not use"),
    "aggregate": ("count(*) > 1", "aggregates stand after `having`"),
    "aggregate of a column": ("spend > avg(spend)", "aggregates stand after `having`"),
    "window": ("row_number() over () < 10", "may not use window functions"),
    "aggregate as a window": ("sum(spend) over (partition by city) > 10", "may not use window functions"),
    "window in a sub-query": (ONE_OF.format("mart.rfm where rank() over (order by m_score) = 1"), "window functions"),
    "qualify": (ONE_OF.format("mart.rfm qualify row_number() over () = 1"), "window functions"),
    "parameter": ("orders > $orders", "may not contain parameters"),
    "question mark": ("orders > ?", "may not contain parameters"),
    "half a condition": ("orders >", "not SQL: it is not complete: something is missing at its end"),
    "half in the middle": ("orders > 1 and\n and spend > 1", "not SQL: it cannot be read near and in line 2"),
    "a list of nothing": ("orders in ()", "after `in` there is no value"),
    "plain text in double quotes": ('city = "Shanghai"', "text goes in single quotes: 'Shanghai'"),
    # Sub-queries.
    "a value of a sub-query": ("orders > (select 1)", "may stand in two places"),
    "a maximum of a sub-query": ("spend = (select max(spend) from mart.customer_360)", "may not use max here"),
    "any": ("spend > any (select spend from mart.customer_360)", "may not use any"),
    "sub-query among values": ("customer_id in ('C1', (select customer_id from identity.alias))", "may stand in two places"),
    "sub-query of an argument": ("coalesce(city, (select value from identity.model)) = 'x'", "may stand in two places"),
    "value after having": (ONE_OF.format("mart.rfm group by customer_id having count(*) > (select 1)"), "may stand in two places"),
    "distinct on": ("customer_id in (select distinct on (customer_id) customer_id from mart.rfm)", "may not"),
    "unknown type": ("orders::customer.customer is null", "may not cast to customer.customer"),
    "escape string": ("city = E'\\x41'", "may not use"),
    "dollar quotes": ("city = $$x$$", "may not use"),
    "unknown table": (ONE_OF.format("mart.rfmm"), "may not read mart.rfmm: did you mean mart.rfm"),
    "table without its schema": (ONE_OF.format("purchase"), "did you mean customer.purchase"),
    "table of another schema": (ONE_OF.format("identity.alias"), "may not read identity.alias"),
    "raw values": (ONE_OF.format("standard.record"), "may not read standard.record"),
    "the catalog": (ONE_OF.format("information_schema.tables"), "may not read information_schema.tables"),
    "DuckDB's own functions": (ONE_OF.format("duckdb_settings()"), "may not use duckdb_settings"),
    "another database": (ONE_OF.format("other.mart.rfm"), "alone, as schema.table"),
    "unknown column of a sub-query": (ONE_OF.format("mart.rfm where m_scor = 5"), "mart.rfm has no column m_scor: did you mean m_score"),
    "column of the table around it": (ONE_OF.format("mart.rfm where orders = 5"), "mart.rfm has no column orders"),
    "table that is not in sight": (ONE_OF.format("mart.rfm where lifecycle.stage = 'x'"), "lifecycle is no table of this sub-query"),
    "cross join": (ONE_OF.format("mart.rfm cross join mart.lifecycle"), "cross join"),
    "comma join": (ONE_OF.format("mart.rfm, mart.lifecycle"), "cross join"),
    "join": (ONE_OF.format("mart.rfm join mart.lifecycle using (customer_id)"), "nest another sub-query"),
    "lateral": (ONE_OF.format("mart.rfm, lateral (select 1)"), "cross join"),
    "sub-query as a table": (ONE_OF.format("(select * from mart.rfm)"), "one table by its name"),
    "values": ("customer_id in (values ('C1'))", "may not use"),
    "with": ("customer_id in (with a as (select 1) select customer_id from mart.rfm)", "may not"),
    "union in a sub-query": (ONE_OF.format("mart.rfm union select customer_id from mart.lifecycle"), "no union"),
    "limit": (ONE_OF.format("mart.rfm limit 1"), "may not"),
    "order": (ONE_OF.format("mart.rfm order by m_score"), "may not"),
    "sample": (ONE_OF.format("mart.rfm using sample 10"), "may not"),
    "sub-query without customer_id": ("city in (select city from customer.customer)", "must speak of persons: customer_id in"),
    "sub-query of another column": (
        "customer_id in (select product from customer.purchase_line)", "must speak of persons: customer_id in",
    ),
    "two columns": ("customer_id in (select customer_id, m_score from mart.rfm)", "selects one column"),
    "star of a sub-query": ("customer_id in (select * from mart.rfm)", "selects one column"),
    "something computed": ("customer_id in (select lower(customer_id) from mart.rfm)", "selects one column"),
    "exists of nobody": ("exists (select 1)", "one table by its name"),
    "exists of anybody": ("exists (select 1 from mart.rfm where m_score = 5)", "must be tied to the person"),
    "exists tied to itself": (
        "exists (select 1 from mart.rfm as customer_360 where customer_id = customer_360.customer_id)", "must be tied",
    ),
    "exists tied by an or": (
        "exists (select 1 from mart.rfm as r where r.customer_id = customer_360.customer_id or true)", "must be tied",
    ),
    "nested exists of anything": (
        ONE_OF.format("mart.rfm where exists (select 1 from customer.event as e where e.occurred_at > rfm.as_of)"),
        "must be tied to the query around it",
    ),
    "exists of groups": ("exists (select customer_id from mart.rfm group by customer_id)", "takes no group by"),
    "group by a number": (ONE_OF.format("mart.rfm group by 1"), "columns by their names"),
    "group by all": (ONE_OF.format("mart.rfm group by all"), "columns by their names"),
    "rollup": (ONE_OF.format("mart.rfm group by rollup (customer_id)"), "may not use rollup"),
    "nested where it counts": (
        ONE_OF.format("mart.rfm where customer_id in (select customer_id from identity.alias)"), "may not read identity.alias",
    ),
    # What only looks like SQL, and what no person writes.
    "double quotes around text": ('city = "上海市"', "text goes in single quotes: '上海市'"),
    "curly quotes": ("city = “x”", "left double quotation mark"),
    "a Cyrillic letter": ("оrders > 1", "cyrillic small letter o"),
    "a full-width sign": ("orders ＞ 1", "fullwidth greater-than sign"),
    "a blank without width": ("orders\u200b > 1", "zero width space"),
    "a control character": ("orders > 1\x00", "control character"),
    "very long": ("orders > 1 or " * 1000 + "true", "10,000 are allowed"),
    "very deep": ("(" * 200 + "true" + ")" * 200, "nested too deeply"),
    "deeper than the parser": ("(" * 4000 + "true" + ")" * 4000, "nested too deeply"),
    "not not": ("not " * 60 + "true", "nested too deeply"),
    "sub-queries in sub-queries": (
        "customer_id in (select customer_id from mart.rfm where " * 20 + "true" + ")" * 20, "nested too deeply",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("condition", "sql"), ALLOWED, ids=[text for text, _ in ALLOWED])
def test_allowed(condition, sql):
    assert confine_condition(condition) == sql


@pytest.mark.parametrize("condition", [text for text, _ in ALLOWED])
def test_what_is_written_anew_may_be_said_again(condition):
    once = confine_condition(condition)
    assert confine_condition(once).count("SELECT") == once.count("SELECT")


@pytest.mark.parametrize(("condition", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(condition, message):
    with pytest.raises(SegmentError) as refusal:
        confine_condition(condition)
    assert message in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_table_without_persons_is_only_nested(monkeypatch):
    table = TableFile("mart", "pair", "p", "g", {"product": "", "other": ""}, "select 1")
    monkeypatch.setattr("warehouse.segments.condition.table_files", lambda: {**table_files(), "mart.pair": table})
    with pytest.raises(SegmentError, match=r"mart\.pair has no customer_id, so nest it"):
        confine_condition("customer_id in (select product from mart.pair)")
    with pytest.raises(SegmentError, match=r"mart\.pair has no column customer_id"):
        confine_condition("exists (select 1 from mart.pair where pair.customer_id = customer_360.customer_id)")
    nested = (
        "customer_id in (select customer_id from customer.purchase_line where product in (select other from mart.pair))"
    )
    assert "mart.pair" in confine_condition(nested)


def test_a_long_list_is_read():
    listed = ", ".join(f"'city {number}'" for number in range(500))
    assert confine_condition(f"city in ({listed})").endswith("'city 499')")
    assert confine_condition(" or ".join(["orders > 1"] * 600)).count("OR") == 599
