"""Suppression and minors: who is left out of extracts whatever was consented to."""

from datetime import date

import pytest

from pipeline.rights.restrictions import update_restrictions
from pipeline.stage import Work
from tests.pipeline.demo_home import DemoHome, demo_home, guiyi
from tests.pipeline.shop import open_shop


@pytest.fixture
def home(tmp_path_factory, tmp_path, monkeypatch) -> DemoHome:
    copy = demo_home(tmp_path_factory.getbasetemp()).copy(tmp_path / "home")
    copy.enter(monkeypatch)
    return copy


def granted(home: DemoHome) -> tuple[str, str]:
    """An e-mail whose carrier may be written to, and the carrier."""
    return home.rows(
        """
        select value, min(customer_id) from customer.identifier
        join customer.permission using (customer_id)
        where namespace = 'email' and channel = 'email' and purpose = 'marketing' and status = 'granted'
        group by value order by value limit 1
        """
    )[0]


def status(home: DemoHome, customer_id: str, channel: str) -> tuple[str, str | None]:
    return home.rows(
        "select status, reason from customer.permission where customer_id = ? and channel = ? and purpose = 'marketing'",
        customer_id, channel,
    )[0]  # fmt: skip


def suppress(*arguments: str):
    told = guiyi("suppress", *arguments)
    assert told.code == 0, told.err
    return told


BY = ("--by", "dpo", "--reason", "letter of March")


def test_a_suppressed_address_is_denied_at_once_and_free_again_when_taken_off(home):
    email, customer = granted(home)
    suppress("add", "--identifier", f"email:{email.upper()}", "--channel", "email", *BY)
    assert status(home, customer, "email") == ("denied", "suppressed")
    assert home.rows("select * from ops.restriction where reason = 'suppressed'") == [(customer, "email", "suppressed")]
    assert "known: 1" in suppress("add", "--identifier", f"email:{email}", "--channel", "email", *BY).out
    listed = suppress("list").out
    assert "letter of March" in listed
    assert email not in listed
    suppress("remove", "--identifier", f"email:{email}", *BY)
    assert status(home, customer, "email") == ("granted", None)
    assert [row[0] for row in home.rows("select action from ops.audit where action like '%suppress'")] == [
        "suppress", "suppress", "unsuppress",
    ]  # fmt: skip


def test_a_list_is_taken_in_and_kept_without_values(home, tmp_path):
    email, customer = granted(home)
    file = tmp_path / "bounces.csv"
    file.write_text(f"address,why\n {email.upper()} ,bounced\nno address,x\nsomebody@example.org,y\n", encoding="utf-8")
    told = suppress("import", str(file), "--namespace", "email", *BY)
    assert "added: 2" in told.out
    assert "not understood: 1" in told.out
    assert status(home, customer, "email") == ("denied", "suppressed")
    assert home.rows("select * from ops.restriction where reason = 'suppressed'") == [(customer, "any", "suppressed")]
    stored = home.rows("select * from ops.suppression")
    assert len(stored) == 2
    assert not any("@" in str(value) for row in stored for value in row)


NO_KIND = {
    "another word for it": "mobile:13800138000",
    "the system's name": "wechat:o6_bmjrPTlm6_2sgVt7hMZOPfL2M",
    "capitals": "Email:ann@example.com",
}


@pytest.mark.parametrize("case", NO_KIND)
def test_a_kind_that_no_source_gives_is_refused(home, tmp_path, case):
    """It would be on the list, and the person would be written to."""
    identifier = NO_KIND[case]
    namespace, _, value = identifier.partition(":")
    file = tmp_path / "list.csv"
    file.write_text(f"id\n{value}\n", encoding="utf-8")
    for asked in (("add", "--identifier", identifier), ("import", str(file), "--namespace", namespace)):
        told = guiyi("suppress", *asked, *BY)
        assert told.code == 1
        assert "email, " in told.err
        assert value not in told.err
    assert home.rows("select * from ops.suppression") == []


def test_somebody_is_suppressed_by_an_id_of_wechat(home):
    openid, customer = home.rows(
        """
        select value, customer_id from customer.identifier join customer.permission using (customer_id)
        where namespace = 'wechat_openid' and channel = 'wechat' order by value limit 1
        """
    )[0]
    suppress("add", "--identifier", f"wechat_openid:{openid}", "--channel", "wechat", *BY)
    assert status(home, customer, "wechat") == ("denied", "suppressed")


def test_profile_keeps_who_is_suppressed(home):
    email, customer = granted(home)
    suppress("add", "--identifier", f"email:{email}", *BY)
    assert guiyi("profile", "--full-refresh").code == 0
    assert status(home, customer, "email") == ("denied", "suppressed")


# Birth date | minimum age | day → restricted.
AGES = {
    "a child": ("2013-03-03", 14, "2026-03-02", True),
    "the day before the birthday": ("2012-03-03", 14, "2026-03-02", True),
    "the birthday": ("2012-03-02", 14, "2026-03-02", False),
    "a grown-up": ("1980-01-01", 14, "2026-03-02", False),
    "born on a leap day, the day before": ("2012-02-29", 14, "2026-02-28", True),
    "born on a leap day, the day after": ("2012-02-29", 14, "2026-03-01", False),
    "sixteen is asked for": ("2011-01-01", 16, "2026-03-02", True),
    "a birth date to come is a mistake": ("2030-01-01", 14, "2026-03-02", False),
    "eighteen is asked for, the day before": ("2008-03-03", 18, "2026-03-02", True),
    "eighteen is asked for, the birthday": ("2008-03-03", 18, "2026-03-03", False),
}


def test_a_birth_date_that_can_be_read_in_two_ways_is_read_as_the_younger_one(tmp_path, monkeypatch):
    work = open_shop(tmp_path)
    monkeypatch.setattr("pipeline.rights.restrictions.read_rights", lambda config: _Rights(14))
    (customer,) = who(work)
    work.con.execute("update standard.record set birth_date = null")
    work.con.execute(
        "update standard.record set birth_date = date '2012-03-04', birth_date_alt = date '2012-04-03' where record_id = "
        "(select min(record_id) from identity.record_customer where customer_id = $customer)",
        {"customer": customer},
    )
    for day, restricted in {"2026-03-10": 1, "2026-04-02": 1, "2026-04-03": 0}.items():
        assert (day, update_restrictions(work.con, work.config, date.fromisoformat(day))) == (day, restricted)
    work.con.close()


@pytest.mark.parametrize("case", AGES)
def test_minors_are_restricted_until_their_birthday(tmp_path, monkeypatch, case):
    born, minimum, day, is_restricted = AGES[case]
    work = open_shop(tmp_path)
    monkeypatch.setattr("pipeline.rights.restrictions.read_rights", lambda config: _Rights(minimum))
    (customer,) = who(work)
    work.con.execute("update standard.record set birth_date = null")
    work.con.execute(
        "update standard.record set birth_date = $born::date where record_id = "
        "(select min(record_id) from identity.record_customer where customer_id = $customer)",
        {"born": born, "customer": customer},
    )
    update_restrictions(work.con, work.config, date.fromisoformat(day))
    expected = [(customer, "any", "minor")] if is_restricted else []
    assert work.con.execute("select * from ops.restriction").fetchall() == expected
    work.con.close()


class _Rights:
    def __init__(self, minimum_age: int) -> None:
        self.minimum_age = minimum_age


def who(work: Work) -> tuple[str]:
    row = work.con.execute("select min(customer_id) from identity.record_customer").fetchone()
    assert row
    return row
