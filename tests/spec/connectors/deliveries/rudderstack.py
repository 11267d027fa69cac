"""RudderStack: traits of an SDK are in `context.traits`, an anonymous call has an empty userId, a call sent twice is one
event, the time is the one set right by the server, a device's id is spelled as its vendor likes; and the tables of a
warehouse, in snake case."""

import datetime

from tests.spec.connectors.deliveries.writing import lines, parquet

_IOS = {
    "os": {"name": "iOS"},
    "device": {
        **{"id": "AEBE52E7-03EE-455A-B3C4-E57283966239", "advertisingId": "00000000-0000-0000-0000-000000000000"},
        **{"model": "iPhone14,2"},
    },
}
_ANDROID = {
    "os": {"name": "Android"},
    "device": {"id": "49e4bdd1c280bc00", "advertisingId": "CDDA802E-FB9C-47AD-9866-0794D394C912", "model": "V9"},
}


def _call(kind: str, number: int, **fields: object) -> dict:
    return {
        **{"type": kind, "messageId": f"r{number}", "channel": "web", "integrations": {"All": True}},
        **{"originalTimestamp": f"2026-03-01T08:0{number}:00.000Z", "sentAt": f"2026-03-01T08:0{number}:05.000Z"},
        **{"receivedAt": f"2026-03-01T08:0{number}:06.000Z", **fields},
    }


_TRAITS = {"firstName": "Ann", "lastName": "Lee", "email": "ann@x.com", "address": {"city": "Reno"}}
SETTINGS = {"country": "US", "issuer": "shop"}
FILES = {
    "website/rudderstack/events-2026-03-18.json": lines(
        _call(
            "page",
            0,
            anonymousId="rc1",
            userId="",
            name="Home",
            properties={"url": "https://shop.x/"},
            context={"ip": "1.2.3.4", "campaign": {"name": "spring"}, "sessionId": 1697355661034},
        ),
        # The SDK's clock is an hour slow: the server set `timestamp` right.
        _call(
            "identify",
            1,
            anonymousId="rc1",
            userId="U1",
            timestamp="2026-03-01T09:01:00.000Z",
            context={"traits": {**_TRAITS, "marketing_opt_in": True}, "locale": "en-US"},
        ),
        _call("track", 2, anonymousId="rc1", userId="U1", event="Order Completed", context={"traits": _TRAITS}),
        _call("track", 2, anonymousId="rc1", userId="U1", event="Order Completed", context={"traits": _TRAITS}),
        _call("screen", 3, anonymousId="AEBE52E7-03EE-455A-B3C4-E57283966239", userId="U1", name="Cart", context=_IOS),
        _call("identify", 4, anonymousId="rc2", userId="U2", traits={"phone": "(415) 555-2671"}, context=_ANDROID),
        _call("alias", 5, userId="U2", previousId="rc0"),
        _call("track", 6, anonymousId="rc2", event="App Opened", context=_ANDROID),
    ),
    "website/rudderstack/identifies-2026-03-18.parquet": parquet(
        {
            **{"id": "w1", "user_id": "U3", "anonymous_id": "rc3", "email": "bob@x.com", "context_ip": "1.2.3.5"},
            **{"timestamp": datetime.datetime(2026, 3, 1, 10, 0), "context_traits_name": "Bob Ray"},
        }
    ),
    "website/rudderstack/tracks-2026-03-18.parquet": parquet(
        {
            **{"id": "w2", "user_id": "U3", "anonymous_id": "rc3", "event": "order_completed"},
            **{"event_text": "Order Completed", "timestamp": datetime.datetime(2026, 3, 1, 10, 1)},
        }
    ),
}
ROWS = {
    "record": """
        | stream | key | full_name | email     | phone        | city | language | updated_at          |
        | users  | U1  | Ann Lee   | ann@x.com |              | Reno | en-US    | 2026-03-01 09:01:00 |
        | users  | U2  |           |           | +14155552671 |      |          | 2026-03-01 08:04:00 |
        | users  | U3  | Bob Ray   | bob@x.com |              |      |          | 2026-03-01 10:00:00 |
    """,
    "identifier": """
        | key | namespace    | issuer | value                                | seen_first          | seen_last           |
        | U1  | anonymous_id |        | aebe52e7-03ee-455a-b3c4-e57283966239 | 2026-03-01 08:03:00 | 2026-03-01 08:03:00 |
        | U1  | anonymous_id |        | rc1                                  | 2026-03-01 08:02:00 | 2026-03-01 09:01:00 |
        | U1  | email        |        | ann@x.com                            | 2026-03-01 09:01:00 | 2026-03-01 09:01:00 |
        | U1  | idfv         |        | aebe52e7-03ee-455a-b3c4-e57283966239 | 2026-03-01 08:03:00 | 2026-03-01 08:03:00 |
        | U1  | user_id      | shop   | U1                                   | 2026-03-01 08:02:00 | 2026-03-01 09:01:00 |
        | U2  | android_id   |        | 49e4bdd1c280bc00                     | 2026-03-01 08:04:00 | 2026-03-01 08:04:00 |
        | U2  | anonymous_id |        | rc0                                  | 2026-03-01 08:05:00 | 2026-03-01 08:05:00 |
        | U2  | anonymous_id |        | rc2                                  | 2026-03-01 08:04:00 | 2026-03-01 08:04:00 |
        | U2  | gaid         |        | cdda802e-fb9c-47ad-9866-0794d394c912 | 2026-03-01 08:04:00 | 2026-03-01 08:04:00 |
        | U2  | phone        |        | +14155552671                         | 2026-03-01 08:04:00 | 2026-03-01 08:04:00 |
        | U2  | user_id      | shop   | U2                                   | 2026-03-01 08:04:00 | 2026-03-01 08:05:00 |
        | U3  | anonymous_id |        | rc3                                  | 2026-03-01 10:00:00 | 2026-03-01 10:01:00 |
        | U3  | email        |        | bob@x.com                            | 2026-03-01 10:00:00 | 2026-03-01 10:00:00 |
        | U3  | user_id      | shop   | U3                                   | 2026-03-01 10:00:00 | 2026-03-01 10:01:00 |
    """,
    "event": """
        | stream     | occurred_at         | event_type | event_name      | key | anonymous_namespace | anonymous_id                         | session_id    | url             | campaign | ip      | os      | device     | properties                |
        | events     | 2026-03-01 08:00:00 | page       | Home            |     | anonymous_id        | rc1                                  | 1697355661034 | https://shop.x/ | spring   | 1.2.3.4 |         |            | {"url":"https://shop.x/"} |
        | events     | 2026-03-01 08:02:00 | track      | Order Completed | U1  | anonymous_id        | rc1                                  |               |                 |          |         |         |            |                           |
        | events     | 2026-03-01 08:03:00 | page       | Cart            | U1  | anonymous_id        | aebe52e7-03ee-455a-b3c4-e57283966239 |               |                 |          |         | iOS     | iPhone14,2 |                           |
        | events     | 2026-03-01 08:04:00 | identify   |                 | U2  | anonymous_id        | rc2                                  |               |                 |          |         | Android | V9         |                           |
        | events     | 2026-03-01 08:05:00 | identify   |                 | U2  |                     |                                      |               |                 |          |         |         |            |                           |
        | events     | 2026-03-01 08:06:00 | track      | App Opened      |     | anonymous_id        | rc2                                  |               |                 |          |         | Android | V9         |                           |
        | events     | 2026-03-01 09:01:00 | identify   |                 | U1  | anonymous_id        | rc1                                  |               |                 |          |         |         |            |                           |
        | events     | 2026-03-01 10:00:00 | identify   |                 | U3  | anonymous_id        | rc3                                  |               |                 |          | 1.2.3.5 |         |            |                           |
        | events     | 2026-03-01 10:01:00 | track      | Order Completed | U3  | anonymous_id        | rc3                                  |               |                 |          |         |         |            |                           |
    """,
    "consent": """
        | key | channel | purpose   | status  | stated_at           |
        | U1  | email   | marketing | granted | 2026-03-01 09:01:00 |
    """,
}
