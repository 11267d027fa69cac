"""Erasure, from the outside: no byte of the person is left, nobody else is changed, a re-delivery brings nobody back."""

from datetime import datetime

import duckdb
import pytest

from pipeline.config import load_config
from pipeline.rights.erasure import _release_epoch
from tests.pipeline.demo_home import DemoHome, demo_home, guiyi
from tests.pipeline.rights.erased_home import (
    Person,
    choose_persons,
    configure,
    contents,
    deliver_again,
    find_needles,
    full_home,
    keep_deliveries,
    needles_of,
    without_strangers,
)
from warehouse.audit import record_act
from warehouse.connection import open_warehouse

# Marts rank people among each other (the fifths of mart.rfm), so that they may change with who is there.
OTHERS = {
    "customer.customer": "select * from customer.customer where customer_id <> ? order by customer_id",
    "identity.record_customer": "select * from identity.record_customer where customer_id <> ? order by record_id",
    "standard.record": """
        select record.* from standard.record as record join identity.record_customer as who using (record_id)
        where customer_id <> ? order by record_id
    """,
    "standard.identifier": """
        select identifier.* from standard.identifier as identifier
        join identity.record_customer as who using (record_id) where customer_id <> ? order by all
    """,
    "customer.event": "select * from customer.event where customer_id <> ? order by event_id",
    "customer.purchase": "select * from customer.purchase where customer_id <> ? order by purchase_id",
}
RECONCILED = """
    select count(*) from ops.batch
    where rows_delivered <> rows_loaded + rows_quarantined + rows_suppressed + rows_expired
"""
# What others' records carry, whoever they are taken for after a run that learns anew.
KNOWN = """
    select record_id, namespace, issuer, value from standard.identifier
    where record_id not in (select record_id from identity.record_customer where customer_id = ?) order by all
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> DemoHome:
    return full_home(tmp_path_factory.getbasetemp())


@pytest.fixture
def small(tmp_path_factory, tmp_path, monkeypatch) -> DemoHome:
    """Four sources: quicker, for what does not depend on the formats."""
    copy = without_strangers(demo_home(tmp_path_factory.getbasetemp()).copy(tmp_path / "home"))
    copy.enter(monkeypatch)
    return copy


@pytest.fixture
def home(whole, tmp_path, monkeypatch) -> DemoHome:
    copy = whole.copy(tmp_path / "home")
    copy.enter(monkeypatch)
    return copy


def erase(person: Person, *more: str):
    return guiyi("erase", "--identifier", f"email:{person.email}", "--yes", "--by", "dpo", "--reason", "asked", *more)


def others(home: DemoHome, customer_id: str) -> dict[str, list[tuple]]:
    return {name: home.rows(query, customer_id) for name, query in OTHERS.items()}


def test_nothing_of_the_person_is_left_and_nobody_else_is_changed(home, tmp_path):
    person = choose_persons(home)[0]
    needles, before = needles_of(home, person), others(home, person.customer_id)
    assert person.sources >= 3
    assert needles["text"]
    assert find_needles(home.home, needles)
    delivered = keep_deliveries(home.home, tmp_path / "delivered")

    told = erase(person)
    assert told.code == 0, told.err
    assert "still holds" not in told.out
    assert person.email not in told.out
    assert find_needles(home.home, needles) == []
    assert others(home, person.customer_id) == before
    assert home.rows("select * from identity.record_customer where customer_id = ?", person.customer_id) == []
    assert home.rows(RECONCILED) == [(0,)]
    assert home.rows("select status, records > 0 from ops.erasure") == [("done", True)]

    # The same bytes under other names are known; bytes that differ are taken in, and the person is not.
    known = home.rows(KNOWN, person.customer_id)
    for changed in (False, True):
        deliver_again(delivered, home.home / "inbox", changed=changed)
    told = guiyi("run")
    assert told.code == 0, told.err
    assert find_needles(home.home, needles) == []
    assert home.rows(RECONCILED) == [(0,)]
    assert home.rows(
        "select count(*) >= 3 from ops.batch where rows_suppressed > 0 and file_name like '%-changed%'"
    ) == [(True,)]
    assert home.rows("select * from standard.identifier where value = ?", person.email) == []
    assert home.rows(KNOWN, person.customer_id) == known


@pytest.mark.parametrize("place", ["remove_rows", "run_stage"])
def test_killed_on_the_way_it_is_finished_by_a_repetition(small, monkeypatch, place):
    person = choose_persons(small)[0]
    needles = needles_of(small, person)

    def kill(*arguments: object, **named: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(f"pipeline.rights.erasure.{place}", kill)
        assert erase(person).code == 1
    assert find_needles(small.home, needles)
    with duckdb.connect(str(small.home / "warehouse.duckdb")) as con:  # what a kill without warning leaves
        con.execute("update identity.epoch set pinned = true where status = 'current'")
    told = erase(person)
    assert told.code == 0, told.err
    assert find_needles(small.home, needles) == []
    assert small.rows("select status from ops.erasure") == [("done",)]
    assert small.rows("select bool_or(pinned) from identity.epoch") == [(False,)]
    check_replay_says_why(small)
    check_readmission(small, person)


# What people decided about the epoch in force, the newest last → whether it stays pinned after an erasure.
CHOSEN = {
    "nothing": ([], False),
    "it was chosen": ([("switch", True)], True),
    "it was gone back to": ([("switch", False), ("rollback", True)], True),
    "the choice was left to the pipeline again": ([("switch", True), ("automatic", True)], False),
    "another was chosen, and replaced since": ([("switch", False)], False),
}


def test_an_epoch_stays_pinned_only_when_a_person_chose_it(small):
    config = load_config(small.config)
    for case, (acts, stays) in CHOSEN.items():
        with open_warehouse(config.warehouse) as con:
            con.execute("delete from ops.audit")
            epoch = con.execute("update identity.epoch set pinned = true where status = 'current' returning epoch")
            current = epoch.fetchone()[0]
            for action, of_current in acts:
                record_act(con, acted_at=datetime(2026, 3, 31), actor="li.na", action=action,
                           subject=current if of_current else "Eother", detail={})  # fmt: skip
        _release_epoch(config)
        assert (case, small.rows("select pinned from identity.epoch where status = 'current'")) == (case, [(stays,)])


def test_a_dry_run_counts_and_writes_nothing(small):
    person = choose_persons(small)[0]
    before = contents(small.home)
    told = guiyi("erase", "--identifier", f"email:{person.email.upper()}")
    assert told.code == 0, told.err
    for said in (person.customer_id, "raw.", "standard.record", "mart.customer_360", "archived deliveries", "--yes"):
        assert said in told.out
    assert person.email not in told.out.lower()
    assert contents(small.home) == before


def test_kept_orders_forget_the_buyer(small, tmp_path, monkeypatch):
    config = configure(small, tmp_path, "[rights]\nkeep_orders = true\n", monkeypatch)
    person = next(each for each in choose_persons(small) if buys(small, each))
    orders = small.rows("select count(*), sum(amount) from standard.purchase")
    bought, needles = buys(small, person), needles_of(small, person)
    told = guiyi("erase", "--identifier", f"email:{person.email}", "--yes", "--by", "dpo", "--reason", "asked",
                 "--config", config)  # fmt: skip
    assert told.code == 0, told.err
    assert small.rows("select count(*), sum(amount) from standard.purchase") == orders
    assert small.rows("select count(*) from standard.purchase where record_id is null")[0][0] >= bought
    assert find_needles(small.home, needles) == []
    assert guiyi("standardise", "--full-refresh").code == 0
    assert small.rows("select count(*), sum(amount) from standard.purchase") == orders


REFUSED = {
    "nobody": ("email:nobody@example.com", "nobody carries this email"),
    "no namespace": ("li.na@example.com", "NAMESPACE:VALUE"),
    "no value": ("email:", "NAMESPACE:VALUE"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_who_is_not_found_is_not_erased_and_not_named(small, case):
    identifier, said = REFUSED[case]
    told = guiyi("erase", "--identifier", identifier, "--yes", "--by", "dpo", "--reason", "asked")
    assert told.code == 1
    assert said in told.err
    assert "example.com" not in told.err or "NAMESPACE:VALUE" in told.err


def test_a_reason_that_names_the_person_is_refused(small):
    """It would outlive the person in ops.erasure."""
    person = choose_persons(small)[0]
    before = small.rows("select count(*) from standard.record")
    told = guiyi("erase", "--identifier", f"email:{person.email}", "--yes", "--by", "dpo",
                 "--reason", f"{person.email.title()} wrote to us")  # fmt: skip
    assert told.code == 1
    assert "--reason names the person" in told.err
    assert person.email not in told.err.lower()
    assert small.rows("select count(*) from standard.record") == before
    assert small.rows("select count(*) from ops.erasure") == [(0,)]


def test_an_identifier_that_several_carry_asks_whom(small):
    shared = small.rows(
        "select namespace, value, list(distinct customer_id order by customer_id) from customer.identifier "
        "group by all having count(distinct customer_id) > 1 order by all limit 1"
    )
    assert shared, "this draw has nobody who shares an identifier: draw more persons"
    namespace, value, customers = shared[0]
    told = guiyi("erase", "--identifier", f"{namespace}:{value}")
    assert told.code == 1
    assert all(each in told.err for each in customers)
    assert value not in told.err
    told = guiyi("erase", "--identifier", f"{namespace}:{value}", "--customer", customers[0])
    assert told.code == 0
    assert "stays with others" in told.out


def check_replay_says_why(home: DemoHome) -> None:
    """A batch that lost rows cannot be read again from the archive."""
    with duckdb.connect(str(home.home / "warehouse.duckdb")) as con:
        con.execute(
            """
            insert into ops.quarantine
            select batch_id, source, stream, file_name, 1000000, 'ingest', 'not valid JSON', 'x', loaded_at
            from ops.batch where rows_suppressed > 0 order by batch_id limit 1
            """
        )
    told = guiyi("quarantine", "replay", "--by", "li.na")
    assert "rows of an erased person were in it" in " ".join(told.out.split())


def check_readmission(home: DemoHome, person: Person) -> None:
    """Without tombstones the person is nobody whom ingest would drop."""
    assert home.rows("select count(*) > 0 from ops.tombstone") == [(True,)]
    again = ("erase", "--identifier", f"email:{person.email}", "--readmit", "--by", "dpo", "--reason", "is back")
    told = guiyi(*again)
    assert told.code == 0, told.err
    assert home.rows("select count(*) from ops.tombstone") == [(0,)]
    assert "no erased person is known by this email" in guiyi(*again).err


def buys(home: DemoHome, person: Person) -> int:
    return home.rows("select count(*) from customer.purchase where customer_id = ?", person.customer_id)[0][0]
