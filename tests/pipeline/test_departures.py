"""A record deleted at its source leaves who is who and the customers, and comes back under its old customer id."""

from datetime import datetime

import pytest

from pipeline.config import SourceConfig
from pipeline.decide import decide
from pipeline.departures import settle_departures
from pipeline.run import run_stage
from tests.warehouse.drawn import draw, own_records, warehouse

pytestmark = pytest.mark.usefixtures("ungated")

STREAM = {
    "files": "people-*.csv",
    "format": "csv",
    "record": {
        "key": "id",
        "updated_at": "changed",
        "deleted_at": "deleted",
        "full_name": "name",
        "emails": ["email"],
        "phones": ["phone"],
    },
    "consent": [{"record": "id", "channel": "'email'", "value": "optin", "stated_at": "changed"}],
}
HEADER = "id,name,email,phone,optin,changed,deleted\n"


@pytest.fixture
def shop(make_installation):
    """Two systems; Ann is in both, Bo in the CRM alone, and enough others for weights to be learned."""
    sources = {
        name: SourceConfig(
            name, country="US", issuer=name, streams={"people": STREAM | {"files": f"{name}/people-*.csv"}}
        )
        for name in ("crm", "till")
    }
    made = make_installation(sources=sources)
    others = "".join(
        f"{{0}}{i},Person{i} Family{i},p{i}@example.com,+1415555{i:04},,2026-01-01T00:00:00Z,\n"
        for i in range(200, 212)
    )
    ann = "{}1,Ann Lee,ann@example.com,+14155550100,{},2026-01-01T00:00:00Z,\n"
    bo = "c2,Bo Chen,bo@example.com,+14155550199,yes,2026-01-01T00:00:00Z,\n"
    deliver(made, "crm", 1, ann.format("c", "yes") + bo + others.format("c"))
    deliver(made, "till", 1, ann.format("t", "yes") + others.format("t"))
    run(made)
    return made


def deliver(installation, source, day, rows):
    installation.deliver(f"{source}/people-2026-03-{day:02}.csv", HEADER + rows)


def run(installation):
    """Everything up to the customers."""
    for stage in ("ingest", "standardise", "resolve", "profile"):
        run_stage(stage, installation.config)


def customer_of(installation, key):
    rows = installation.rows("select customer_id from identity.record_customer where source_record_id = ?", [key])
    return rows[0][0] if rows else None


def keys(installation, customer):
    rows = installation.rows(
        "select source_record_id from identity.record_customer where customer_id = ? order by all", [customer]
    )
    return [row[0] for row in rows]


def count(installation, customer):
    ((found,),) = installation.rows(
        "select coalesce(max(record_count), 0) from customer.customer where customer_id = ?", [customer]
    )
    return found


ANN_GONE = "c1,Ann Lee,ann@example.com,+14155550100,no,2026-02-01T00:00:00Z,2026-02-01T00:00:00Z\n"
ANN_BACK = "c1,Ann Lee,ann@example.com,+14155550100,no,2026-02-09T00:00:00Z,\n"
BO_GONE = "c2,Bo Chen,bo@example.com,+14155550199,yes,2026-02-01T00:00:00Z,2026-02-01T00:00:00Z\n"
BO_BACK = "c2,Bo Chen,bo@example.com,+14155550199,yes,2026-02-09T00:00:00Z,\n"


def test_a_customer_loses_its_deleted_record_and_gets_it_back(shop):
    ann = customer_of(shop, "c1")
    assert keys(shop, ann) == ["c1", "t1"]
    # A decision names both records and is kept; it waits while one of them is away.
    decide(
        shop.config,
        "same",
        "crm/people/c1",
        "till/people/t1",
        decided_by="li",
        note=None,
        decided_at=datetime(2026, 3, 1),
    )
    deliver(shop, "crm", 2, ANN_GONE)
    run(shop)
    assert keys(shop, ann) == ["t1"]
    assert count(shop, ann) == 1
    assert shop.rows("select customer_id from identity.departed") == [(ann,)]
    assert shop.rows(
        "select count(*) from identity.link where list_contains([record_id_l, record_id_r], "
        "(select record_id from standard.record where source_record_id = 'c1'))"
    ) == [(0,)]
    deliver(shop, "crm", 3, ANN_BACK)
    run(shop)
    assert keys(shop, ann) == ["c1", "t1"]
    assert shop.rows("select count(*) from identity.departed") == [(0,)]


def test_a_customer_of_deleted_records_alone_is_removed_and_comes_back_under_its_id(shop):
    bo = customer_of(shop, "c2")
    deliver(shop, "crm", 2, BO_GONE)
    run(shop)
    assert customer_of(shop, "c2") is None
    assert count(shop, bo) == 0
    assert shop.rows(
        "select event, records from identity.ledger where customer_id = ? order by ledger_number", [bo]
    ) == [
        ("created", 1),
        ("removed", 1),
    ]
    assert shop.rows("select count(*) from customer.consent where customer_id = ?", [bo]) == [(0,)]
    run(shop)
    assert shop.rows("select count(*) from identity.ledger where event = 'removed'") == [(1,)]
    deliver(shop, "crm", 3, BO_BACK)
    run(shop)
    assert customer_of(shop, "c2") == bo
    assert count(shop, bo) == 1
    ((last,),) = shop.rows("select arg_max(event, ledger_number) from identity.ledger where customer_id = ?", [bo])
    assert last == "created"


# name: who is who, departed, aliases, merges in the ledger (customer <- ended) -> who is back, aliases then
RETURNS = {
    "nobody has the id: it is given again": ("", "r1 C1", "", "", {("r1", "C1")}, set()),
    "the customer is still there with another record: the evidence decides": ("r2 C1", "r1 C1", "", "", set(), set()),
    "the customer lives on in another one: the evidence decides": (
        "r2 C9",
        "r1 C1",
        "C1 C9",
        "",
        set(),
        {("C1", "C9")},
    ),
    "two records of one customer": ("", "r1 C1; r2 C1", "", "", {("r1", "C1"), ("r2", "C1")}, set()),
    "a record that is still deleted stays away": ("", "r9 C1", "", "", set(), set()),
    "ids merged into it lead to it again, through others too": (
        "",
        "r1 C1",
        "",
        "C1 C2; C2 C3",
        {("r1", "C1")},
        {("C2", "C1"), ("C3", "C1")},
    ),
    "an id merged into it that somebody has leads nowhere else": ("r2 C2", "r1 C1", "", "C1 C2", {("r1", "C1")}, set()),
}


@pytest.mark.parametrize(("held", "departed", "aliases", "merges", "back", "led"), RETURNS.values(), ids=RETURNS)
def test_who_returns_gets_the_old_id_where_the_ledger_allows(held, departed, aliases, merges, back, led):
    con = warehouse()
    draw(con, "standard.record", "| record_id | deleted_at |\n| r1 | |\n| r2 | |\n| r9 | 2026-01-01 |")
    now = datetime(2026, 3, 1)
    for record, customer in pairs(held):
        own_records(con, **{customer: record})
    for record, customer in pairs(departed):
        con.execute("insert into identity.departed values (?, ?, 'zoho', 's', ?, ?)", [record, customer, record, now])
    for old, customer in pairs(aliases):
        con.execute("insert into identity.alias values (?, ?, ?)", [old, customer, now])
    for number, (customer, ended) in enumerate(pairs(merges), start=1):
        con.execute(
            "insert into identity.ledger values (?, 'merged', ?, ?, 1, 'run', 'E1', ?)", [number, customer, ended, now]
        )
    con.execute("create view live as select record_id from standard.record where deleted_at is null")
    settle_departures(con, "live", "run", "E1", now)
    found = con.execute("select record_id, customer_id from identity.record_customer").fetchall()
    assert set(found) - set(pairs(held)) == back
    assert set(con.execute("select old_customer_id, customer_id from identity.alias").fetchall()) == led
    created = con.execute("select customer_id from identity.ledger where event = 'created'").fetchall()
    assert {row[0] for row in created} == {customer for _, customer in back}


def pairs(text):
    return [tuple(each.split()) for each in text.split(";") if each.strip()]


def test_a_record_that_is_gone_altogether_is_not_remembered():
    con = warehouse()
    own_records(con, C1="erased")
    con.execute("create view live as select record_id from standard.record")
    settle_departures(con, "live", "run", "E1", datetime(2026, 3, 1))
    assert con.execute("select count(*) from identity.departed").fetchone() == (0,)


def test_when_every_record_is_deleted_nobody_is_left(make_installation):
    sources = {"crm": SourceConfig("crm", country="US", streams={"people": STREAM | {"files": "crm/people-*.csv"}})}
    made = make_installation(sources=sources)
    deliver(made, "crm", 1, BO_BACK)
    run(made)
    bo = customer_of(made, "c2")
    deliver(made, "crm", 2, BO_GONE.replace("2026-02-01", "2026-02-20"))
    run(made)
    assert made.rows("select count(*) from identity.record_customer") == [(0,)]
    assert made.rows("select count(*) from customer.customer") == [(0,)]
    deliver(made, "crm", 3, BO_BACK.replace("2026-02-09", "2026-02-25"))
    run(made)
    assert customer_of(made, "c2") == bo
