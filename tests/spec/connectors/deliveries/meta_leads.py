"""Meta lead ads: answers are lists by name, a form may ask for names its own way, the CSV marks its numbers and tells the
same lead again, a testing tool's lead is nobody, a box that is not ticked says nothing, an error has no data."""

from tests.spec.connectors.deliveries.writing import page, table


def _lead(number: int, answers: dict[str, str], **fields: object) -> dict:
    return {
        **{"id": f"7619980393794{number:02}", "created_time": f"2026-03-01T08:0{number}:00+0000", "form_id": "77"},
        **{"campaign_name": "spring", "ad_id": "120208287823370438", "platform": "ig"},
        "field_data": [{"name": name, "values": [value]} for name, value in answers.items()],
        **fields,
    }


_TEST = "<test lead: dummy data for {}>"
SETTINGS = {"country": "US"}
FILES = {
    "social/meta_leads/leads-2026-03-18-001.json": page(
        {
            "data": [
                _lead(
                    1,
                    {
                        **{"full_name": "Ann Lee", "email": "Ann@x.com", "phone_number": "+14155552671"},
                        **{"zip_code": "89501", "city": "Reno", "when_do_you_want_tea?": "soon"},
                    },
                    custom_disclaimer_responses=[
                        {"checkbox_key": "marketing_opt_in", "is_checked": "1"},
                        {"checkbox_key": "sms_opt_in", "is_checked": ""},
                    ],
                ),
                _lead(
                    2, {"first_name": "Bob", "last_name": "Ray", "work_email": "bob@far.x", "company_name": "Far Ltd"}
                ),
                _lead(3, {"full_name": _TEST.format("full_name"), "email": "test@fb.com"}),
                {
                    "id": "761998039379404",
                    "created_time": "2026-03-01T08:04:00+0000",
                    "field_data": [{"name": "email"}],
                },
            ],
            "paging": {"cursors": {"after": "QVFI"}},
        }
    ),
    "social/meta_leads/leads-2026-03-18-002.json": page(
        {"error": {"message": "Invalid OAuth access token.", "type": "OAuthException", "code": 190}}
    ),
    "social/meta_leads/leads-2026-03-18.csv": table(
        {
            **{"id": "l:761998039379401", "created_time": "2026-03-01T00:01:00-08:00", "ad_id": "ag:1202"},
            **{"full_name": "Ann Lee", "email": "ann@x.com", "phone_number": "p:+14155552671"},
        },
        {
            **{"id": "l: 761998039379409", "created_time": "2026-03-01T08:09:00+0000", "full_name": "Cy Day"},
            **{"phone_number": "p:(415) 555-0100"},
        },
        {
            "id": "l:761998039379403",
            "full_name": _TEST.format("full_name"),
            "phone_number": "p:" + _TEST.format("phone"),
        },
    ),
}
ROWS = {
    "record": """
        | stream    | key             | full_name | email     | phone        | city | postcode | company | created_at          | updated_at          |
        | leads     | 761998039379401 | Ann Lee   | ann@x.com | +14155552671 | Reno | 89501    |         | 2026-03-01 08:01:00 | 2026-03-01 08:01:00 |
        | leads     | 761998039379402 | Bob Ray   | bob@far.x |              |      |          | Far Ltd | 2026-03-01 08:02:00 | 2026-03-01 08:02:00 |
        | leads     | 761998039379404 |           |           |              |      |          |         | 2026-03-01 08:04:00 | 2026-03-01 08:04:00 |
        | leads_csv | 761998039379401 | Ann Lee   | ann@x.com | +14155552671 |      |          |         | 2026-03-01 08:01:00 | 2026-03-01 08:01:00 |
        | leads_csv | 761998039379409 | Cy Day    |           | +14155550100 |      |          |         | 2026-03-01 08:09:00 | 2026-03-01 08:09:00 |
    """,
    "identifier": """
        | key             | namespace | issuer     | value           | seen_first          | seen_last           |
        | 761998039379401 | email     |            | ann@x.com       | 2026-03-01 08:01:00 | 2026-03-01 08:01:00 |
        | 761998039379401 | email     |            | ann@x.com       | 2026-03-01 08:01:00 | 2026-03-01 08:01:00 |
        | 761998039379401 | meta_lead | meta_leads | 761998039379401 | 2026-03-01 08:01:00 | 2026-03-01 08:01:00 |
        | 761998039379401 | meta_lead | meta_leads | 761998039379401 | 2026-03-01 08:01:00 | 2026-03-01 08:01:00 |
        | 761998039379401 | phone     |            | +14155552671    | 2026-03-01 08:01:00 | 2026-03-01 08:01:00 |
        | 761998039379401 | phone     |            | +14155552671    | 2026-03-01 08:01:00 | 2026-03-01 08:01:00 |
        | 761998039379402 | email     |            | bob@far.x       | 2026-03-01 08:02:00 | 2026-03-01 08:02:00 |
        | 761998039379402 | meta_lead | meta_leads | 761998039379402 | 2026-03-01 08:02:00 | 2026-03-01 08:02:00 |
        | 761998039379404 | meta_lead | meta_leads | 761998039379404 | 2026-03-01 08:04:00 | 2026-03-01 08:04:00 |
        | 761998039379409 | meta_lead | meta_leads | 761998039379409 | 2026-03-01 08:09:00 | 2026-03-01 08:09:00 |
        | 761998039379409 | phone     |            | +14155550100    | 2026-03-01 08:09:00 | 2026-03-01 08:09:00 |
    """,
    "quarantine": """
        | file_name                                   | line | reason                                  |
        | social/meta_leads/leads-2026-03-18-002.json | 1    | the system answered with error code 190 |
    """,
    "event": """
        | occurred_at         | event_type | event_name | key             | campaign | properties                                                    |
        | 2026-03-01 08:01:00 | track      | lead       | 761998039379401 | spring   | {"form_id":"77","ad_id":"120208287823370438","platform":"ig"} |
        | 2026-03-01 08:02:00 | track      | lead       | 761998039379402 | spring   | {"form_id":"77","ad_id":"120208287823370438","platform":"ig"} |
        | 2026-03-01 08:04:00 | track      | lead       | 761998039379404 |          | {"form_id":null,"ad_id":null,"platform":null}                 |
    """,
    "consent": """
        | key             | channel | purpose   | status  | stated_at           |
        | 761998039379401 | any     | marketing | granted | 2026-03-01 08:01:00 |
    """,
}
