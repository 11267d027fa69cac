"""Zoho: ids as zcrm_<digits> or digits, `Email Opt Out` is a refusal, a converted lead names the contact it became,
and other modules of the archive are left alone."""

from tests.spec.connectors.deliveries.writing import archive, table

SETTINGS = {"country": "US"}
FILES = {
    "crm/zoho/zoho-2026-03-18.zip": archive(
        Leads_001=table(
            {
                **{"Record Id": "zcrm_55280000000901", "First Name": "Ann", "Last Name": "Lee", "Email": "Ann@X.com"},
                **{"Mobile": "(415) 555-2671", "Street": "12 Long Rd", "City": "Reno", "State": "NV"},
                **{"Zip Code": "89501", "Email Opt Out": "true", "Modified Time": "2026-03-01 08:00:00"},
                **{"Created Time": "2026-02-01 08:00:00", "Converted Contact.id": "zcrm_55280000000777"},
            },
            {"Record Id": "55280000000902", "Last Name": "Ray", "Modified Time": "2026-03-02 08:00:00"},
        ),
        Contacts_001=table(
            {
                **{"Record Id": "zcrm_55280000000777", "First Name": "Ann", "Last Name": "Lee", "Email": "ann@x.com"},
                **{"Secondary Email": "lee@y.com", "Date of Birth": "1990-06-01", "Email Opt Out": "false"},
                **{"Mailing City": "Reno", "Mailing Country": "United States", "Account Name": "Far Hills Ltd"},
                **{"Modified Time": "2026-03-03 08:00:00"},
            }
        ),
        Deals_001=table({"Record Id": "zcrm_3", "Amount": "$12,400.00"}),
    )
}
ROWS = {
    "record": """
        | stream   | key            | full_name | email     | phone        | birth_date | city | postcode | country | company       | updated_at          |
        | contacts | 55280000000777 | Ann Lee   | ann@x.com |              | 1990-06-01 | Reno |          | US      | Far Hills Ltd | 2026-03-03 08:00:00 |
        | leads    | 55280000000901 | Ann Lee   | ann@x.com | +14155552671 |            | Reno | 89501    |         |               | 2026-03-01 08:00:00 |
        | leads    | 55280000000902 | Ray       |           |              |            |      |          |         |               | 2026-03-02 08:00:00 |
    """,
    # The contact's own id and the lead's pointer to it are one value: as good as a merge.
    "identifier": """
        | key            | namespace    | issuer | value          |
        | 55280000000777 | email        |        | ann@x.com      |
        | 55280000000777 | email        |        | lee@y.com      |
        | 55280000000777 | zoho_contact | zoho   | 55280000000777 |
        | 55280000000901 | email        |        | ann@x.com      |
        | 55280000000901 | phone        |        | +14155552671   |
        | 55280000000901 | zoho_contact | zoho   | 55280000000777 |
    """,
    "consent": """
        | key            | channel | purpose   | status  | stated_at           |
        | 55280000000901 | email   | marketing | denied  | 2026-03-01 08:00:00 |
        | 55280000000777 | email   | marketing | granted | 2026-03-03 08:00:00 |
    """,
}
