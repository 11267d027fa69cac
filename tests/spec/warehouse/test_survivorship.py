"""Which record wins a field: the golden record, case by case; what did not win, and why; and a recount by a loop."""

import random
from collections import Counter
from dataclasses import replace
from datetime import date

import pytest

from tests.warehouse.drawn import draw, own_records, parse, read, settings, warehouse
from warehouse.survivorship import FieldRules
from warehouse.tables import derive_table

# case: (records of one person, fields of the customer, why: field, record, rule, how many other values lost)
CASES = {
    "name: what most records agree on, the parts together": (
        """
        | record_id | source  | full_name | given_name | family_name | name_script | updated_at |
        | r1        | zoho    | 王小明     | 小明       | 王          | han         | 2026-01-01 |
        | r2        | shopify | 王小明     | 小明       | 王          | han         | 2026-01-02 |
        | r3        | wechat  | Ming Wang | Ming       | Wang        | latin       | 2026-02-01 |
        """,
        """
        | full_name | given_name | family_name | name_script |
        | 王小明     | 小明       | 王          | han         |
        """,
        """
        | field       | record_id | rule          | runner_up_count |
        | family_name | r1        | most_frequent | 1               |
        | full_name   | r1        | most_frequent | 1               |
        | given_name  | r1        | most_frequent | 1               |
        | name_script | r1        | most_frequent | 1               |
        """,
    ),
    "name: given and family name known before a name in one piece": (
        """
        | record_id | source | full_name | given_name | family_name | updated_at |
        | r1        | wechat | R. Lee III Esq. | | | 2026-02-01 |
        | r2        | zoho   | Bob Lee   | Bob        | Lee         | 2026-01-01 |
        """,
        """
        | full_name | given_name | family_name |
        | Bob Lee   | Bob        | Lee         |
        """,
        """
        | field       | record_id | rule   | runner_up_count |
        | family_name | r2        | prefer | 1               |
        | full_name   | r2        | prefer | 1               |
        | given_name  | r2        | prefer | 1               |
        """,
    ),
    "email: the newest": (
        """
        | record_id | source  | email     | updated_at |
        | r1        | zoho    | a@old.com | 2026-01-01 |
        | r2        | segment | a@new.com | 2026-02-01 |
        """,
        """
        | email     |
        | a@new.com |
        """,
        """
        | field | record_id | rule        | runner_up_count |
        | email | r2        | most_recent | 1               |
        """,
    ),
    "email: the day of a delivery is not the day the value changed": (
        """
        | record_id | source  | email     | created_at | updated_at |
        | r1        | shopify | a@old.com | 2020-01-01 | 2026-02-20 |
        | r2        | segment | a@new.com |            | 2026-02-01 |
        """,
        """
        | email     |
        | a@new.com |
        """,
        """
        | field | record_id | rule        | runner_up_count |
        | email | r2        | most_recent | 1               |
        """,
    ),
    "phone: a tie in time goes to the more trusted source": (
        """
        | record_id | source | phone          | updated_at |
        | r1        | wechat | +8613900000001 | 2026-01-01 |
        | r2        | zoho   | +8613900000002 | 2026-01-01 |
        """,
        """
        | phone          |
        | +8613900000002 |
        """,
        """
        | field | record_id | rule      | runner_up_count |
        | phone | r2        | tie_break | 1               |
        """,
    ),
    "phone: all agree, so the record is a formality": (
        """
        | record_id | source | phone          | updated_at |
        | r2        | zoho   | +8613900000001 | 2026-01-01 |
        | r1        | zoho   | +8613900000001 | 2026-01-01 |
        """,
        """
        | phone          |
        | +8613900000001 |
        """,
        """
        | field | record_id | rule       | runner_up_count |
        | phone | r1        | only_value | 0               |
        """,
    ),
    "address: one with a street line before a newer one with the city alone": (
        """
        | record_id | source | country | city | address    | postcode | updated_at |
        | r1        | taobao | CN      | 上海市 | 南京路 1 号 | 200001   | 2025-01-01 |
        | r2        | wecom  | CN      | 北京市 |            |          | 2026-02-01 |
        """,
        """
        | country | city | address   | postcode |
        | CN      | 上海市 | 南京路 1 号 | 200001   |
        """,
        """
        | field    | record_id | rule   | runner_up_count |
        | address  | r1        | prefer | 1               |
        | city     | r1        | prefer | 1               |
        | country  | r1        | prefer | 1               |
        | postcode | r1        | prefer | 1               |
        """,
    ),
    "birth date: an ambiguous day and month agrees with the record that is clear": (
        """
        | record_id | source  | birth_date | birth_date_alt | updated_at |
        | r1        | zoho    | 1990-05-03 | 1990-03-05     | 2026-02-01 |
        | r2        | segment | 1990-03-05 |                | 2026-01-01 |
        | r3        | zoho    | 1990-05-04 |                | 2026-01-01 |
        """,
        """
        | birth_date | has_conflict |
        | 1990-03-05 | true         |
        """,
        """
        | field      | record_id | rule          | runner_up_count |
        | birth_date | r2        | most_frequent | 1               |
        """,
    ),
    "gender: two of three, and the third makes it a conflict": (
        """
        | record_id | source  | gender | updated_at |
        | r1        | zoho    | male   | 2026-02-01 |
        | r2        | segment | female | 2026-01-01 |
        | r3        | wechat  | female | 2026-01-01 |
        """,
        """
        | gender | has_conflict |
        | female | true         |
        """,
        """
        | field  | record_id | rule          | runner_up_count |
        | gender | r2        | most_frequent | 1               |
        """,
    ),
    "deleted: a profile deleted at its source says nothing more": (
        """
        | record_id | source | email     | updated_at | deleted_at |
        | r1        | zoho   | a@old.com | 2026-02-01 | 2026-02-02 |
        | r2        | wechat | a@new.com | 2025-01-01 |            |
        """,
        """
        | email     | record_count |
        | a@new.com | 2            |
        """,
        """
        | field | record_id | rule       | runner_up_count |
        | email | r2        | only_value | 0               |
        """,
    ),
    "deleted: unless nothing else is left": (
        """
        | record_id | source | email     | updated_at | deleted_at |
        | r1        | zoho   | a@old.com | 2026-02-01 | 2026-02-02 |
        """,
        """
        | email     | record_count |
        | a@old.com | 1            |
        """,
        """
        | field | record_id | rule       | runner_up_count |
        | email | r1        | only_value | 0               |
        """,
    ),
}


def _build(records, field_rules=None, revoked=""):
    con = warehouse()
    con.execute(
        "insert into ops.batch by name select 'b1' as batch_id, 'zoho' as source, 's' as stream, 'f' as file_name, "
        "date '2026-02-20' as delivered_on, '' as content_hash, 0 as size_bytes, 0 as rows_delivered, "
        "0 as rows_loaded, 0 as rows_quarantined, 'loaded' as status, timestamp '2026-02-20' as loaded_at"
    )
    draw(con, "standard.record", records)
    con.execute(
        "insert into standard.identifier select record_id, 'phone', '', phone, updated_at, updated_at, updated_at "
        "from standard.record where record_id = ?",
        [revoked],
    )
    own_records(con, C1=" ".join(row["record_id"] for row in parse(records)))
    return _derive(con, field_rules)


def _derive(con, field_rules):
    chosen = settings()
    if field_rules:
        fields = tuple(field_rules if row.field == field_rules.field else row for row in chosen.fields)
        chosen = replace(chosen, fields=fields)
    parameters = chosen.parameters(date(2026, 3, 1))
    for table in ("customer.candidate", "customer.provenance", "customer.customer"):
        derive_table(con, table, parameters)
    return con


@pytest.mark.parametrize(("records", "customer", "provenance"), CASES.values(), ids=CASES)
def test_golden_record(records, customer, provenance):
    con = _build(records)
    columns = ", ".join(parse(customer)[0])
    assert read(con, f"select {columns} from customer.customer") == parse(customer)
    assert read(con, "select field, record_id, rule, runner_up_count from customer.provenance") == parse(provenance)


SHORT_OLD_TRUSTED = """
    | record_id | source | company           | updated_at |
    | r1        | zoho   | Acme              | 2025-01-01 |
    | r2        | wechat | ACME Trading Ltd. | 2026-01-01 |
    | r3        | survey | Zenith            | 2025-06-01 |
    | r4        | wecom  | zenith            | 2025-05-01 |
"""


@pytest.mark.parametrize(
    ("rules", "winner"),
    [
        (("most_trusted",), "r1"),
        (("most_recent",), "r2"),
        (("most_complete",), "r2"),
        (("most_frequent",), "r4"),
        (("most_frequent", "most_recent"), "r3"),
    ],
)
def test_each_rule_alone_and_in_turn(rules, winner):
    con = _build(SHORT_OLD_TRUSTED, FieldRules("company", rules, settings().fields[0].trust))
    assert read(con, "select record_id, rule from customer.provenance where field = 'company'") == [
        {"record_id": winner, "rule": rules[0]}
    ]


def test_a_field_can_trust_other_sources():
    con = _build(SHORT_OLD_TRUSTED, FieldRules("company", ("most_trusted",), ("survey", "zoho")))
    assert read(con, "select company from customer.customer") == [{"company": "Zenith"}]


VERIFIED = """
    | record_id | source | phone          | updated_at |
    | r1        | zoho   | +8613900000001 | 2026-02-01 |
    | r2        | taobao | +8613900000002 | 2026-01-01 |
    | r3        | wechat | +8613900000002 | 2025-01-01 |
    | r4        | survey | +8613900000003 | 2026-03-01 |
"""


@pytest.mark.parametrize(
    ("verified_by", "revoked", "winner", "rule"),
    [
        (("taobao",), "", "r2", "verified_first"),
        (("wechat",), "", "r2", "verified_first"),
        ((), "", "r4", "most_recent"),
        ((), "r4", "r1", "most_recent"),
        (("survey",), "r4", "r1", "most_recent"),
    ],
    ids=[
        "a source that verifies", "whoever has the value a source verified", "nothing known: the next rule",
        "taken back by its source", "taken back, verified or not",
    ],
)  # fmt: skip
def test_verified_first(verified_by, revoked, winner, rule):
    rules = FieldRules("phone", ("verified_first", "most_recent"), (), verified_by=verified_by)
    con = _build(VERIFIED, rules, revoked)
    assert read(con, "select record_id, rule from customer.provenance where field = 'phone'") == [
        {"record_id": winner, "rule": rule}
    ]


def test_what_did_not_win_and_why():
    rules = FieldRules("phone", ("verified_first", "most_frequent", "most_recent"), (), verified_by=("zoho",))
    con = _build(VERIFIED.replace("survey", "zoho"), rules)
    assert read(
        con,
        "select record_id, rank, won, agrees, is_first, reason, columns from customer.candidate where field = 'phone'",
    ) == parse(
        """
        | record_id | rank | won   | agrees | is_first | reason         | columns |
        | r4        | 1    | true  | true   | true     | won            | phone   |
        | r1        | 2    | false | false  | true     | most_recent    | phone   |
        | r2        | 3    | false | false  | true     | verified_first | phone   |
        | r3        | 4    | false | false  | false    | verified_first | phone   |
        """
    )


def test_records_that_say_the_same_agree_and_name_the_columns_they_fill():
    con = _build(
        """
        | record_id | source  | country | city   | address    | updated_at |
        | r1        | shopify | GB      | London | 12 High St | 2026-01-01 |
        | r2        | zoho    | GB      | London | 12 High St | 2026-01-01 |
        | r3        | wechat  | GB      | London |            | 2026-02-01 |
        """
    )
    assert read(con, "select record_id, agrees, reason, columns from customer.candidate") == parse(
        """
        | record_id | agrees | reason     | columns              |
        | r2        | true   | won        | country,city,address |
        | r1        | true   | same_value | country,city,address |
        | r3        | false  | prefer     | country,city         |
        """
    )


RULES = ("verified_first", "most_trusted", "most_recent", "most_frequent", "most_complete")
TRUST = ("zoho", "shopify", "wechat")


@pytest.mark.parametrize("seed", range(5))
def test_random_records_against_a_loop(seed):
    """Companies of forty people, five rules in a drawn order: the same winner, ranks and reasons as sorting them by hand."""
    chance = random.Random(seed)
    rules = tuple(chance.sample(RULES, chance.randrange(1, 6)))
    people, con = {}, warehouse()
    for number in range(200):
        record = {
            "record_id": f"r{number:03}", "source": chance.choice([*TRUST, "other"]),
            "company": chance.choice(["Acme", "ACME", "Zenith", "Zenith Ltd"]),
            "updated_at": f"2026-01-{chance.randrange(1, 9):02}",
        }  # fmt: skip
        people.setdefault(f"C{chance.randrange(40):02}", []).append(record)
    rows = [{"customer_id": customer, **record} for customer, records in people.items() for record in records]
    con.execute(
        """
        insert into standard.record by name
        select r.record_id, r.source, r.company, r.updated_at::timestamp as updated_at, 's' as stream,
            r.record_id as source_record_id, 'b1' as _batch_id, 1 as _line
        from (select unnest($rows) as r)
        """,
        {"rows": rows},
    )
    con.execute(
        "insert into identity.record_customer "
        "select r.record_id, r.customer_id, r.source, 's', r.record_id from (select unnest($rows) as r)",
        {"rows": rows},
    )
    field = FieldRules("company", rules, TRUST, verified_by=("wechat",))
    _derive(con, field)
    expected = [row for customer in sorted(people) for row in _sort(customer, people[customer], rules)]
    found = con.execute(
        "select customer_id, record_id, rank, agrees, is_first, reason from customer.candidate where field = 'company' "
        "order by customer_id, rank"
    ).fetchall()
    assert found == expected
    values = {customer: len({record["company"].lower() for record in records}) for customer, records in people.items()}
    counted = con.execute("select customer_id, runner_up_count + 1 from customer.provenance where field = 'company'")
    assert dict(counted.fetchall()) == values


def _sort(customer, records, rules):
    """The candidates of one person, best first."""
    times = Counter(record["company"].lower() for record in records)
    verified = {record["company"].lower() for record in records if record["source"] == "wechat"}
    days = {record["record_id"]: record["updated_at"] for record in records}

    def trust(record):
        return -TRUST.index(record["source"]) if record["source"] in TRUST else -99

    def scores(record):
        measured = {
            "verified_first": record["company"].lower() in verified, "most_trusted": trust(record),
            "most_recent": days[record["record_id"]], "most_frequent": times[record["company"].lower()],
            "most_complete": len(record["company"]),
        }  # fmt: skip
        return [measured[rule] for rule in rules]

    ordered = sorted(records, key=lambda record: record["record_id"])
    for key in (
        lambda r: days[r["record_id"]],
        trust,
        *(lambda r, at=at: scores(r)[at] for at in reversed(range(len(rules)))),
    ):
        ordered.sort(key=key, reverse=True)
    winner, seen = ordered[0], set()
    for rank, record in enumerate(ordered, 1):
        value = record["company"].lower()
        agrees = value == winner["company"].lower()
        differing = [
            rule for rule, mine, best in zip(rules, scores(record), scores(winner), strict=True) if mine != best
        ]
        reason = "won" if rank == 1 else "same_value" if agrees else differing[0] if differing else "tie_break"
        yield customer, record["record_id"], rank, agrees, value not in seen, reason
        seen.add(value)
