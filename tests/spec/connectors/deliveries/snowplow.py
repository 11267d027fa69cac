"""Snowplow: 131 columns without header or quoting (a quote is a character), an event sent twice is one and its order line
too, the same event id with other content is another, an anonymous tracker's cookie of zeros is none, a mobile tracker's
ids are in its contexts, and a line of another width is set aside."""

import json

from connectors.sources.snowplow_fields import ENRICHED

_VENDOR = "iglu:com.snowplowanalytics.snowplow"


def _line(number: int, kind: str, **fields: str) -> str:
    row = {
        **{
            "app_id": "shop",
            "platform": "web",
            "event": kind,
            "event_id": f"e{number}",
            "event_fingerprint": f"f{number}",
        },
        **{"collector_tstamp": f"2026-03-01 08:0{number}:02.500", "derived_tstamp": f"2026-03-01 08:0{number}:00.000"},
        **{"event_name": {"struct": "event"}.get(kind, kind), **fields},
    }
    return "\t".join(row.get(name, "") for name in ENRICHED)


def _contexts(*entities: tuple[str, dict]) -> str:
    data = [{"schema": f"{_VENDOR}/{schema}", "data": content} for schema, content in entities]
    return json.dumps({"schema": f"{_VENDOR}/contexts/jsonschema/1-0-0", "data": data})


_ZEROS = "00000000-0000-0000-0000-000000000000"
_COOKIES = {"domain_userid": "DC65FBE5-2A23-4F2C-8E4A-0F6E1B5A7D31", "network_userid": "n1"}
_ADDED = {
    "schema": f"{_VENDOR}/unstruct_event/jsonschema/1-0-0",
    "data": {"schema": "iglu:x.shop/add_to_cart/jsonschema/1-0-0", "data": {"sku": "T1"}},
}
_PHONE = _contexts(
    ("client_session/jsonschema/1-0-2", {"userId": "7B0E6F3C-70A5-4B7A-9C7C-0B4B1C2D3E4F", "sessionId": "s9"}),
    (
        "mobile_context/jsonschema/1-0-3",
        {
            **{"osType": "ios", "deviceModel": "iPhone14,2", "appleIdfa": _ZEROS},
            "appleIdfv": "AEBE52E7-03EE-455A-B3C4-E57283966239",
        },
    ),
)
_LINES = [
    _line(
        0,
        "page_view",
        **_COOKIES,
        domain_sessionid="s1",
        page_url='https://shop.x/?q="tea',
        page_referrer="https://search.x/",
        mkt_campaign="spring",
        user_ipaddress="1.2.3.4",
        os_family="Windows",
    ),
    _line(1, "unstruct", **_COOKIES, user_id="U1", event_name="add_to_cart", unstruct_event=json.dumps(_ADDED)),
    _line(2, "struct", **_COOKIES, user_id="U1", se_category="shop", se_action="zoom", se_label='a 6" cup'),
    _line(2, "struct", **_COOKIES, user_id="U1", se_category="shop", se_action="zoom", se_label='a 6" cup'),
    _line(2, "struct", **_COOKIES, user_id="U1", se_category="shop", se_action="unzoom", event_fingerprint="f2b"),
    _line(3, "unstruct", platform="mob", event_name="screen_view", user_id="U2", contexts=_PHONE),
    _line(4, "page_view", domain_userid=_ZEROS, network_userid=_ZEROS, user_ipaddress="1.2.3.5"),
    _line(5, "transaction", **_COOKIES, user_id="U1", tr_orderid="O1", tr_total="9.00", tr_currency="EUR"),
    *[
        _line(
            6,
            "transaction_item",
            **_COOKIES,
            ti_orderid="O1",
            ti_sku="T1",
            ti_name="Tea",
            ti_price="4.5",
            ti_quantity="2",
        )
    ]
    * 2,
    "\t".join(["shop"] * 130),
]
SETTINGS = {"issuer": "shop"}
FILES = {"website/snowplow/enriched-2026-03-18.tsv": "".join(f"{line}\n" for line in _LINES).encode()}
ROWS = {
    "record": """
        | stream | key | updated_at          |
        | users  | U1  | 2026-03-01 08:05:00 |
        | users  | U2  | 2026-03-01 08:03:00 |
    """,
    "identifier": """
        | key | namespace    | issuer | value                                | seen_first          | seen_last           |
        | U1  | anonymous_id |        | dc65fbe5-2a23-4f2c-8e4a-0f6e1b5a7d31 | 2026-03-01 08:01:00 | 2026-03-01 08:05:00 |
        | U1  | anonymous_id |        | n1                                   | 2026-03-01 08:01:00 | 2026-03-01 08:05:00 |
        | U1  | user_id      | shop   | U1                                   | 2026-03-01 08:01:00 | 2026-03-01 08:05:00 |
        | U2  | device_id    |        | 7b0e6f3c-70a5-4b7a-9c7c-0b4b1c2d3e4f | 2026-03-01 08:03:00 | 2026-03-01 08:03:00 |
        | U2  | idfv         |        | aebe52e7-03ee-455a-b3c4-e57283966239 | 2026-03-01 08:03:00 | 2026-03-01 08:03:00 |
        | U2  | user_id      | shop   | U2                                   | 2026-03-01 08:03:00 | 2026-03-01 08:03:00 |
    """,
    "purchase_line": """
        | order | line_number | sku | product | quantity | unit_price | amount |
        | O1    | 1           | T1  | Tea     | 2.000    | 4.5000     | 9.00   |
    """,
    "quarantine": """
        | file_name                                | line | reason                              |
        | website/snowplow/enriched-2026-03-18.tsv | 11   | 130 fields where the header has 131 |
    """,
    "event": """
        | occurred_at         | event_type | event_name       | key | anonymous_namespace | anonymous_id                         | session_id | url                    | referrer          | campaign | ip      | os      | device     | properties                                                           |
        | 2026-03-01 08:00:00 | page       | page_view        |     | anonymous_id        | dc65fbe5-2a23-4f2c-8e4a-0f6e1b5a7d31 | s1         | https://shop.x/?q="tea | https://search.x/ | spring   | 1.2.3.4 | Windows |            |                                                                      |
        | 2026-03-01 08:01:00 | track      | add_to_cart      | U1  | anonymous_id        | dc65fbe5-2a23-4f2c-8e4a-0f6e1b5a7d31 |            |                        |                   |          |         |         |            | {"sku":"T1"}                                                         |
        | 2026-03-01 08:02:00 | track      | unzoom           | U1  | anonymous_id        | dc65fbe5-2a23-4f2c-8e4a-0f6e1b5a7d31 |            |                        |                   |          |         |         |            | {"category":"shop","label":null,"property":null,"value":null}        |
        | 2026-03-01 08:02:00 | track      | zoom             | U1  | anonymous_id        | dc65fbe5-2a23-4f2c-8e4a-0f6e1b5a7d31 |            |                        |                   |          |         |         |            | {"category":"shop","label":"a 6\\" cup","property":null,"value":null} |
        | 2026-03-01 08:03:00 | page       | screen_view      | U2  | device_id           | 7b0e6f3c-70a5-4b7a-9c7c-0b4b1c2d3e4f | s9         |                        |                   |          |         | iOS     | iPhone14,2 |                                                                      |
        | 2026-03-01 08:04:00 | page       | page_view        |     |                     |                                      |            |                        |                   |          | 1.2.3.5 |         |            |                                                                      |
        | 2026-03-01 08:05:00 | track      | transaction      | U1  | anonymous_id        | dc65fbe5-2a23-4f2c-8e4a-0f6e1b5a7d31 |            |                        |                   |          |         |         |            |                                                                      |
        | 2026-03-01 08:06:00 | track      | transaction_item |     | anonymous_id        | dc65fbe5-2a23-4f2c-8e4a-0f6e1b5a7d31 |            |                        |                   |          |         |         |            |                                                                      |
    """,
    "purchase": """
        | order_number | key | ordered_at          | status | currency | amount | item_count |
        | O1           | U1  | 2026-03-01 08:05:00 | paid   | EUR      | 9.00   | 2          |
    """,
}
