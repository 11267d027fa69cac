"""From raw rows to standard ones: versions, patches, identifiers, orders; and that order does not matter."""

import itertools
import json

import pytest

pytestmark = pytest.mark.usefixtures("ungated")


def identify(message: str, day: int, traits: dict, user: str = "U1", anonymous: str = "a1") -> str:
    return json.dumps(
        {
            "type": "identify",
            "messageId": message,
            "userId": user,
            "anonymousId": anonymous,
            "timestamp": f"2026-03-{day:02}T08:00:00Z",
            "traits": traits,
        }
    )


def accounts(*rows: dict) -> str:
    return json.dumps({"errorCode": 0, "data": {"dataList": list(rows)}})


def test_a_patch_keeps_what_it_does_not_say(installation):
    first = identify("m1", 1, {"firstName": "Bob", "lastName": "Smith", "email": "bob@x.com", "phone": "+14155552671"})
    second = identify("m2", 2, {"email": "robert@x.com"})
    installation.deliver("website/segment/events-2026-03-02.ndjson", second)
    installation.run("ingest", "standardise")
    installation.deliver("website/segment/events-2026-03-01.ndjson", first)
    installation.run("ingest", "standardise")
    assert installation.rows("select full_name, email, phone, updated_at::varchar from standard.record") == [
        ("Bob Smith", "robert@x.com", "+14155552671", "2026-03-02 08:00:00")
    ]
    assert installation.rows("select value from standard.identifier where namespace = 'email' order by 1") == [
        ("bob@x.com",),
        ("robert@x.com",),
    ]


def test_a_snapshot_replaces_and_the_newest_by_the_sources_time_wins(installation):
    old = accounts({"_id": "1", "name": "王小明", "tel": "13812345678", "last_modified_time": 1772323200000})
    new = accounts({"_id": "1", "name": "王小明", "tel": "", "last_modified_time": 1772409600000})
    for name, content in (("accounts-2026-03-05-001.json", new), ("accounts-2026-03-06-001.json", old)):
        installation.deliver(f"crm/fxiaoke/{name}", content)
        installation.run("ingest", "standardise")
    assert installation.rows("select name_pinyin, phone from standard.record") == [("wang xiaoming", None)]


def test_an_unbound_phone_is_revoked_until_it_is_bound_again(installation):
    def event(kind: str, day: int) -> str:
        return json.dumps(
            {
                "type": kind,
                "time": 1772323200000 + day * 86400000,
                "distinct_id": "A1",
                "login_id": "A1",
                "identities": {"$identity_login_id": "A1", "$identity_mobile": "13812345678"},
                "properties": {"$name": "王小明"},
                "_track_id": day,
            }
        )

    days = {1: "profile_set", 2: "track_id_bind", 3: "track_id_unbind"}
    for day, kind in days.items():
        installation.deliver(f"app/sensors/events-2026-03-{day:02}.ndjson", event(kind, day))
    installation.run("ingest", "standardise")
    query = "select value, revoked_at is not null from standard.identifier where namespace = 'phone'"
    assert installation.rows(query) == [("+8613812345678", True)]
    installation.deliver("app/sensors/events-2026-03-09.ndjson", event("track_id_bind", 9))
    installation.run("ingest", "standardise")
    assert installation.rows(query) == [("+8613812345678", False)]


def test_an_orders_lines_are_those_of_its_newest_delivery(installation):
    header = (
        "Name,Email,Financial Status,Paid at,Total,Currency,Created at,Lineitem quantity,Lineitem name,Lineitem price\n"
    )
    first = (
        header
        + "#1,a@x.com,paid,2026-03-01 10:00:00 +0800,30.00,USD,2026-03-01 10:00:00 +0800,1,Tea,10.00\n#1,,,,,,,2,Cup,10.00\n"
    )
    second = header + "#1,a@x.com,refunded,2026-03-01 10:00:00 +0800,10.00,USD,2026-03-01 10:00:00 +0800,1,Tea,10.00\n"
    installation.deliver("store/shopify/orders-2026-03-01.csv", first)
    installation.deliver("store/shopify/orders-2026-03-02.csv", second)
    installation.run("ingest", "standardise")
    assert installation.rows("select status, amount::double, ordered_at::varchar from standard.purchase") == [
        ("refunded", 10.0, "2026-03-01 02:00:00")
    ]
    assert installation.rows("select product from standard.purchase_line") == [("Tea",)]


def test_what_cannot_be_read_is_kept_with_a_reason(installation):
    installation.deliver(
        "crm/fxiaoke/accounts-2026-03-05-001.json",
        accounts({"_id": "1", "name": "王小明", "tel": "12", "email": "not an address", "last_modified_time": "soon"}),
    )
    installation.run("ingest", "standardise")
    fields = {row[0] for row in installation.rows("select field from standard.unparsed where reason <> ''")}
    assert fields == {"phone_1", "email_1", "updated_at"}


def test_an_event_is_written_once_however_often_it_is_delivered(installation):
    line = '{"type":"track","messageId":"m1","timestamp":"2026-03-01T00:00:00Z","anonymousId":"a"}\n'
    installation.deliver("website/segment/events-2026-03-01.ndjson", line * 2)
    installation.deliver("website/segment/events-2026-03-02.ndjson", line + line.replace("m1", "m2"))
    installation.run("ingest", "standardise")
    assert installation.rows("select count(*) from standard.event") == [(2,)]


FILES = {
    "website/segment/events-2026-03-01.ndjson": identify("m1", 1, {"name": "Wang Xiaoming", "email": "w@x.com"}),
    "website/segment/events-2026-03-02.ndjson": identify("m2", 2, {"phone": "+14155552671"}, anonymous="a2"),
    "crm/fxiaoke/accounts-2026-03-01-001.json": accounts(
        {"_id": "1", "name": "王小明", "last_modified_time": 1772323200000}
    ),
    "crm/fxiaoke/accounts-2026-03-02-001.json": accounts(
        {"_id": "1", "name": "王晓明", "last_modified_time": 1772323200000}
    ),
    "social/wechat/users-2026-03-01-001.json": '{"user_info_list":[{"openid":"o1","unionid":" u1","subscribe":1}]}',
    "social/wechat/users-2026-03-08-001.json": '{"user_info_list":[{"openid":"o1","unionid":" u1","subscribe":1}]}',
}


def test_any_order_of_deliveries_ends_in_the_same_tables(make_installation):
    ends = []
    orders = [list(FILES), list(reversed(FILES)), *itertools.islice(itertools.permutations(FILES), 100, 720, 400)]
    for number, order in enumerate(orders):
        each = make_installation(f"home{number}")
        for name in order:
            each.deliver(name, FILES[name])
            each.run("ingest", "standardise")
        ends.append(
            (
                each.rows("select * from standard.record order by record_id"),
                each.rows("select * from standard.identifier order by all"),
                each.rows("select record_id, channel, status, stated_at from standard.consent order by all"),
            )
        )
    assert all(end == ends[0] for end in ends[1:])
    assert len(ends[0][0]) == 3


def test_amounts_that_cannot_be_are_set_aside_and_stop_nothing(installation):
    lines = [
        ("1001", "9999999999999999", "1"),
        ("1002", "0.01", "999999999999"),
        ("1003", "2", "5"),
        ("1004", "2", "1e30"),
    ]
    lines.append(("1005", "999999999999", "999999999999"))
    rows = "".join(f"#{i},paid,2026-03-01 08:00:00 +0000,USD,{n},thing,{price}\n" for i, n, price in lines)
    header = "Name,Financial Status,Created at,Currency,Lineitem quantity,Lineitem name,Lineitem price\n"
    installation.deliver("store/shopify/orders-2026-03-01.csv", header + rows)
    installation.run("ingest", "standardise")
    written = "select order_number, quantity::varchar, item.amount::varchar"
    joined = "from standard.purchase_line as item join standard.purchase using (purchase_id) order by 1"
    assert installation.rows(f"{written} {joined}") == [
        ("#1001", None, None),
        ("#1002", "0.010", "9999999999.99"),
        ("#1003", "2.000", "10.00"),
        ("#1004", "2.000", None),
        ("#1005", "999999999999.000", None),
    ]
    assert installation.rows("select field, reason from standard.unparsed where source_key = '#1001'") == [
        ("quantity", "larger than any amount or quantity")
    ]


def test_a_country_nobody_knows_is_kept_with_its_reason(installation):
    account = {"_id": "1", "name": "王小明", "country": "Atlantis", "last_modified_time": 1772323200000}
    installation.deliver("crm/fxiaoke/accounts-2026-03-05-001.json", accounts(account))
    installation.run("ingest", "standardise")
    assert installation.rows("select field, raw_value from standard.unparsed") == [("address", "Atlantis")]


def test_records_without_any_evidence_are_customers_of_their_own(installation):
    rows = [{"_id": number, "last_modified_time": 1772323200000} for number in ("1", "2", "3")]
    installation.deliver("crm/fxiaoke/accounts-2026-03-05-001.json", accounts(*rows))
    installation.run("ingest", "standardise", "resolve")
    assert installation.rows("select count(*), count(distinct customer_id) from identity.record_customer") == [(3, 3)]
