"""Zendesk: a shared phone is not the user's, staff are no customers, a solved ticket closed when it was last changed,
and a ticket belongs to its requester."""

from tests.spec.connectors.deliveries.writing import page

SETTINGS = {"country": "US", "issuer": "shop"}
FILES = {
    "service/zendesk/users-2026-03-18-001.json": page(
        {
            "users": [
                {
                    **{"id": 9001, "external_id": "U1", "name": "Ann Lee", "email": "ann@x.com", "role": "end-user"},
                    **{"phone": "+14155552671", "shared_phone_number": False, "locale": "en-US"},
                    **{"created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-03-01T00:00:00Z"},
                },
                {
                    **{"id": 9002, "name": "Bob Ray", "phone": "+14155550100", "shared_phone_number": True},
                    **{"role": "end-user", "updated_at": "2026-03-02T00:00:00Z"},
                },
                {"id": 9003, "name": "Colleague", "email": "staff@shop.x", "role": "agent"},
            ],
            "end_of_stream": True,
        }
    ),
    "service/zendesk/tickets-2026-03-18-001.json": page(
        {
            "tickets": [
                {
                    **{"id": 51, "requester_id": 9001, "subject": "Tea cold", "status": "solved", "priority": "high"},
                    **{"via": {"channel": "email"}, "assignee_id": 9003, "created_at": "2026-03-01T09:00:00Z"},
                    **{"updated_at": "2026-03-03T09:00:00Z"},
                },
                {
                    **{"id": 52, "requester_id": 9002, "status": "open", "via": {"channel": "web"}},
                    **{"created_at": "2026-03-04T09:00:00Z", "updated_at": "2026-03-04T09:00:00Z"},
                },
            ]
        }
    ),
}
ROWS = {
    "record": """
        | stream | key  | full_name | email     | phone        | language | created_at          | updated_at          |
        | users  | 9001 | Ann Lee   | ann@x.com | +14155552671 | en-US    | 2026-01-01 00:00:00 | 2026-03-01 00:00:00 |
        | users  | 9002 | Bob Ray   |           |              |          |                     | 2026-03-02 00:00:00 |
    """,
    "identifier": """
        | key  | namespace | issuer | value        |
        | 9001 | email     |        | ann@x.com    |
        | 9001 | phone     |        | +14155552671 |
        | 9001 | user_id   | shop   | U1           |
    """,
    "interaction": """
        | key  | kind   | occurred_at         | closed_at           | channel | status | priority | subject  | staff |
        | 9001 | ticket | 2026-03-01 09:00:00 | 2026-03-03 09:00:00 | email   | solved | high     | Tea cold | 9003  |
        | 9002 | ticket | 2026-03-04 09:00:00 |                     | web     | open   |          |          |       |
    """,
}
