"""Whatever text is accepted as a condition, DuckDB itself finds no table in it but the documented ones."""

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.spec.warehouse.test_segment_conditions import ALLOWED
from warehouse.segments.condition import confine_condition, known_tables
from warehouse.segments.errors import SegmentError

WORDS = [
    "orders", "customer_id", "city", "> 1", "= 'x'", "in", "not", "and", "or", "(", ")", ",", "exists", "select", "1", "*",
    "from", "mart.rfm", "mart.rfm as r", "customer.purchase", "identity.alias", "'x.csv'", "read_csv('x.csv')",
    "where r.customer_id = customer_360.customer_id", "where true", "group by customer_id", "having count(*) > 1",
    "union", "join", "using (customer_id)", "customer_id in (select customer_id from mart.rfm", "lower(city)", ";", "--",
    "/*", "*/", "'", '"', "is null", "case when", "then", "end", "::varchar", "over ()", "$x", "values", "with x as",
]  # fmt: skip


@pytest.fixture(scope="module")
def con():
    return duckdb.connect()


def tables_of(con, sql):
    names = con.get_table_names(f"select customer_id from mart.customer_360 where ({sql})", qualified=True)
    return {name.partition(" AS ")[0] for name in names}


@pytest.mark.parametrize("condition", [text for text, _ in ALLOWED])
def test_an_allowed_condition_reads_documented_tables(con, condition):
    assert tables_of(con, confine_condition(condition)) <= set(known_tables())


@settings(max_examples=400)
@given(words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=14))
def test_no_accepted_text_reads_another_table(con, words):
    check(con, " ".join(words))


@settings(max_examples=300)
@given(data=st.data())
def test_no_change_of_an_allowed_condition_reads_another_table(con, data):
    words = data.draw(st.sampled_from([text for text, _ in ALLOWED])).split(" ")
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(words) - 1))
        words[place : place + data.draw(st.integers(0, 1))] = [data.draw(st.sampled_from(WORDS))]
    check(con, " ".join(words))


def check(con, text):
    try:
        sql = confine_condition(text)
    except SegmentError:
        return
    try:
        found = tables_of(con, sql)
    except duckdb.Error:
        # What DuckDB cannot read it cannot run.
        return
    assert found <= set(known_tables())
