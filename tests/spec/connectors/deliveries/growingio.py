"""GrowingIO: the account's kind is beside it (the shop's own, or a phone number), account 7 of two kinds is two accounts,
lists stay joined with ||, the day is the folder's, and an event without an id is told apart by what it says."""

import json

from tests.spec.connectors.deliveries.writing import table


def _event(key: str, minute: int, device: str, kind: str = "", account: str = "", **fields: object) -> dict:
    attributes = {name.removeprefix("attribute_"): value for name, value in fields.items() if "attribute_" in name}
    return {
        **{"event_key": key, "event_type": fields.get("event_type", "CUSTOM"), "event_time": 1772352005000},
        **{"client_time": 1772352000000 + minute * 60_000, "anonymous_id": device, "login_user_key": kind},
        **{"login_user_id": account, "session": "gs1", "domain": "shop.x", "path": fields.get("path", "")},
        **{"utm_campaign": fields.get("campaign", ""), "ip": "1.2.3.4", "os": "Android", "device_model": "V9"},
        **{"attributes": json.dumps(attributes, ensure_ascii=False), "event_id": fields.get("event_id", "")},
        **{"referrer_domain": "", "user_agent": ""},
    }


SETTINGS = {"country": "CN", "zone": "Asia/Shanghai", "issuer": "shop"}
FILES = {
    "website/growingio/2026-03-18/event/part-0001.csv": table(
        _event("page", 0, "gd1", event_type="PAGE", path="/tea", campaign="spring", event_id="ge1"),
        _event("addCart", 1, "gd1", "$basic_userId", "7", attribute_skus="T1||C1", event_id="ge2"),
        _event("addCart", 2, "gd2", "phone", "13812345678"),
        _event("addCart", 2, "gd2", "phone", "13812345678"),
        _event("addCart", 2, "gd2", "phone", "13812345678", attribute_skus="T2"),
        _event("addCart", 3, "gd3", "memberNo", "7"),
    )
}
ROWS = {
    "record": """
        | stream | key               | updated_at          |
        | users  | 7                 | 2026-03-01 08:01:00 |
        | users  | memberNo:7        | 2026-03-01 08:03:00 |
        | users  | phone:13812345678 | 2026-03-01 08:02:00 |
    """,
    "identifier": """
        | key               | namespace | issuer | value          | seen_first          | seen_last           |
        | 7                 | device_id |        | gd1            | 2026-03-01 08:01:00 | 2026-03-01 08:01:00 |
        | 7                 | user_id   | shop   | 7              | 2026-03-01 08:01:00 | 2026-03-01 08:01:00 |
        | memberNo:7        | device_id |        | gd3            | 2026-03-01 08:03:00 | 2026-03-01 08:03:00 |
        | phone:13812345678 | device_id |        | gd2            | 2026-03-01 08:02:00 | 2026-03-01 08:02:00 |
        | phone:13812345678 | phone     |        | +8613812345678 | 2026-03-01 08:02:00 | 2026-03-01 08:02:00 |
    """,
    "event": """
        | occurred_at         | event_type | event_name | key               | anonymous_namespace | anonymous_id | session_id | url        | campaign | ip      | os      | device | properties           |
        | 2026-03-01 08:00:00 | page       | page       |                   | device_id           | gd1          | gs1        | shop.x/tea | spring   | 1.2.3.4 | Android | V9     | {}                   |
        | 2026-03-01 08:01:00 | track      | addCart    | 7                 | device_id           | gd1          | gs1        | shop.x     |          | 1.2.3.4 | Android | V9     | {"skus":["T1","C1"]} |
        | 2026-03-01 08:02:00 | track      | addCart    | phone:13812345678 | device_id           | gd2          | gs1        | shop.x     |          | 1.2.3.4 | Android | V9     | {"skus":"T2"}        |
        | 2026-03-01 08:02:00 | track      | addCart    | phone:13812345678 | device_id           | gd2          | gs1        | shop.x     |          | 1.2.3.4 | Android | V9     | {}                   |
        | 2026-03-01 08:03:00 | track      | addCart    | memberNo:7        | device_id           | gd3          | gs1        | shop.x     |          | 1.2.3.4 | Android | V9     | {}                   |
    """,
}
