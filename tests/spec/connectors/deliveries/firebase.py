"""Firebase: the app's instance is a device, an advertising id of zeros is none, an in-app purchase has no transaction id,
and a user who logs in names the device's earlier events."""

from tests.spec.connectors.deliveries.writing import lines

_START = 1772352000000000  # 2026-03-01 08:00:00 UTC, in microseconds
_ZEROS = "00000000-0000-0000-0000-000000000000"
_IOS = {
    **{"category": "mobile", "mobile_model_name": "iPhone", "mobile_marketing_name": "iPhone 12"},
    **{"operating_system": "iOS", "vendor_id": "AEBE52E7-03EE-455A-B3C4-E57283966239", "advertising_id": _ZEROS},
    **{"is_limited_ad_tracking": "Yes"},
}
_ANDROID = {
    **{"category": "mobile", "mobile_brand_name": "Acme", "mobile_model_name": "V9", "operating_system": "Android"},
    "advertising_id": "cdda802e-fb9c-47ad-9866-0794d394c912",
}


def _event(name: str, minute: int, instance: str, platform: str, device: dict, **fields: object) -> dict:
    return {
        **{"event_timestamp": str(_START + minute * 60_000_000), "event_name": name, "user_pseudo_id": instance},
        **{"platform": platform, "device": device, "event_bundle_sequence_id": "5", "app_info": {"version": "2.1"}},
        **fields,
    }


def _param(key: str, kind: str, value: object) -> dict:
    return {"key": key, "value": {kind: value}}


SETTINGS = {"issuer": "shop"}
FILES = {
    "app/firebase/events_20260301.json": lines(
        _event(
            "screen_view",
            0,
            "F0E1D2",
            "IOS",
            _IOS,
            event_params=[
                _param("firebase_screen", "string_value", "Cart"),
                _param("ga_session_id", "int_value", "77"),
            ],
        ),
        _event("login", 1, "F0E1D2", "IOS", _IOS, user_id="A1"),
        _event("login", 2, "0A1B2C", "ANDROID", _ANDROID, user_id="A2"),
        _event(
            "in_app_purchase",
            3,
            "0A1B2C",
            "ANDROID",
            _ANDROID,
            user_id="A2",
            event_params=[_param("value", "double_value", 4.99), _param("currency", "string_value", "USD")],
        ),
    )
}
ROWS = {
    "record": """
        | stream | key | updated_at          |
        | users  | A1  | 2026-03-01 08:01:00 |
        | users  | A2  | 2026-03-01 08:03:00 |
    """,
    "identifier": """
        | key | namespace | issuer | value                                | seen_first          | seen_last           |
        | A1  | device_id |        | F0E1D2                               | 2026-03-01 08:01:00 | 2026-03-01 08:01:00 |
        | A1  | idfv      |        | aebe52e7-03ee-455a-b3c4-e57283966239 | 2026-03-01 08:01:00 | 2026-03-01 08:01:00 |
        | A1  | user_id   | shop   | A1                                   | 2026-03-01 08:01:00 | 2026-03-01 08:01:00 |
        | A2  | device_id |        | 0A1B2C                               | 2026-03-01 08:02:00 | 2026-03-01 08:03:00 |
        | A2  | gaid      |        | cdda802e-fb9c-47ad-9866-0794d394c912 | 2026-03-01 08:02:00 | 2026-03-01 08:03:00 |
        | A2  | user_id   | shop   | A2                                   | 2026-03-01 08:02:00 | 2026-03-01 08:03:00 |
    """,
    "event": """
        | occurred_at         | event_type | event_name      | key | anonymous_namespace | anonymous_id | session_id | url  | os      | device    | properties                                      |
        | 2026-03-01 08:00:00 | page       | screen_view     |     | device_id           | F0E1D2       | F0E1D2.77  | Cart | iOS     | iPhone 12 | {"firebase_screen":"Cart","ga_session_id":"77"} |
        | 2026-03-01 08:01:00 | track      | login           | A1  | device_id           | F0E1D2       |            |      | iOS     | iPhone 12 |                                                 |
        | 2026-03-01 08:02:00 | track      | login           | A2  | device_id           | 0A1B2C       |            |      | Android | V9        |                                                 |
        | 2026-03-01 08:03:00 | track      | in_app_purchase | A2  | device_id           | 0A1B2C       |            |      | Android | V9        | {"value":"4.99","currency":"USD"}               |
    """,
    "purchase": """
        | order_number                                  | key | ordered_at          | status | currency | amount |
        | 1772352180000000:in_app_purchase:0A1B2C:5:::: | A2  | 2026-03-01 08:03:00 | paid   | USD      | 4.99   |
    """,
}
