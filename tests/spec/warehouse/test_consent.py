"""What may a person be contacted for? The most restrictive statement wins, over all records and channels."""

import pytest

from tests.warehouse.drawn import derive, draw, own_records, parse, read, warehouse

CASES = {
    "one source allows": ("r1 email granted", "email granted"),
    "two sources allow": ("r1 email granted; r2 email granted", "email granted"),
    "one of two refuses": ("r1 email granted; r2 email denied", "email denied"),
    "a refusal of everything beats a grant for one channel": (
        "r1 email granted; r2 any denied",
        "email denied; phone denied; sms denied; wechat denied",
    ),
    "a grant for everything": (
        "r1 any granted; r2 sms denied",
        "email granted; phone granted; sms denied; wechat granted",
    ),
    "purposes do not mix": (
        "r1 email granted marketing; r1 email denied sharing",
        "email granted marketing; email denied sharing",
    ),
    "the grant of a profile deleted at its source lapses": ("gone email granted", ""),
    "its refusal does not": ("r1 email granted; gone email denied", "email denied"),
    "another person's refusal is not mine": ("r1 email granted; other email denied", "email granted"),
}


def _rows(text, subject):
    parts = [part.split() for part in text.split(";") if part.strip()]
    lines = [f"| {' | '.join([*part, 'marketing'][: subject + 3])} |" for part in parts]
    return "\n".join(lines)


@pytest.mark.parametrize(("statements", "expected"), CASES.values(), ids=CASES)
def test_permission(statements, expected):
    con = warehouse()
    draw(
        con,
        "standard.record",
        """
        | record_id | deleted_at |
        | r1        |            |
        | r2        |            |
        | gone      | 2026-01-01 |
        | other     |            |
        """,
    )
    own_records(con, C1="r1 r2 gone", C2="other")
    draw(con, "standard.consent", "| record_id | channel | status | purpose |\n" + _rows(statements, 1))
    derive(con, "customer.consent", "customer.permission")
    wanted = parse("| channel | status | purpose |\n" + _rows(expected, 0))
    found = read(
        con,
        """
        select channel, status, purpose from customer.permission where customer_id = 'C1'
        order by status = 'denied' and purpose = 'sharing', channel
        """,
    )
    assert found == wanted


def test_statements_are_counted_and_the_newest_dated():
    con = warehouse()
    own_records(con, C1="r1 r2")
    draw(
        con,
        "standard.consent",
        """
        | record_id | source  | channel | status  | stated_at           |
        | r1        | zoho    | email   | denied  | 2025-01-01 10:00:00 |
        | r2        | shopify | email   | granted | 2026-01-01 10:00:00 |
        """,
    )
    derive(con, "customer.consent")
    assert read(con, "select * from customer.consent") == parse(
        """
        | customer_id | channel | purpose   | status | stated_at           | statements | denials | sources      |
        | C1          | email   | marketing | denied | 2026-01-01 10:00:00 | 2          | 1       | shopify,zoho |
        """
    )


def test_what_a_deleted_record_refused_stays_refused_after_it_has_left():
    con = warehouse()
    draw(con, "standard.record", "| record_id | deleted_at |\n| r1 | |\n| gone | 2026-01-01 |\n| older | 2026-01-01 |")
    own_records(con, C1="r1")
    draw(
        con,
        "identity.departed",
        """
        | record_id | customer_id | source_record_id | left_at    |
        | gone      | C1          | gone             | 2026-01-01 |
        | older     | C0          | older            | 2026-01-01 |
        """,
    )
    draw(con, "identity.alias", "| old_customer_id | customer_id | since |\n| C0 | C1 | 2026-01-01 |")
    statements = "r1 email granted; gone email denied; gone phone granted; older sms denied"
    draw(con, "standard.consent", "| record_id | channel | status | purpose |\n" + _rows(statements, 1))
    derive(con, "customer.consent", "customer.permission")
    assert read(con, "select channel, status from customer.permission order by channel") == [
        {"channel": "email", "status": "denied"},
        {"channel": "sms", "status": "denied"},
    ]
