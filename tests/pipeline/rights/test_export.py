"""A person's own data: all of it, nobody else's, readable and machine-readable."""

import json
import stat
from datetime import datetime
from html.parser import HTMLParser

import duckdb
import pytest

from pipeline.rights.person_file import PersonFile, Section
from pipeline.rights.person_page import person_data, person_page
from pipeline.rights.subject import Subject
from tests.pipeline.demo_home import DemoHome, demo_home, guiyi

HOSTILE = "<script>alert(1)</script>\x00&\"'"


@pytest.fixture(scope="module")
def exported(tmp_path_factory) -> tuple[DemoHome, str, dict, str]:
    """The home, who was exported, the JSON and the page."""
    with pytest.MonkeyPatch.context() as patch:
        home = demo_home(tmp_path_factory.getbasetemp()).copy(tmp_path_factory.mktemp("exported") / "home")
        home.enter(patch)
        ((customer, email),) = home.rows(
            """
            select customer_id, min(value) from customer.identifier join customer.customer using (customer_id)
            where namespace = 'email' and value not in (
                select value from customer.identifier group by value having count(distinct customer_id) > 1
            )
            group by customer_id, source_count, record_count order by source_count desc, record_count desc, 1 limit 1
            """
        )
        folder = home.home.parent / "person"
        told = guiyi("export", "--identifier", f"email:{email}", "--out", folder, "--by", "dpo")
        assert told.code == 0, told.err
        assert email not in told.out
        assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
        again = guiyi("export", "--identifier", f"email:{email}", "--out", folder, "--by", "dpo")
        assert again.code == 1
        assert "name another folder" in again.err
    data = json.loads((folder / "person.json").read_text(encoding="utf-8"))
    return home, customer, data, (folder / "person.html").read_text(encoding="utf-8")


COUNTED = {
    "identifiers": "select count(*) from standard.identifier join identity.record_customer as who using (record_id) "
    "where who.customer_id = ?",
    "records": "select count(*) from identity.record_customer where customer_id = ?",
    "orders": "select count(*) from customer.purchase where customer_id = ?",
    "visits": "select count(*) from customer.event where customer_id = ?",
    "contacts": "select count(*) from customer.interaction where customer_id = ?",
    "consents": "select count(*) from standard.consent join identity.record_customer as who using (record_id) "
    "where who.customer_id = ?",
    "permissions": "select count(*) from customer.permission where customer_id = ?",
    "origins": "select count(*) from customer.provenance where customer_id = ? and record_id is not null",
}


@pytest.mark.parametrize("section", COUNTED)
def test_everything_there_is_is_in_it(exported, section):
    home, customer, data, _ = exported
    assert len(data[section]) == home.rows(COUNTED[section], customer)[0][0]


LOGGED = """
    insert into segment.extract_log by name
    select timestamp '2026-03-01' + to_days(day) as extracted_at, 'fans' as segment, 'marketing' as purpose,
        'email' as channel, 'ann' as actor, 9 as members, 5 as extracted, 4 as withheld, 'email' as columns,
        'extracts/fans/' || day || '.csv' as file_name, '' as content_hash, kind
    from (values (1, 'full'), (2, 'full'), (3, 'delta'), (4, 'full'), (5, 'delta'), (6, 'full')) as made(day, kind)
"""
# Who came with which file and went with which → the days of the lists that held or named the person.
HELD = {
    "counted and withheld": (None, None, []),
    "in all from the first": (1, None, [1, 2, 4, 6]),
    "taken out by a full list": (1, 4, [1, 2]),
    "taken out by a delta": (2, 5, [2, 4, 5]),
    "brought by a delta": (3, None, [3, 4, 6]),
}


@pytest.mark.parametrize("case", HELD)
def test_lists_are_those_that_held_the_person(exported, tmp_path, monkeypatch, case):
    came, went, days = HELD[case]
    home, customer, _, _ = exported
    copy = home.copy(tmp_path / "home")
    copy.enter(monkeypatch)
    with duckdb.connect(str(copy.home / "warehouse.duckdb")) as con:
        con.execute("delete from segment.extract_log; delete from segment.extracted")
        con.execute("insert into segment.change values ('fans', ?, 'entered', date '2026-03-01')", [customer])
        con.execute(LOGGED)
        if came:
            files = [f"extracts/fans/{day}.csv" if day else None for day in (came, went)]
            con.execute(
                "insert into segment.extracted values ('fans', 'csv', ?, ?, ?, ?)", [customer, customer, *files]
            )
        ((email,),) = con.execute(
            "select min(value) from customer.identifier where customer_id = ? and namespace = 'email' and value not in "
            "(select value from customer.identifier where customer_id <> ?)",
            [customer, customer],
        ).fetchall()
    told = guiyi("export", "--identifier", f"email:{email}", "--out", tmp_path / "person", "--by", "dpo")
    assert told.code == 0, told.err
    data = json.loads((tmp_path / "person" / "person.json").read_text(encoding="utf-8"))
    assert [entry["extracted_at"][8:10] for entry in data.get("extracts", [])] == [f"{1 + day:02}" for day in days]


def test_nothing_of_anybody_else_is_in_it(exported):
    home, customer, data, page = exported
    text = json.dumps(data, ensure_ascii=False) + page
    others = home.rows(
        """
        select distinct value from customer.identifier where customer_id <> $1 and length(value) >= 8
            and value not in (select value from customer.identifier where customer_id = $1)
        """,
        customer,
    )
    assert others
    assert [value for (value,) in others if value in text] == []


def test_the_page_says_all_sections_in_both_languages(exported):
    _, _, data, page = exported
    for title in ("Identifiers · 标识信息", "Orders · 订单", "Visits of website and app · 网站与应用访问"):
        assert title in page
    assert "http-equiv" in page
    assert data["who"][0]["full_name"] in page


def test_the_export_is_audited_without_the_person(exported):
    home, customer, data, _ = exported
    ((actor, subject, detail),) = home.rows("select actor, subject, detail from ops.audit where action = 'export'")
    assert (actor, subject) == ("dpo", customer)
    assert data["identifiers"][0]["value"] not in detail


def test_hostile_values_come_out_escaped():
    section = Section("who", "Who", "谁", ("full_name",), ((HOSTILE,), (None,)))
    file = PersonFile(Subject(("C1",), 1, 1, {}), datetime(2026, 3, 2), (section,))
    page = person_page(file)

    tags: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            tags.append(tag)

    Reader().feed(page)
    assert "script" not in tags
    assert "&lt;script&gt;" in page
    assert "\x00" not in page
    assert json.loads(person_data(file))["who"] == [{"full_name": HOSTILE}, {}]
