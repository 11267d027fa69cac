"""Who belongs with whom, case by case; then random people against a comparison of every two of them."""

import random
from collections import defaultdict
from dataclasses import replace
from datetime import date
from itertools import combinations

import pytest

from pipeline.profile import derive_tables
from tests.warehouse.drawn import draw, own_records, parse, read, settings, warehouse

TABLES = (
    *("customer.candidate", "customer.provenance", "customer.customer", "customer.identifier", "customer.consent"),
    *("customer.permission", "customer.contact", "customer.relationship"),
)

# case: (records r1 → C1, r2 → C2, …; expected relations)
CASES = {
    "a phone and a family name, in any script": (
        """
        | record_id | family_name | name_pinyin | phone          |
        | r1        | 王          | wang xiao   | +8613900000001 |
        | r2        | Wang        | wang        | +8613900000001 |
        """,
        """
        | customer_id | other_customer_id | kind         | evidence | sharers |
        | C1          | C2                | household    | 1        | 2       |
        | C1          | C2                | shared_phone | 1        | 2       |
        """,
    ),
    "an address written differently, and other names: no household": (
        """
        | record_id | family_name | city   | address           |
        | r1        | Lee         | London | 12 High St., Flat 3 |
        | r2        | Cox         | london | 12 high st flat 3 |
        """,
        """
        | customer_id | other_customer_id | kind           | evidence | sharers |
        | C1          | C2                | shared_address | 1        | 2       |
        """,
    ),
    "an address and a phone make a household of other names too": (
        """
        | record_id | family_name | city   | address      | phone          |
        | r1        | Lee         | London | 12 High St   | +442071234567  |
        | r2        | Cox         | London | 12 High St   | +442071234567  |
        """,
        """
        | customer_id | other_customer_id | kind           | evidence | sharers |
        | C1          | C2                | household      | 2        | 2       |
        | C1          | C2                | shared_address | 1        | 2       |
        | C1          | C2                | shared_phone   | 1        | 2       |
        """,
    ),
    "a street without a number, and another city, are no address": (
        """
        | record_id | family_name | city   | address    |
        | r1        | Lee         | London | High St    |
        | r2        | Lee         | London | High St    |
        | r3        | Lee         | Leeds  | 1 High St  |
        | r4        | Lee         | London | 1 High St  |
        """,
        """
        | customer_id | other_customer_id | kind | evidence | sharers |
        """,
    ),
    "colleagues share a company and its domain; a public mailbox says nothing": (
        """
        | record_id | company | email       |
        | r1        | Acme    | a@acme.com  |
        | r2        | ACME    | b@acme.com  |
        | r3        | Acme    | c@gmail.com |
        | r4        | Acme    | d@gmail.com |
        | r5        | Other   | e@acme.com  |
        """,
        """
        | customer_id | other_customer_id | kind     | evidence | sharers |
        | C1          | C2                | employer | 1        | 2       |
        """,
    ),
    "an e-mail address of two": (
        """
        | record_id | email       |
        | r1        | a@gmail.com |
        | r2        | a@gmail.com |
        """,
        """
        | customer_id | other_customer_id | kind         | evidence | sharers |
        | C1          | C2                | shared_email | 1        | 2       |
        """,
    ),
}


def build(records, **asked):
    con = warehouse()
    draw(con, "standard.record", records)
    own_records(con, **{row["record_id"].replace("r", "C"): row["record_id"] for row in parse(records)})
    return _derive(con, **asked)


def _derive(con, **asked):
    derive_tables(con, TABLES, replace(settings(), marts={**settings().marts, **asked}), date(2026, 3, 1))
    return con


@pytest.mark.parametrize(("records", "relations"), CASES.values(), ids=CASES)
def test_relationship(records, relations):
    assert read(build(records), "from customer.relationship") == parse(relations)


def test_a_hub_is_no_relation():
    rows = "\n".join(f"| r{n} | Lee | +8613900000001 |" for n in range(1, 5))
    records = f"| record_id | family_name | phone |\n{rows}"
    assert len(read(build(records, max_sharers=4), "from customer.relationship where kind = 'shared_phone'")) == 6
    assert read(build(records, max_sharers=3), "from customer.relationship") == []


def test_what_a_source_took_back_is_shared_no_more_and_devices_count_per_issuer():
    con = warehouse()
    draw(
        con,
        "standard.identifier",
        """
        | record_id | namespace | issuer | value | seen_last  | revoked_at |
        | r1        | phone     |        | +861  | 2026-01-01 | 2026-01-02 |
        | r2        | phone     |        | +861  | 2026-01-01 |            |
        | r1        | device_id | shop   | d1    | 2026-01-01 |            |
        | r2        | device_id | shop   | d1    | 2026-01-01 |            |
        | r1        | device_id | shop   | d2    | 2026-01-01 |            |
        | r2        | device_id | till   | d2    | 2026-01-01 |            |
        | r1        | user_id   | shop   | u1    | 2026-01-01 |            |
        | r2        | user_id   | shop   | u1    | 2026-01-01 |            |
        """,
    )
    draw(con, "standard.record", "| record_id |\n| r1 |\n| r2 |")
    own_records(con, C1="r1", C2="r2")
    assert read(_derive(con), "select kind, evidence from customer.relationship") == [
        {"kind": "shared_device", "evidence": "1"}
    ]


def test_random_people_against_comparing_every_two():
    chance, con, people = random.Random(9), warehouse(), {}
    for number in range(60):
        record = f"r{number:02}"
        phones = chance.sample([f"+86139000000{n:02}" for n in range(25)], chance.randrange(3))
        address = chance.choice([None, *(f"{n} High St" for n in range(30))])
        people[f"C{number:02}"] = (set(phones), address, family := chance.choice(["Lee", "Cox"]))
        con.execute(
            "insert into standard.record by name select ? as record_id, 'zoho' as source, 's' as stream, "
            "? as source_record_id, ? as family_name, 'London' as city, ? as address, 'b' as _batch_id, 1 as _line",
            [record, record, family, address],
        )
        con.executemany("insert into standard.identifier values (?, 'phone', '', ?, null, null, null)",
                        [[record, phone] for phone in phones] or [[record, "+1"]])  # fmt: skip
        own_records(con, **{f"C{number:02}": record})
    _derive(con, max_sharers=4)
    holders = defaultdict(set)
    for customer, (phones, address, _) in people.items():
        for value in [*phones, *([address] if address else [])]:
            holders[value].add(customer)
    expected = set()
    for (one, mine), (other, theirs) in combinations(people.items(), 2):
        phones = {value for value in mine[0] & theirs[0] if len(holders[value]) <= 4}
        address = mine[1] is not None and mine[1] == theirs[1] and len(holders[mine[1]]) <= 4
        if phones:
            expected.add((one, other, "shared_phone", len(phones)))
        if address:
            expected.add((one, other, "shared_address", 1))
        if (phones and address) or ((phones or address) and mine[2] == theirs[2]):
            expected.add((one, other, "household", len(phones) + address))
    found = con.execute("select customer_id, other_customer_id, kind, evidence from customer.relationship").fetchall()
    assert set(found) == expected
    assert len(found) > 40
