"""What two streams of a source tell about one order, ticket, answer or event is told once, in whatever order they come.

Each case: the files of a source, each of another stream, and the rows that must come of all of them together.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from pipeline.config import SourceConfig
from tests.spec.connectors.deliveries.writing import lines, page, parquet, table
from tests.spec.connectors.installation import VIEWS

pytestmark = pytest.mark.usefixtures("ungated")


@dataclass(frozen=True)
class Case:
    """A source, its files, and per table the columns looked at with the rows expected."""

    source: str
    files: dict[str, bytes]
    rows: dict[str, tuple[str, list[tuple]]]
    settings: dict = field(default_factory=dict)


ORDER = {
    "id": 4501,
    "name": "#1001",
    "currency": "USD",
    "financial_status": "paid",
    "created_at": "2026-03-01T02:00:00Z",
}
SHOPIFY = {
    "export": {
        "store/shopify/orders-2026-03-02.csv": table(
            {
                **{"Name": "#1001", "Financial Status": "paid", "Total": "31.00", "Currency": "USD", "Id": "'4501"},
                **{"Created at": "2026-03-01 10:00:00 +0800", "Billing Name": "Ann Lee"},
                **{"Lineitem name": "Tea", "Lineitem quantity": "2", "Lineitem price": "13.00"},
            },
            {"Name": "#1001", "Lineitem name": "Cup", "Lineitem quantity": "1", "Lineitem price": "5.00"},
        )
    },
    "API": {
        "api/shopify/orders_api/20260303-000001.ndjson": lines(
            {
                **ORDER,
                **{"financial_status": "refunded", "total_price": "26.00", "updated_at": "2026-03-03T02:00:00Z"},
                "line_items": [{"name": "Tea", "quantity": 2, "price": "13.00"}],
            }
        )
    },
    "table": {
        "store/shopify/tables/order-2026-03-04.csv": table(
            {
                **{"id": "4501", "name": "#1001", "currency": "USD", "total_price": "27.00", "test": "FALSE"},
                **{"financial_status": "refunded", "created_at": "2026-03-01 02:00:00"},
                **{"updated_at": "2026-03-04 02:00:00"},
            }
        )
    },
    "lines": {
        "store/shopify/tables/order_line-2026-03-04.csv": table(
            {"id": "70", "order_id": "4501", "name": "Tea", "quantity": "1", "_fivetran_synced": "2026-03-02 00:00:00"},
            {"id": "71", "order_id": "4501", "name": "Pot", "quantity": "1", "_fivetran_synced": "2026-03-02 00:00:00"},
        )
    },
    "later lines": {
        # Only what changed: the first line's number, and the second line is gone.
        "store/shopify/tables/order_line-2026-03-05.csv": table(
            {"id": "70", "order_id": "4501", "name": "Tea", "quantity": "3", "_fivetran_synced": "2026-03-05 00:00:00"},
            {"id": "71", "order_id": "4501", "_fivetran_deleted": "TRUE", "_fivetran_synced": "2026-03-05 00:00:00"},
        )
    },
}


def shopify(names: list[str], purchase: tuple, told: list[tuple]) -> Case:
    return Case(
        "shopify",
        {name: content for each in names for name, content in SHOPIFY[each].items()},
        {
            "purchase": ("stream, order_number, status, amount", [("orders", "#1001", *purchase)]),
            "purchase_line": ("line_number, product, quantity", told),
        },
    )


def deal(**properties: str) -> dict:
    contacts = {"contacts": {"results": [{"id": "503", "type": "deal_to_contact"}]}}
    return {"id": "801", "properties": properties, "associations": contacts, "updatedAt": "2026-03-02T00:00:00Z"}


def ticket(**fields: object) -> dict:
    return {"id": 51, "requester_id": 9001, "created_at": "2026-03-01T09:00:00Z", **fields}


def youzan(status: str, changed: str) -> dict:
    return {
        "full_order_info": {
            "order_info": {"tid": "E1", "status": status, "created": "2026-03-01 10:00:00", "update_time": changed},
            "buyer_info": {"yz_open_id": "yCK"},
            "pay_info": {"payment": "88.50"},
            "orders": [{"title": "茶", "num": 1, "payment": "88.50"}],
        }
    }


HIT = {"event_name": "purchase", "user_pseudo_id": "1.2", "platform": "WEB", "user_id": "U1"}
PLACE = {"batch_page_id": 7, "batch_ordering_id": 1, "batch_event_index": 1}
BOUGHT = {"transaction_id": "T-1", "purchase_revenue": 9.0}
FOLLOWER = {"openid": "o1", "subscribe": 1, "subscribe_time": 1772352000, "nickname": "小明"}
SURVEYS = {
    name: {
        "files": f"club/{name}-*.csv",
        "format": "csv",
        "feedback": {"key": "id", "answered_at": "day", "nps": "nps", "own_stream": "answers", **more},
    }
    for name, more in {"answers": {"record": "member", "stream": "members"}, "exported": {}}.items()
}
BASKETS = {
    "orders": {
        "files": "club/orders-*.csv",
        "format": "csv",
        "purchase": {"key": "id", "ordered_at": "day", "amount": "amount"},
    },
    "items": {
        "files": "club/items-*.csv",
        "format": "csv",
        "purchase_line": {"purchase": "basket", "stream": "orders", "product": "what", "quantity": "pieces"},
    },
}
CASES = {
    "an order of an export and of the API": shopify(
        ["export", "API"], ("refunded", "26.00"), [("1", "Tea", "2.000")]
    ),
    "an order of an export and of a table without lines keeps the export's lines": shopify(
        ["export", "table"], ("refunded", "27.00"), [("1", "Tea", "2.000"), ("2", "Cup", "1.000")]
    ),
    "lines of a table of their own": shopify(
        ["table", "lines", "later lines"], ("refunded", "27.00"), [("1", "Tea", "3.000")]
    ),
    "lines of their own count rather than those told with the order": shopify(
        ["API", "lines", "table"], ("refunded", "27.00"), [("1", "Tea", "1.000"), ("2", "Pot", "1.000")]
    ),
    "a deal of the API and of a table that names no contact": Case(
        "hubspot",
        {
            "crm/hubspot/deals-2026-03-02.ndjson": lines(deal(dealstage="qualified", amount="10")),
            "crm/hubspot/tables/deal-2026-03-03.csv": table(
                {"deal_id": "801", "deal_pipeline_stage_id": "closedwon", "property_amount": "12",
                 "property_hs_lastmodifieddate": "2026-03-03 00:00:00"}
            ),
            "crm/hubspot/contacts-2026-03-02.ndjson": lines({"id": "503", "properties": {"firstname": "Bob"}}),
        },
        {"purchase": ("order_number, status, amount, key", [("801", "paid", "12.00", "503")])},
    ),
    "a ticket of files and of the API": Case(
        "zendesk",
        {
            "service/zendesk/tickets-2026-03-18.json": page(
                {"tickets": [ticket(status="open", updated_at="2026-03-02T09:00:00Z")]}
            ),
            "api/zendesk/tickets_api/20260303-000001.ndjson": lines(
                ticket(status="solved", updated_at="2026-03-03T09:00:00Z", generated_timestamp=1772528400)
            ),
        },
        {"interaction": ("stream, status", [("tickets", "solved")])},
    ),
    "an order of pages and of pushes": Case(
        "youzan",
        {
            "store/youzan/trades-2026-03-02.json": page(
                {"data": {"full_order_info_list": [youzan("TRADE_SUCCESS", "2026-03-05 10:00:00")]}}
            ),
            "store/youzan/pushes-2026-03-01.ndjson": lines(
                {"msg": json.dumps(youzan("WAIT_BUYER_PAY", "2026-03-01 10:00:00"))}
            ),
        },
        {
            "purchase": ("order_number, status, amount", [("E1", "paid", "88.50")]),
            "purchase_line": ("product", [("茶",)]),
        },
        {"currency": "CNY"},
    ),
    "a day of NDJSON and of Parquet": Case(
        "ga4",
        {
            "website/ga4/events_20260301.json": lines(
                {**HIT, **{name: str(value) for name, value in PLACE.items()}, "event_timestamp": "1772352000000000",
                 "ecommerce": BOUGHT}
            ),
            "website/ga4/events_20260301.parquet": parquet(
                {**HIT, **PLACE, "event_timestamp": 1772352000000000, "ecommerce": BOUGHT}
            ),
        },
        {
            "event": ("stream, event_name, key", [("events", "purchase", "U1")]),
            "purchase": ("order_number, amount", [("T-1", "9.00")]),
        },
    ),
    "a follower of files and of the API": Case(
        "wechat",
        {
            "social/wechat/users-2026-03-02.json": page({"user_info_list": [FOLLOWER]}),
            "api/wechat/users_api/20260303-000001.ndjson": lines({**FOLLOWER, "pulled_at": "2026-03-03T00:00:00Z"}),
        },
        {"interaction": ("kind, key", [("subscribe", "o1")])},
    ),
    "an answer of two declared streams, of which one names the member": Case(
        "club",
        {
            "club/answers-2026-03-01.csv": b"id,day,nps,member\n1,2026-03-01,3,7\n",
            "club/exported-2026-03-02.csv": b"id,day,nps\n1,2026-03-02,9\n2,2026-03-02,8\n",
        },
        {"feedback": ("stream, nps, record_id is not null", [("answers", "8", "false"), ("answers", "9", "true")])},
        {"streams": SURVEYS},
    ),
    "lines without numbers are those of the newest delivery that has any": Case(
        "club",
        {
            "club/orders-2026-03-01.csv": b"id,day,amount\nA,2026-03-01,10\n",
            "club/items-2026-03-01.csv": b"basket,what,pieces\nA,Tea,1\nA,Cup,1\n",
            "club/items-2026-03-02.csv": b"basket,what,pieces\nA,Pot,2\n",
        },
        {"purchase_line": ("order, line_number, product", [("A", "1", "Pot")])},
        {"streams": BASKETS},
    ),
}  # fmt: skip


def orders_of_delivery(case: Case) -> list[tuple[str, ...]]:
    """As written, the other way round, and the last first: three of six when there are three files."""
    files = tuple(case.files)
    return list(dict.fromkeys([files, files[::-1], (files[-1], *files[:-1])]))


@pytest.mark.parametrize(
    ("name", "order"),
    [
        pytest.param(name, order, id=f"{name}: {' '.join(str(list(case.files).index(each)) for each in order)}")
        for name, case in CASES.items()
        for order in orders_of_delivery(case)
    ],
)
def test_told_by_two_streams_is_told_once(make_installation, name, order):
    case = CASES[name]
    connector = None if "streams" in case.settings else case.source
    source = SourceConfig(case.source, connector=connector, **case.settings)
    installation = make_installation(sources={case.source: source})
    for file in order:
        installation.deliver(file, case.files[file])
        installation.run("ingest", "standardise")
    for what, (columns, expected) in case.rows.items():
        shown = ", ".join(f"coalesce(({column})::varchar, '')" for column in columns.split(", "))
        shown = shown.replace("(order)", '("order")')
        assert sorted(installation.rows(f"select {shown} from ({VIEWS[what]})")) == expected, what


def test_all_at_once_and_again(make_installation):
    """A full refresh ends in the same lines: none is left, none is doubled."""
    case = CASES["lines of their own count rather than those told with the order"]
    installation = make_installation(sources={"shopify": SourceConfig("shopify", connector="shopify")})
    for file, content in case.files.items():
        installation.deliver(file, content)
    installation.run("ingest", "standardise")
    before = installation.rows("select * from standard.purchase_line order by all")
    installation.run("standardise", full_refresh=True)
    assert len(before) == 2
    assert installation.rows("select * from standard.purchase_line order by all") == before
    installation.run("standardise", full_refresh=True, sources=("shopify",))
    assert installation.rows("select count(*), count(distinct purchase_id) from standard.purchase") == [(1, 1)]


def test_events_of_one_minute_in_two_streams_of_different_systems_stay_two(make_installation):
    """Sharing keys is what streams ask for; without own_stream they are apart."""
    stream = {"format": "csv", "event": {"id": "id", "occurred_at": "day"}}
    streams = {name: {**stream, "files": f"{name}/*.csv"} for name in ("web", "app")}
    installation = make_installation(sources={"hits": SourceConfig("hits", streams=streams)})
    for name in streams:
        installation.deliver(f"{name}/2026-03-01.csv", f"id,day\n1,{datetime(2026, 3, 1, tzinfo=UTC):%F %T}\n")
    installation.run("ingest", "standardise")
    assert installation.rows("select stream from standard.event order by all") == [("app",), ("web",)]
