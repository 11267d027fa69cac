"""Segment: identify calls are patches (each says only what it carries), alias links an earlier id, a visitor before
login has no user, an opt-in that is withdrawn."""

from tests.spec.connectors.deliveries.writing import lines


def _call(kind: str, number: int, **fields: object) -> dict:
    return {"type": kind, "messageId": f"m{number}", "timestamp": f"2026-03-01T08:0{number}:00.000Z", **fields}


SETTINGS = {"country": "US", "issuer": "shop"}
FILES = {
    "website/segment/events-2026-03-18.ndjson": lines(
        _call(
            "page",
            0,
            anonymousId="c1",
            name="Home",
            properties={"url": "https://shop.x/", "title": "Home page"},
            context={"ip": "1.2.3.4", "campaign": {"name": "spring"}},
        ),
        _call(
            "identify",
            1,
            userId="U1",
            anonymousId="c1",
            traits={
                "firstName": "Ann",
                "lastName": "Lee",
                "email": "ann@x.com",
                "phone": "+14155552671",
                "marketing_opt_in": True,
                "address": {"city": "Reno"},
            },
        ),
        _call("identify", 2, userId="U1", anonymousId="c2", traits={"email": "lee@y.com", "marketing_opt_in": False}),
        _call("alias", 3, userId="U1", previousId="old-cookie"),
        _call("track", 4, userId="U1", anonymousId="c2", event="Order Completed", properties={"value": 3}),
        _call("identify", 5, anonymousId="c3", traits={"email": "nobody@x.com"}),
    )
}
ROWS = {
    "record": """
        | stream | key | full_name | email     | phone        | city | updated_at          |
        | users  | U1  | Ann Lee   | lee@y.com | +14155552671 | Reno | 2026-03-01 08:02:00 |
    """,
    "identifier": """
        | key | namespace    | issuer | value        | seen_first          | seen_last           |
        | U1  | anonymous_id |        | c1           | 2026-03-01 08:01:00 | 2026-03-01 08:01:00 |
        | U1  | anonymous_id |        | c2           | 2026-03-01 08:02:00 | 2026-03-01 08:04:00 |
        | U1  | anonymous_id |        | old-cookie   | 2026-03-01 08:03:00 | 2026-03-01 08:03:00 |
        | U1  | email        |        | ann@x.com    | 2026-03-01 08:01:00 | 2026-03-01 08:01:00 |
        | U1  | email        |        | lee@y.com    | 2026-03-01 08:02:00 | 2026-03-01 08:02:00 |
        | U1  | phone        |        | +14155552671 | 2026-03-01 08:01:00 | 2026-03-01 08:01:00 |
        | U1  | user_id      | shop   | U1           | 2026-03-01 08:01:00 | 2026-03-01 08:04:00 |
    """,
    "event": """
        | occurred_at         | event_type | event_name      | key | anonymous_namespace | anonymous_id | url             | campaign | ip      |
        | 2026-03-01 08:00:00 | page       | Home            |     | anonymous_id        | c1           | https://shop.x/ | spring   | 1.2.3.4 |
        | 2026-03-01 08:01:00 | identify   |                 | U1  | anonymous_id        | c1           |                 |          |         |
        | 2026-03-01 08:02:00 | identify   |                 | U1  | anonymous_id        | c2           |                 |          |         |
        | 2026-03-01 08:03:00 | alias      |                 | U1  |                     |              |                 |          |         |
        | 2026-03-01 08:04:00 | track      | Order Completed | U1  | anonymous_id        | c2           |                 |          |         |
        | 2026-03-01 08:05:00 | identify   |                 |     | anonymous_id        | c3           |                 |          |         |
    """,
    "consent": """
        | key | channel | status | stated_at           |
        | U1  | email   | denied | 2026-03-01 08:02:00 |
    """,
}
