"""Sensors Analytics: track_signup ties a device to a login, a bound mobile can be unbound again, profile properties
come with `$` or without, events before login have a device alone; time is in milliseconds."""

from tests.spec.connectors.deliveries.writing import lines

_START = 1772323200000  # 2026-03-01 00:00:00 UTC


def _event(kind: str, number: int, distinct_id: str, **fields: object) -> dict:
    return {
        **{"type": kind, "time": _START + number * 60_000, "distinct_id": distinct_id, "_track_id": 500 + number},
        **fields,
    }


_MOBILE = {"$identity_login_id": "A1", "$identity_mobile": "13812345678"}
SETTINGS = {"country": "CN", "issuer": "shop"}
FILES = {
    "app/sensors/events-2026-03-18.ndjson": lines(
        _event("track", 0, "d1", anonymous_id="d1", event="$AppStart", properties={"$os": "iOS", "$model": "iPhone"}),
        _event("track_signup", 1, "A1", original_id="d1", event="$SignUp", properties={"$lib": "iOS"}),
        _event(
            "profile_set",
            2,
            "A1",
            login_id="A1",
            properties={
                "$name": "王小明",
                "phone_number": "13912345678",
                "gender": "男",
                "birthday": "1990-06-01",
                "$signup_time": "2026-03-01 00:01:00",
            },
        ),
        _event("track_id_bind", 3, "A1", identities=_MOBILE, event="$BindID"),
        _event("track_id_unbind", 4, "A1", identities=_MOBILE, event="$UnbindID"),
        _event("track_id_bind", 5, "A1", identities={"$identity_login_id": "A1", "$identity_mp_unionid": "o6_bmjABC"}),
    )
}
ROWS = {
    "record": """
        | stream | key | full_name | gender | birth_date | phone          | created_at          | updated_at          |
        | users  | A1  | 王小明     | male   | 1990-06-01 | +8613912345678 | 2026-03-01 00:01:00 | 2026-03-01 00:02:00 |
    """,
    "identifier": """
        | key | namespace      | issuer | value          | seen_last           | revoked_at          |
        | A1  | device_id      |        | d1             | 2026-03-01 00:01:00 |                     |
        | A1  | phone          |        | +8613812345678 | 2026-03-01 00:03:00 | 2026-03-01 00:04:00 |
        | A1  | phone          |        | +8613912345678 | 2026-03-01 00:02:00 |                     |
        | A1  | user_id        | shop   | A1             | 2026-03-01 00:05:00 |                     |
        | A1  | wechat_unionid | o6_bmj | o6_bmjABC      | 2026-03-01 00:05:00 |                     |
    """,
    "event": """
        | occurred_at         | event_type | event_name | key | anonymous_namespace | anonymous_id | os  | device |
        | 2026-03-01 00:00:00 | track      | $AppStart  |     | device_id           | d1           | iOS | iPhone |
        | 2026-03-01 00:01:00 | signup     | $SignUp    | A1  | device_id           | d1           |     |        |
        | 2026-03-01 00:03:00 | bind       | $BindID    | A1  |                     |              |     |        |
        | 2026-03-01 00:04:00 | unbind     | $UnbindID  | A1  |                     |              |     |        |
        | 2026-03-01 00:05:00 | bind       |            | A1  |                     |              |     |        |
    """,
}
