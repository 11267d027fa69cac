"""`guiyi explain`: the evidence of a customer and of a pair in bits, on the terminal and as a page."""

import io
import json
import re
from xml.etree import ElementTree

import duckdb
import pytest

from tests.pipeline.demo_home import demo_home, guiyi

ID = r"[0-9a-f]{16}"


@pytest.fixture
def demo(monkeypatch, tmp_path_factory):
    made = demo_home(tmp_path_factory.getbasetemp())
    made.enter(monkeypatch)
    return made


@pytest.fixture
def own(monkeypatch, tmp_path, demo):
    """A copy of the installation, to be written to."""
    copy = demo.copy(tmp_path / "home")
    copy.enter(monkeypatch)
    return copy


LINKED = """
    select l.customer_id, l.record_id, r.record_id, link.match_weight,
        l.source || '/' || l.stream || '/' || l.source_record_id,
        r.source || '/' || r.stream || '/' || r.source_record_id
    from identity.link as link
    join identity.record_customer as l on l.record_id = link.record_id_l
    join identity.record_customer as r on r.record_id = link.record_id_r and r.customer_id = l.customer_id
    where l.customer_id in (select customer_id from identity.record_customer group by 1 having count(*) >= 3)
    order by link.match_weight desc, 2, 3 limit 1
"""
APART = """
    select l.record_id, r.record_id from identity.record_customer as l, identity.record_customer as r
    where l.record_id < r.record_id and l.customer_id <> r.customer_id and not exists (
        select 1 from identity.link where record_id_l in (l.record_id, r.record_id)
            and record_id_r in (l.record_id, r.record_id)
    ) order by all limit 1
"""


@pytest.fixture
def linked(demo):
    """The strongest link within a customer of three records and more: customer, record ids, weight, records' names."""
    (row,) = demo.rows(LINKED)
    return row


def write(own, query: str, *parameters: object) -> None:
    with duckdb.connect(str(own.home / "warehouse.duckdb")) as con:
        con.execute(query, list(parameters))


def test_a_customer_shows_its_records_and_the_links_that_hold_it(demo, linked):
    told = guiyi("explain", linked[0])
    assert told.code == 0
    ((records,),) = demo.rows("select count(*) from identity.record_customer where customer_id = ?", linked[0])
    head, _, links = told.out.partition("links that hold it together")
    assert head.startswith(f"customer {linked[0]}: {records} records")
    assert len(re.findall(rf"^{ID} ", head, re.MULTILINE)) == records
    # A tree over n records has n - 1 links, the weakest last.
    bits = [
        float(text)
        for text in re.findall(rf"^{ID} +{ID} +([+-]\d+\.\d) ", links.partition("weakest bridge")[0], re.MULTILINE)
    ]
    assert len(bits) == records - 1
    assert bits == sorted(bits, reverse=True)


def test_a_customer_shows_where_it_would_part(demo, linked):
    told = guiyi("explain", linked[0]).out
    weakest = re.search(rf"weakest bridge: ({ID}) and ({ID}), ([+-]\d+\.\d) bits", told)
    sides = [
        set(re.findall(ID, told[at : told.index("\n", at)]))
        for at in (told.index("  without it"), told.index("  and "))
    ]
    members = {
        row[0] for row in demo.rows("select record_id from identity.record_customer where customer_id = ?", linked[0])
    }
    assert sides[0] | sides[1] == members
    assert not sides[0] & sides[1]
    assert [weakest[number + 1] in side for number, side in enumerate(sides)] == [True, True]
    # Nothing between the sides is stronger.
    ((strongest,),) = demo.rows(
        """
        select max(match_weight) from identity.link
        where (list_contains($1, record_id_l) and list_contains($2, record_id_r))
            or (list_contains($2, record_id_l) and list_contains($1, record_id_r))
        """,
        sorted(sides[0]), sorted(sides[1]),
    )  # fmt: skip
    assert float(weakest[3]) == pytest.approx(strongest, abs=0.06)
    assert re.search(r"  rests on +\w+ .+ \+\d", told)


@pytest.mark.parametrize("names", [(1, 2), (2, 1), (4, 5), (1, 5)], ids=["ids", "swapped", "source keys", "both"])
def test_a_pair_is_explained_bit_by_bit_whatever_its_records_are_called(demo, linked, names):
    told = guiyi("explain", *(linked[name] for name in names))
    assert told.code == 0
    steps = re.findall(r"^\w+ .*? ([+-]\d+\.\d) +([+-]\d+\.\d) ", told.out, re.MULTILINE)
    ((threshold,),) = demo.rows("select any_value(threshold) from identity.model")
    assert float(steps[0][0]) == float(steps[0][1]) == pytest.approx(-threshold, abs=0.06)
    assert float(steps[-1][1]) == pytest.approx(linked[3] - threshold, abs=0.06)
    assert sum(float(bits) for bits, _ in steps) == pytest.approx(linked[3] - threshold, abs=0.05 * len(steps) + 0.06)
    assert f"weight {linked[3]:+.1f} bits, probability " in told.out
    assert f"both belong to customer {linked[0]}" in told.out
    assert "nothing to compare: " in told.out


@pytest.mark.parametrize("width", [60, 80])
def test_it_fits_a_narrow_terminal(demo, linked, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    for names in ([linked[0]], linked[1:3]):
        assert [line for line in guiyi("explain", *names).out.splitlines() if len(line) > width] == []


def test_records_of_a_customer_without_a_link_are_led_from_one_to_the_other(own, linked):
    _, left, right = linked[:3]
    write(own, "delete from identity.link where record_id_l in ($1, $2) and record_id_r in ($1, $2)", left, right)
    told = guiyi("explain", left, right)
    assert told.code == 0
    assert "no link is stored between these two records; the strongest way from one to the other:" in told.out
    way = re.findall(rf"^({ID}) +({ID}) +[+-]", told.out, re.MULTILINE)
    assert len(way) >= 2
    assert (way[0][0], way[-1][1]) == (left, right)
    assert [step[1] for step in way[:-1]] == [step[0] for step in way[1:]]


@pytest.mark.parametrize("verdict", ["same", "different"])
def test_who_decided_is_told_and_the_note_is_not(own, linked, verdict):
    assert guiyi("decide", verdict, linked[1], linked[2], "--by", "li.na", "--note", "father and son").code == 0
    told = guiyi("explain", linked[2], linked[1]).out
    said = {"same": "that they are one person\n", "different": "that they are different persons; not applied yet"}
    assert re.search(r"li\.na decided on \d{4}-\d\d-\d\d " + re.escape(said[verdict]), told)
    customer = guiyi("explain", linked[0]).out
    assert re.search(rf"{ID}  {ID}  {verdict} +li\.na", customer)
    assert "father and son" not in told + customer


def test_a_decision_is_told_where_nothing_else_is_known(own):
    (pair,) = own.rows(APART)
    assert guiyi("decide", "different", *pair, "--by", "li.na").code == 0
    told = guiyi("explain", *pair)
    assert (told.code, "li.na decided on" in told.out, "no link is stored" in told.out) == (0, True, True)


def test_what_waits_for_a_steward_is_told_until_somebody_decides(own, linked):
    write(
        own,
        "insert into identity.review by name select $1 as record_id_l, $2 as record_id_r, 12.3 as match_weight, "
        "'weak bridge' as kind, 'doubtful [red]brackets' as detail, 1.0 as expected_change, 1 as rank",
        linked[1], linked[2],
    )  # fmt: skip
    asked = ([linked[0]], linked[1:3])
    assert [re.sub(r"\s+", " ", guiyi("explain", *names).out).count("weak bridge") for names in asked] == [1, 1]
    assert "doubtful [red]brackets" in guiyi("explain", *linked[1:3]).out
    assert guiyi("decide", "same", *linked[1:3], "--by", "li.na").code == 0
    assert [guiyi("explain", *names).out.count("weak bridge") for names in asked] == [0, 0]


def values_of(demo) -> set[str]:
    rows = demo.rows(
        "select email, phone, full_name, address, birth_date::varchar from standard.record "
        "union all select value, null, null, null, null from standard.identifier"
    )
    return {value.lower() for row in rows for value in row if value and len(value) > 5}


def test_no_value_of_a_person_is_shown_or_written(demo, linked, tmp_path):
    shown = ""
    for number, names in enumerate(([linked[0]], linked[1:3])):
        page = tmp_path / f"{number}.html"
        told = guiyi("explain", *names, "--html", page)
        assert told.code == 0
        assert told.out.endswith(f"page → {page}\n")
        text = page.read_text(encoding="utf-8")
        assert ElementTree.fromstring(text.partition("\n")[2]).findall(".//{http://www.w3.org/2000/svg}svg")
        shown += told.out.removesuffix(f"{page}\n") + text
    assert [value for value in values_of(demo) if value in shown.lower()] == []


def test_a_page_is_not_replaced_unless_told_to(demo, linked, tmp_path):
    page = tmp_path / "page.html"
    page.write_text("mine")
    told = guiyi("explain", linked[0], "--html", page)
    assert (told.code, told.out, page.read_text()) == (1, "", "mine")
    assert "say --force to replace it" in told.err
    assert guiyi("explain", linked[0], "--html", page, "--force").code == 0
    assert page.read_text().startswith("<!DOCTYPE html>")


class Terminal(io.StringIO):
    """Where a person reads."""

    def isatty(self) -> bool:
        return True


def test_values_are_shown_to_a_terminal_that_asked(demo, linked, monkeypatch, tmp_path, capsys):
    from pipeline.command_line import main

    terminal = Terminal()
    monkeypatch.setattr("sys.stdout", terminal)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("GUIYI_USER", "li.na")
    page = tmp_path / "page.html"
    assert main(["explain", linked[1], linked[2], "--values", "--html", str(page)]) == 0
    (row,) = demo.rows(
        "select list(value) from standard.identifier where record_id = ? and namespace = 'email'", linked[1]
    )
    (name,) = demo.rows("select full_name from standard.record where record_id = ?", linked[1])
    (actor, subject, detail) = demo.rows("select actor, subject, detail from ops.audit where action = 'show'")[-1]
    assert (actor, subject, json.loads(detail)["what"]) == ("li.na", f"{linked[1]} {linked[2]}", "two records")
    shown = terminal.getvalue()
    assert [value for value in (*(row[0] or ()), *name) if value and value not in shown] == []
    assert re.search(r" 1\.00$", shown, re.MULTILINE)
    assert [value for value in values_of(demo) if value in page.read_text(encoding="utf-8").lower()] == []


REFUSED = {
    "values into a pipe": ([1, 2, "--values"], "on a terminal only"),
    "values of a customer": ([0, "--values"], "name both"),
    "force without a page": ([0, "--force"], "--force goes with --html"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_wrong_use(linked, case):
    asked, said = REFUSED[case]
    told = guiyi("explain", *(linked[each] if isinstance(each, int) else each for each in asked))
    assert (told.code, told.out) == (2, "")
    assert said in told.err


def test_help_says_what_is_safe():
    told = re.sub(r"\s+", " ", guiyi("explain", "--help").out)
    for said in (
        "--html FILE",
        "--values",
        "not replaced unless --force is given",
        "holds no values even with --values",
    ):
        assert said in told


UNKNOWN = {
    "customer": (["C0000000000000000"], "there is no such customer"),
    "record": (["zoho/contacts/none", "zoho/contacts/none"], "no such record: name it by its record_id or as source/"),
    "same record twice": ([1, 1], "this is one record twice"),
    "record alone": ([1], "that is a record; it belongs to C"),
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_what_is_not_there_says_so(linked, case):
    names, said = UNKNOWN[case]
    told = guiyi("explain", *(linked[name] if isinstance(name, int) else name for name in names))
    assert told.code == 1
    assert said in told.err
    assert "Traceback" not in told.err


def test_records_that_share_nothing_have_no_link(demo):
    (pair,) = demo.rows(APART)
    told = guiyi("explain", *pair)
    assert (told.code, "no link is stored between these two records" in told.err) == (1, True)
