"""HubSpot: properties of API objects and columns of replicated tables are versions of one contact; merged ids in both
spellings and in the audit table; an archived contact, opt-outs, deals that are won by flag or by stage."""

from tests.spec.connectors.deliveries.writing import lines, page, table

SETTINGS = {"country": "US", "currency": "USD"}


def _deal(number: int, **properties: object) -> dict:
    return {
        "id": f"70{number}",
        "properties": {"createdate": "2026-03-01T08:00:00Z", **properties},
        "updatedAt": "2026-03-02T08:00:00.000Z",
        "archived": False,
        "associations": {"contacts": {"results": [{"id": "9007199254740993", "type": "deal_to_contact"}]}},
    }


FILES = {
    "crm/hubspot/contacts-2026-03-18.ndjson": lines(
        {
            "id": "9007199254740993",
            "properties": {
                **{"firstname": "Ann", "lastname": "Lee", "email": "ann@x.com", "phone": "", "zip": "89501"},
                **{"mobilephone": "(415) 555-2671", "hs_additional_emails": "lee@y.com;lee@z.com"},
                **{"hs_merged_object_ids": "501;502", "hs_email_optout": "true", "lastmodifieddate": "x"},
            },
            "createdAt": "2026-02-01T08:00:00.000Z",
            "updatedAt": "2026-03-01T08:00:00.000Z",
            "archived": False,
        },
    ),
    # The same contact in a page of the search endpoint, changed since: the opt-out is gone, which says nothing.
    "crm/hubspot/contacts-2026-03-19-001.json": page(
        {
            "total": 2,
            "results": [
                {
                    "id": "9007199254740993",
                    "properties": {"firstname": "Anne", "lastname": "Lee", "email": "ann@x.com"},
                    "updatedAt": "2026-03-02T08:00:00.000Z",
                },
                {
                    "id": "502",
                    "properties": {"email": "old@x.com", "hs_email_optout": None},
                    "updatedAt": "2026-03-02T08:00:00.000Z",
                    "archived": True,
                    "archivedAt": "2026-03-02T09:00:00.000Z",
                },
            ],
            "paging": {"next": {"after": "2"}},
        }
    ),
    "crm/hubspot/contacts-2026-03-20.csv": table(
        {
            **{"Record ID": "503", "First Name": "Bob", "Last Name": "Ray", "Email": "bob@x.com"},
            **{"Phone Number": "+1 415 555 0100", "Create Date": "2026-03-01 08:00", "City": "Reno"},
            **{"Last Modified Date": "2026-03-03 08:00", "Unsubscribed from all email": "No"},
        }
    ),
    "crm/hubspot/tables/contact-2026-03-18.csv": table(
        {
            **{"id": "504", "_fivetran_deleted": "TRUE", "_fivetran_synced": "2026-03-04 11:16:05"},
            **{"property_email": "cy@x.com", "property_firstname": "Cy", "property_lastname": "Day"},
            **{"property_hs_calculated_merged_vids": "601:1661707291575;602:1661707931852"},
            **{"property_createdate": "2026-03-01 17:32:47", "property_hs_email_optout": "false"},
        }
    ),
    "crm/hubspot/tables/contact_merge_audit-2026-03-18.csv": table(
        {"canonical_vid": "503", "contact_id": "503", "vid_to_merge": "603", "timestamp": "2026-03-01 15:50:57"}
    ),
    "crm/hubspot/tables/deal-2026-03-18.csv": table(
        {"deal_id": "801", "is_deleted": "false", "deal_pipeline_stage_id": "closedwon", "property_amount": "12,400.00",
         "property_createdate": "2026-03-01 08:00:00", "_fivetran_synced": "2026-03-02 08:00:00"},
        {"deal_id": "802", "is_deleted": "true", "property_createdate": "2026-03-01 08:00:00"},
    ),
    "crm/hubspot/tables/ticket-2026-03-18.csv": table(
        {"id": "901", "is_deleted": "FALSE", "property_createdate": "2026-03-01 08:00:00", "property_subject": "Cold tea"},
        {"id": "902", "is_deleted": "TRUE", "property_createdate": "2026-03-01 08:00:00"},
    ),
    "crm/hubspot/tables/engagement-2026-03-18.csv": table(
        {"id": "19732910159", "type": "CALL", "timestamp": "2026-03-01 09:00:00", "owner_id": "7"}
    ),
    "crm/hubspot/tables/contact_form_submission-2026-03-18.csv": table(
        {"timestamp": "2026-03-01 10:20:00", "contact_id": "503", "conversion_id": "101", "title": "Newsletter Signup",
         "page_url": "https://shop.x/newsletter"}
    ),
    "crm/hubspot/tables/company-2026-03-18.csv": table({"id": "1", "property_name": "Far Hills Ltd"}),
    "crm/hubspot/deals-2026-03-18.ndjson": lines(
        _deal(1, dealstage="94727", hs_is_closed_won="true", hs_is_closed="true", amount="1200.50",
              closedate="2026-03-05T08:00:00Z", deal_currency_code="EUR"),
        _deal(2, dealstage="94728", hs_is_closed_won="false", hs_is_closed="true", amount="99"),
        _deal(3, dealstage="appointmentscheduled", amount=""),
    ),
    "crm/hubspot/tickets-2026-03-18-001.json": page(
        {
            "results": [
                {
                    "id": "903",
                    "properties": {
                        **{"subject": "Cup broken", "hs_ticket_priority": "HIGH", "source_type": "EMAIL"},
                        **{"hs_pipeline_stage": "4", "closed_date": "2026-03-03T08:00:00Z"},
                    },
                    "createdAt": "2026-03-02T08:00:00Z",
                    "associations": {"contacts": {"results": [{"id": "503", "type": "ticket_to_contact"}]}},
                }
            ]
        }
    ),
}  # fmt: skip
ROWS = {
    "record": """
        | stream   | key              | full_name | email     | phone        | city | created_at          | updated_at          | deleted_at          |
        | contacts | 502              |           | old@x.com |              |      |                     | 2026-03-02 08:00:00 | 2026-03-02 09:00:00 |
        | contacts | 503              | Bob Ray   | bob@x.com | +14155550100 | Reno | 2026-03-01 08:00:00 | 2026-03-03 08:00:00 |                     |
        | contacts | 504              | Cy Day    | cy@x.com  |              |      | 2026-03-01 17:32:47 | 2026-03-04 11:16:05 | 2026-03-04 11:16:05 |
        | contacts | 9007199254740993 | Anne Lee  | ann@x.com |              |      |                     | 2026-03-02 08:00:00 |                     |
    """,
    "identifier": """
        | key              | namespace       | issuer  | value            |
        | 502              | email           |         | old@x.com        |
        | 502              | hubspot_contact | hubspot | 502              |
        | 503              | email           |         | bob@x.com        |
        | 503              | hubspot_contact | hubspot | 503              |
        | 503              | hubspot_contact | hubspot | 603              |
        | 503              | phone           |         | +14155550100     |
        | 504              | email           |         | cy@x.com         |
        | 504              | hubspot_contact | hubspot | 504              |
        | 504              | hubspot_contact | hubspot | 601              |
        | 504              | hubspot_contact | hubspot | 602              |
        | 9007199254740993 | email           |         | ann@x.com        |
        | 9007199254740993 | email           |         | lee@y.com        |
        | 9007199254740993 | email           |         | lee@z.com        |
        | 9007199254740993 | hubspot_contact | hubspot | 501              |
        | 9007199254740993 | hubspot_contact | hubspot | 502              |
        | 9007199254740993 | hubspot_contact | hubspot | 9007199254740993 |
        | 9007199254740993 | phone           |         | +14155552671     |
    """,
    "consent": """
        | key              | channel | purpose   | status  | stated_at           |
        | 503              | email   | marketing | granted | 2026-03-03 08:00:00 |
        | 504              | email   | marketing | granted | 2026-03-04 11:16:05 |
        | 9007199254740993 | email   | marketing | denied  | 2026-03-01 08:00:00 |
    """,
    "purchase": """
        | stream     | order_number | key              | ordered_at          | status    | currency | amount   |
        | deals      | 801          |                  | 2026-03-01 08:00:00 | paid      | USD      | 12400.00 |
        | deals      | 802          |                  | 2026-03-01 08:00:00 | cancelled | USD      |          |
        | deals      | 701          | 9007199254740993 | 2026-03-05 08:00:00 | paid      | EUR      | 1200.50  |
        | deals      | 702          | 9007199254740993 | 2026-03-01 08:00:00 | cancelled | USD      | 99.00    |
        | deals      | 703          | 9007199254740993 | 2026-03-01 08:00:00 | pending   | USD      |          |
    """,
    "interaction": """
        | key | kind   | occurred_at         | closed_at           | channel | status | priority | subject    | staff |
        |     | call   | 2026-03-01 09:00:00 |                     |         |        |          |            | 7     |
        |     | ticket | 2026-03-01 08:00:00 |                     |         |        |          | Cold tea   |       |
        | 503 | ticket | 2026-03-02 08:00:00 | 2026-03-03 08:00:00 | email   | 4      | high     | Cup broken |       |
    """,
    "event": """
        | key | event_type | event_name                        | occurred_at         | url                       |
        | 503 | track      | Form Submitted: Newsletter Signup | 2026-03-01 10:20:00 | https://shop.x/newsletter |
    """,
}
