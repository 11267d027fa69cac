"""GA4: whole numbers are texts and nulls left out, a day's table comes again with late events and adds those alone, two
events of one microsecond differ by their place in the batch, a purchase page loaded again is one purchase, "(not set)" is
no order number, a session number counts per visitor, params may be missing, and a refusal of ad storage."""

from tests.spec.connectors.deliveries.writing import lines, parquet

_START = 1772352000000000  # 2026-03-01 08:00:00 UTC, in microseconds


def _params(**values: object) -> list[dict]:
    kinds = {str: "string_value", int: "int_value", float: "double_value"}
    return [
        {"key": key, "value": {kinds[type(value)]: str(value) if isinstance(value, int) else value}}
        for key, value in values.items()
    ]


def _event(name: str, minute: int, visitor: str | None, params: list[dict] | None = None, **fields: object) -> dict:
    row = {
        **{"event_date": "20260301", "event_timestamp": str(_START + minute * 60_000_000), "event_name": name},
        **{"platform": "WEB", "stream_id": "1", "event_params": params, "user_pseudo_id": visitor},
        **{"privacy_info": {"analytics_storage": "Yes", "ads_storage": "Yes", "uses_transient_token": "No"}},
        **{"batch_page_id": "7", "batch_ordering_id": "1", "batch_event_index": "1", **fields},
    }
    return {key: value for key, value in row.items() if value is not None}


_VIEW = _event(
    "page_view",
    0,
    "111.222",
    _params(ga_session_id=1772352000, page_location="https://shop.x/", page_referrer="https://search.x/"),
    collected_traffic_source={"manual_campaign_name": "spring"},
    traffic_source={"name": "first ever"},
    device={"operating_system": "Web", "category": "desktop"},
)
_CLICKS = [
    _event("click", 1, "111.222", _params(ga_session_id=1772352000), batch_event_index=str(index)) for index in (1, 2)
]
_LOGIN = _event(
    "login",
    2,
    "111.222",
    user_id="U1",
    user_first_touch_timestamp=str(_START),
    privacy_info={"analytics_storage": "Yes", "ads_storage": "No"},
)
_ITEMS = [
    {"item_id": "T1", "item_name": "Tea", "item_category": "drinks", "price": 2.5, "quantity": "2", "item_revenue": 5},
    {"item_id": "C1", "item_name": "Cup", "price": 4, "quantity": "1"},
]
_BUYING = {
    "user_id": "U1",
    "ecommerce": {
        "transaction_id": "T-100",
        "purchase_revenue": 9.0,
        "total_item_quantity": "3",
        "shipping_value": 1.5,
    },
    "items": _ITEMS,
}
_BOUGHT = [
    _event("purchase", minute, "111.222", _params(currency="eur", value=9.5, transaction_id="T-100"), **_BUYING)
    for minute in (3, 4)
]
_UNNUMBERED = _event(
    "purchase",
    5,
    "333.444",
    _params(currency="USD", value=7, transaction_id="(not set)"),
    ecommerce={"transaction_id": "(not set)"},
)
# Analytics storage refused: no visitor, and nothing but the parameters tells two of them apart.
_COOKIELESS = [_event("page_view", 6, None, _params(page_location=f"https://shop.x/{page}")) for page in "ab"]
_LATE = _event("scroll", 7, "111.222", _params(engagement_time_msec=1200, percent_scrolled=90))
_OF_PARQUET = {
    **{"event_timestamp": _START + 8 * 60_000_000, "event_name": "page_view", "user_pseudo_id": "555.666"},
    **{"platform": "WEB", "batch_page_id": 8, "batch_ordering_id": 1, "batch_event_index": 1},
}
# Parquet has numbers as numbers, and structs and lists of structs as such.
_BOUGHT_OF_PARQUET = {
    **{"event_timestamp": _START + 9 * 60_000_000, "event_name": "purchase", "user_pseudo_id": "555.666"},
    **{"platform": "WEB", "batch_page_id": 8, "batch_ordering_id": 1, "batch_event_index": 2},
    "event_params": [
        {"key": "currency", "value": {"string_value": "USD", "int_value": None}},
        {"key": "ga_session_id", "value": {"string_value": None, "int_value": 1772352000}},
    ],
    "ecommerce": {"transaction_id": "T-200", "purchase_revenue": 12.5, "total_item_quantity": 5},
    "items": [{"item_id": "T1", "item_name": 'Tea, "green"', "price": 2.5, "quantity": 5}],
    "device": {"operating_system": "Web", "mobile_model_name": None},
}
_DAY = [_VIEW, *_CLICKS, _LOGIN, *_BOUGHT, _UNNUMBERED, *_COOKIELESS]
SETTINGS = {"issuer": "shop"}
FILES = {
    "website/ga4/events_20260301.json": lines(*_DAY),
    "website/ga4/events_20260301_delivered_20260303.json": lines(*_DAY, _LATE),
    "website/ga4/events_20260302.parquet": parquet(
        {**dict.fromkeys(_BOUGHT_OF_PARQUET), **_OF_PARQUET}, _BOUGHT_OF_PARQUET
    ),
}
ROWS = {
    "record": """
        | stream | key | updated_at          |
        | users  | U1  | 2026-03-01 08:04:00 |
    """,
    "identifier": """
        | key | namespace    | issuer | value   | seen_first          | seen_last           |
        | U1  | anonymous_id |        | 111.222 | 2026-03-01 08:02:00 | 2026-03-01 08:04:00 |
        | U1  | user_id      | shop   | U1      | 2026-03-01 08:02:00 | 2026-03-01 08:04:00 |
    """,
    "purchase_line": """
        | order | line_number | sku | product | category | quantity | unit_price | amount |
        | T-100 | 1           | T1  | Tea     | drinks   | 2.000    | 2.5000     | 5.00   |
        | T-100 | 2           | C1  | Cup     |          | 1.000    | 4.0000     | 4.00   |
        | T-200 | 1           | T1  | Tea, "green" |     | 5.000    | 2.5000     | 12.50  |
    """,
    "event": """
        | stream         | occurred_at         | event_type | event_name | key | anonymous_namespace | anonymous_id | session_id         | url              | referrer          | campaign | os  | properties                                                                                           |
        | events         | 2026-03-01 08:00:00 | page       | page_view  |     | anonymous_id        | 111.222      | 111.222.1772352000 | https://shop.x/  | https://search.x/ | spring   | Web | {"ga_session_id":"1772352000","page_location":"https://shop.x/","page_referrer":"https://search.x/"} |
        | events         | 2026-03-01 08:01:00 | track      | click      |     | anonymous_id        | 111.222      | 111.222.1772352000 |                  |                   |          |     | {"ga_session_id":"1772352000"}                                                                       |
        | events         | 2026-03-01 08:01:00 | track      | click      |     | anonymous_id        | 111.222      | 111.222.1772352000 |                  |                   |          |     | {"ga_session_id":"1772352000"}                                                                       |
        | events         | 2026-03-01 08:02:00 | track      | login      | U1  | anonymous_id        | 111.222      |                    |                  |                   |          |     |                                                                                                      |
        | events         | 2026-03-01 08:03:00 | track      | purchase   | U1  | anonymous_id        | 111.222      |                    |                  |                   |          |     | {"currency":"eur","value":"9.5","transaction_id":"T-100"}                                            |
        | events         | 2026-03-01 08:04:00 | track      | purchase   | U1  | anonymous_id        | 111.222      |                    |                  |                   |          |     | {"currency":"eur","value":"9.5","transaction_id":"T-100"}                                            |
        | events         | 2026-03-01 08:05:00 | track      | purchase   |     | anonymous_id        | 333.444      |                    |                  |                   |          |     | {"currency":"USD","value":"7","transaction_id":"(not set)"}                                          |
        | events         | 2026-03-01 08:06:00 | page       | page_view  |     |                     |              |                    | https://shop.x/a |                   |          |     | {"page_location":"https://shop.x/a"}                                                                 |
        | events         | 2026-03-01 08:06:00 | page       | page_view  |     |                     |              |                    | https://shop.x/b |                   |          |     | {"page_location":"https://shop.x/b"}                                                                 |
        | events         | 2026-03-01 08:07:00 | track      | scroll     |     | anonymous_id        | 111.222      |                    |                  |                   |          |     | {"engagement_time_msec":"1200","percent_scrolled":"90"}                                              |
        | events         | 2026-03-01 08:08:00 | page       | page_view  |     | anonymous_id        | 555.666      |                    |                  |                   |          |     |                                                                                                      |
        | events         | 2026-03-01 08:09:00 | track      | purchase   |     | anonymous_id        | 555.666      | 555.666.1772352000 |                  |                   |          | Web | {"currency":"USD","ga_session_id":"1772352000"}                                                      |
    """,
    "purchase": """
        | order_number                              | key | ordered_at          | status | currency | amount | shipping | item_count |
        | 1772352300000000:purchase:333.444::7:1:1: |     | 2026-03-01 08:05:00 | paid   | USD      | 7.00   |          |            |
        | T-100                                     | U1  | 2026-03-01 08:03:00 | paid   | EUR      | 9.00   | 1.50     | 3          |
        | T-200                                     |     | 2026-03-01 08:09:00 | paid   | USD      | 12.50  |          | 5          |
    """,
    "consent": """
        | key | channel | purpose | status | stated_at           |
        | U1  | any     | sharing | denied | 2026-03-01 08:02:00 |
    """,
}
