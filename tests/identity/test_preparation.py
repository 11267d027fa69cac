"""Records as the engine prepares them: numbered in the order of record_id, however they are read."""

import duckdb
import pytest

from identity.preparation import prepare_records
from identity.settings import Settings

# Enough rows that several threads read them; then a join gives them in whatever order they come.
ROWS = 250_000
VIEWS = {
    "as stored": "select * from person",
    "the other way round": "select * from person order by record_id desc",
    "joined": """
        select person.* replace (case when gone.phone is null then person.phone end as phone)
        from person left join (select record_id, any_value(phone) as phone from person where phone = '' group by all)
            as gone using (record_id)
    """,
}


@pytest.fixture(scope="module")
def con():
    with duckdb.connect(config={"threads": 4}) as con:
        con.execute(f"""
            create table person as
            select printf('%016x', range * 7919) as record_id, 'name ' || range % 1000 as full_name,
                '+1' || range as phone
            from range({ROWS})
        """)
        yield con


@pytest.mark.parametrize("query", VIEWS.values(), ids=VIEWS)
def test_numbers_follow_the_order_of_record_id(con, query):
    con.execute(f"create or replace view record as {query}")
    assert prepare_records(con, "record", Settings()) == ROWS
    found = con.execute("""
        select count(*), count(distinct rid), min(rid), max(rid),
            count(*) filter (previous > record_id)
        from (select rid, record_id, lag(record_id) over (order by rid) as previous from identity_person)
    """).fetchone()
    assert found == (ROWS, ROWS, 0, ROWS - 1, 0)
