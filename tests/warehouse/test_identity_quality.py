"""mart.identity_quality and mart.source_freshness: what analysts see of how well the house is kept."""

import random
from collections import defaultdict
from datetime import date, datetime

import pytest

from pipeline.freshness import TABLE
from pipeline.oversight import read_freshness, read_review
from tests.warehouse.drawn import derive, draw, own_records, parse, read, warehouse
from warehouse.tables import derive_table

TABLES = ("customer.candidate", "mart.identity_quality")


def test_drawn_systems():
    con = warehouse()
    draw(
        con,
        "standard.record",
        """
        | record_id | source  | email | phone | gender | birth_date | updated_at |
        | r1        | zoho    | a@x   | +1    | male   | 1990-01-01 | 2026-01-01 |
        | r2        | zoho    |       |       | male   |            | 2026-01-01 |
        | r3        | shopify |       | +1    | female |            | 2026-01-01 |
        | r4        | shopify | b@x   |       |        |            | 2026-01-01 |
        """,
    )
    draw(
        con,
        "standard.identifier",
        """
        | record_id | namespace | value |
        | r1        | email     | a@x   |
        | r3        | phone     | +1    |
        | r4        | user_id   | u4    |
        """,
    )
    own_records(con, C1="r1 r2 r3", C4="r4")
    con.execute("insert into identity.departed values ('r9', 'C1', 'wecom', 's', 'r9', '2026-01-02')")
    con.execute("insert into standard.unparsed values ('zoho', 's', 'r1', 'phone', 'x', 'no number', 'b1', 1)")
    con.execute(
        "create table identity.review as select * from (values ('r1', 'r4', 'kept apart'), ('r2', 'r3', 'conflict'), "
        "('r1', 'r2', 'weak bridge')) as v (record_id_l, record_id_r, kind)"
    )
    derive(con, *TABLES)
    expected = """
        | source  | records | customers | joined_records | joined_share | shared_customers | shared_share | largest_customer | departed_records | without_identifier | with_email_share | with_phone_share | contradicting_records | doubtful_pairs | conflicting_pairs | unparsed_values |
        | shopify | 2       | 2         | 1              | 0.5          | 1                | 0.5          | 3                | 0                | 0                  | 0.5              | 0.5              | 1                     | 1              | 1                 | 0               |
        | wecom   | 0       | 0         | 0              |              | 0                |              | 0                | 1                | 0                  |                  |                  | 0                     | 0              | 0                 | 0               |
        | zoho    | 2       | 1         | 2              | 1.0          | 1                | 1.0          | 3                | 0                | 1                  | 0.5              | 0.5              | 0                     | 3              | 1                 | 1               |
    """
    columns = ", ".join(parse(expected)[0])
    assert read(con, f"select {columns} from mart.identity_quality") == parse(expected)


def test_random_records_against_a_recount():
    chance, con = random.Random(6), warehouse()
    people = defaultdict(list)
    for number in range(120):
        source = chance.choice(["zoho", "shopify", "wechat"])
        # One person of implausibly many records.
        customer = "C99" if number % 4 == 0 else f"C{chance.randrange(40):02}"
        people[customer].append(source)
        con.execute(
            "insert into identity.record_customer values (?, ?, ?, 's', ?)",
            [f"r{number}", customer, source, f"r{number}"],
        )
    derive(con, *TABLES)
    expected = {}
    for source in ("shopify", "wechat", "zoho"):
        own = [members for members in people.values() if source in members]
        expected[source] = (
            sum(members.count(source) for members in own),
            len(own),
            sum(members.count(source) for members in own if len(members) > 1),
            sum(len(set(members)) > 1 for members in own),
            max(len(members) for members in own),
            sum(members.count(source) for members in own if len(members) > 20),
        )
    found = con.execute(
        "select source, records, customers, joined_records, shared_customers, largest_customer, records_over_20 "
        "from mart.identity_quality"
    ).fetchall()
    assert {row[0]: row[1:] for row in found} == expected
    assert all(row[6] > 0 for row in found)


def test_before_resolve_and_ingest_there_is_nothing_to_tell():
    con = warehouse()
    assert (read_review(con), read_freshness(con)) == ({"review": []}, {"freshness": []})
    derive(con, *TABLES, "mart.source_freshness")
    assert read(con, "from mart.source_freshness") == []


@pytest.mark.parametrize(
    ("judged", "expected"),
    [
        ("2026-01-12 08:00:00", ("fresh", date(2026, 1, 11), 0)),
        ("2026-01-15 08:00:00", ("missing", date(2026, 1, 11), 3)),
    ],
    ids=["in time", "three days late"],
)
def test_freshness_as_the_ingest_judged_it(judged, expected):
    con = warehouse()
    for day in range(1, 12):
        con.execute(
            "insert into ops.batch by name select ? as batch_id, 'zoho' as source, 's' as stream, 'f' as file_name, "
            "?::date as delivered_on, '' as content_hash, 0 as size_bytes, 10 as rows_delivered, 10 as rows_loaded, "
            "0 as rows_quarantined, 'loaded' as status, ?::timestamp as loaded_at",
            [f"b{day}", f"2026-01-{day:02}", f"2026-01-{day:02} 20:00:00"],
        )
    moment = datetime.fromisoformat(judged)
    derive_table(con, TABLE, {"as_of": moment, "expected": [], "history": 28, "least": 5, "deviations": 5.0})
    derive(con, "mart.source_freshness")
    found = con.execute("select status, last_delivery, days_late, judged_at, rows_last from mart.source_freshness")
    assert found.fetchall() == [(*expected, moment, 10)]
