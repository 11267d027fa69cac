"""Every e-mail and phone of a person, with what may be made of it."""

from datetime import date

from pipeline.profile import derive_tables
from tests.warehouse.drawn import draw, own_records, parse, read, settings, warehouse

TABLES = (
    *("customer.candidate", "customer.provenance", "customer.customer", "customer.identifier", "customer.consent"),
    *("customer.permission", "customer.contact"),
)


def test_contacts_and_their_status():
    con = warehouse()
    draw(
        con,
        "standard.record",
        """
        | record_id | source  | email   | phone         | created_at | updated_at |
        | r1        | zoho    | a@x.com | +14155550100  | 2025-01-01 | 2025-06-01 |
        | r2        | shopify | b@x.com | +14155550101  | 2025-01-01 | 2026-01-01 |
        | r3        | zoho    | c@x.com | +14155550102  | 2025-01-01 | 2026-01-01 |
        | r4        | zoho    | d@x.com | +14155550103  | 2025-01-01 | 2026-01-01 |
        """,
    )
    draw(
        con,
        "standard.identifier",
        """
        | record_id | namespace | value        | seen_first | seen_last  | revoked_at |
        | r1        | email     | a@x.com      | 2024-12-01 | 2025-06-01 |            |
        | r2        | email     | a@x.com      | 2025-02-01 | 2025-03-01 | 2025-04-01 |
        | r2        | phone     | +14155550101 | 2025-02-01 | 2025-03-01 | 2026-02-01 |
        | r1        | email     | old@x.com    | 2024-01-01 | 2024-02-01 |            |
        | r1        | user_id   | u1           | 2024-01-01 | 2024-02-01 |            |
        """,
    )
    draw(
        con,
        "standard.consent",
        """
        | record_id | channel | status  |
        | r3        | email   | denied  |
        | r3        | sms     | denied  |
        | r4        | any     | denied  |
        | r1        | email   | granted |
        """,
    )
    own_records(con, C1="r1 r2", C3="r3", C4="r4")
    derive_tables(con, TABLES, settings(), date(2026, 3, 1))
    # The newest e-mail is primary. A number its source took back loses to one that stands. Refusing text messages alone
    # leaves the phone for calls.
    expected = """
        | customer_id | kind  | value        | status    | is_primary | seen_last           | records | sources      |
        | C1          | email | a@x.com      | secondary | false      | 2025-06-01 00:00:00 | 2       | shopify,zoho |
        | C1          | email | b@x.com      | primary   | true       | 2026-01-01 00:00:00 | 1       | shopify      |
        | C1          | email | old@x.com    | secondary | false      | 2024-02-01 00:00:00 | 1       | zoho         |
        | C1          | phone | +14155550100 | primary   | true       | 2025-06-01 00:00:00 | 1       | zoho         |
        | C1          | phone | +14155550101 | revoked   | false      | 2026-01-01 00:00:00 | 1       | shopify      |
        | C3          | email | c@x.com      | refused   | true       | 2026-01-01 00:00:00 | 1       | zoho         |
        | C3          | phone | +14155550102 | primary   | true       | 2026-01-01 00:00:00 | 1       | zoho         |
        | C4          | email | d@x.com      | refused   | true       | 2026-01-01 00:00:00 | 1       | zoho         |
        | C4          | phone | +14155550103 | refused   | true       | 2026-01-01 00:00:00 | 1       | zoho         |
    """
    columns = ", ".join(parse(expected)[0])
    assert read(con, f"select {columns} from customer.contact") == parse(expected)
    assert read(con, "select revoked_at from customer.contact where status = 'revoked'") == [
        {"revoked_at": "2026-02-01 00:00:00"}
    ]
