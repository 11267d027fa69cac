"""The page of an explanation: well-formed, all in one file, escaped, and without any value of a record."""

import re
from dataclasses import replace
from datetime import datetime
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from identity.explanation import Bridge, CustomerExplanation, Explanation, Line
from pipeline.evidence import CustomerEvidence, Decision, PairEvidence, RecordName, ReviewRow
from pipeline.explanation_page import PageExists, check_page, customer_page, pair_page, write_page

EVIL = "</svg><script>alert(1)</script>&amp;\"'"
XHTML, SVG = "{http://www.w3.org/1999/xhtml}", "{http://www.w3.org/2000/svg}"
VOID = {"meta"}

KEYS = ("+8613911112222", "wang@x.cn", "王小明", "#1001")
NAMES = tuple(RecordName(f"a{n}", "zoho", EVIL, key) for n, key in enumerate(KEYS))
LINES = (Line("email", "same", 15.8, 15.8, 0.85, 0.000015), Line(EVIL, EVIL, -2.0, 13.8))
FOUND = Explanation("a0", "a1", 13.8, 0.95, 9.6, ("email", EVIL), LINES, ("phone", EVIL), "E1")
DECISION = Decision("a0", "a1", "same", "li.na", datetime(2026, 1, 2), "王小明 called from +8613911112222")
REVIEW = ReviewRow("a0", "a1", 13.8, "weak bridge", EVIL, "C1", None, 3)
PAIR = PairEvidence(NAMES[0], NAMES[1], "C1", "C1", FOUND, (), (), DECISION, (REVIEW,))
LINKS = (
    Bridge("a0", "a1", None, None, decided=True),
    Bridge("a1", "a2", 30.0, 0.999999, lines=LINES),
    Bridge("a2", "a3", 13.8, 0.95, lines=LINES),
    Bridge("a0", "a2", 12.0, 0.8),
    Bridge("a1", "a3", -4.0, 0.0001),
)
TOLD = CustomerExplanation(
    "C1", 4, LINKS[:3], LINKS[2], (), (("a0", "a1", "a2"), ("a3",)), LINKS[4:], LINKS[1:], 9.6, ("a0", "a1", "a2", "a3")
)
CUSTOMER = CustomerEvidence(TOLD, NAMES, (REVIEW,), (DECISION,))

PAGES = {
    "pair": pair_page(PAIR),
    "path": pair_page(replace(PAIR, explanation=None, path=LINKS[:3], on_the_way=NAMES)),
    "path of decisions": pair_page(replace(PAIR, explanation=None, path=LINKS[:1], on_the_way=NAMES)),
    "a decision alone": pair_page(replace(PAIR, explanation=None, customer_id_r="C2")),
    "customer": customer_page(CUSTOMER),
    "customer of one record": customer_page(
        CustomerEvidence(CustomerExplanation("C1", 1, (), None, (), members=("a0",)), NAMES[:1], (), ())
    ),
    "customer of decisions": customer_page(
        replace(CUSTOMER, explanation=CustomerExplanation("C1", 2, LINKS[:1], None, (), members=("a0", "a1")))
    ),
    "customer with loose records": customer_page(replace(CUSTOMER, explanation=replace(TOLD, unlinked=("a9",)))),
}


class Balance(HTMLParser):
    """What a browser's parser would complain of: tags that are not closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag, attributes):
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        # Self-closing holds for void elements and inside SVG; anywhere else a browser leaves the element open.
        if tag not in VOID and "svg" not in self.open:
            self.wrong.append(tag)

    def handle_endtag(self, tag):
        if tag in VOID or not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def parsed(page: str) -> ElementTree.Element:
    assert page.startswith("<!DOCTYPE html>\n<html")
    return ElementTree.fromstring(page.partition("\n")[2])


@pytest.mark.parametrize("name", PAGES)
def test_it_is_well_formed_for_parsers_of_either_kind(name):
    assert parsed(PAGES[name]).tag == f"{XHTML}html"
    balance = Balance()
    balance.feed(PAGES[name])
    assert (balance.open, balance.wrong) == ([], [])


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_fetched_or_run(name):
    root = parsed(PAGES[name])
    tags = {each.tag.partition("}")[2] for each in root.iter()}
    assert tags.isdisjoint({"script", "link", "img", "image", "iframe", "object", "use", "foreignObject", "a"})
    attributes = {attribute for each in root.iter() for attribute in each.attrib}
    assert [each for each in attributes if each.startswith("on") or each in ("href", "src", "style")] == []
    assert set(re.findall(r"https?://[\w./]+", PAGES[name])) <= {XHTML[1:-1], SVG[1:-1]}
    style = root.find(f"{XHTML}head/{XHTML}style").text
    assert "url(" not in style
    assert "@import" not in style
    assert "prefers-color-scheme: dark" in style
    assert "default-src 'none'" in PAGES[name]


@pytest.mark.parametrize("name", PAGES)
def test_no_value_note_or_key_is_in_it(name):
    written = "".join(parsed(PAGES[name]).itertext())
    assert [value for value in (*KEYS, "called", "li.na") if value in written or value in PAGES[name]] == []


def test_what_comes_in_is_shown_as_it_is():
    for name in ("pair", "customer"):
        assert EVIL in "".join(parsed(PAGES[name]).itertext())


@pytest.mark.parametrize("name", ["pair", "path", "customer"])
def test_the_picture_tells_those_who_do_not_see_it(name):
    (picture,) = parsed(PAGES[name]).iter(f"{SVG}svg")
    assert picture.get("role") == "img"
    named = {each.get("id"): each.text for each in picture if each.tag in (f"{SVG}title", f"{SVG}desc")}
    assert set(picture.get("aria-labelledby").split()) == set(named)
    assert all(named.values())


def arcs_of(name: str) -> list[tuple[str, str]]:
    """Kind and title of every link that is drawn."""
    return sorted(
        (path.get("class"), path.find(f"{SVG}title").text)
        for path in parsed(PAGES[name]).iter(f"{SVG}path")
        if path.find(f"{SVG}title") is not None
    )


def test_a_customer_is_drawn_with_its_weakest_bridge_apart():
    assert arcs_of("customer") == [
        ("against", "a1 and a3: -4.0 bits, probability 0.0001"),
        ("bridge", "a1 and a2: +30.0 bits, probability >0.9999"),
        ("decided", "a0 and a1: a steward's word"),
        ("likely", "a0 and a2: +12.0 bits, probability 0.8000"),
        ("weakest", "a2 and a3: +13.8 bits, probability 0.9500"),
    ]
    dots = {(float(dot.get("cx")), float(dot.get("cy"))) for dot in parsed(PAGES["customer"]).iter(f"{SVG}circle")}
    assert (len(dots), len({x for x, _ in dots})) == (4, 2)


def test_a_stroke_is_as_wide_as_its_link_is_strong():
    tree = [Bridge("a0", "a1", 50.0, 1.0), Bridge("a1", "a2", 20.0, 0.99), Bridge("a2", "a3", 12.0, 0.9)]
    page = customer_page(
        replace(CUSTOMER, explanation=replace(TOLD, tree=tuple(tree), weakest=tree[2], links=tuple(tree)))
    )
    widths = {
        path.find(f"{SVG}title").text[:9]: float(path.get("stroke-width"))
        for path in parsed(page).iter(f"{SVG}path")
        if path.find(f"{SVG}title") is not None
    }
    assert widths["a0 and a1"] > widths["a1 and a2"] > widths["a2 and a3"]


def test_a_path_is_drawn_in_its_order():
    (picture,) = parsed(PAGES["path"]).iter(f"{SVG}svg")
    ids = [text for text in picture.iter(f"{SVG}text") if "id" in text.get("class").split()]
    assert [text.text for text in sorted(ids, key=lambda text: float(text.get("y")))] == ["a0", "a1", "a2", "a3"]


def test_a_file_is_replaced_only_when_told_to(tmp_path):
    path = tmp_path / "new" / "page.html"
    check_page(path, replace=False)
    write_page(path, "one", replace=False)
    for act in (lambda: check_page(path, replace=False), lambda: write_page(path, "two", replace=False)):
        with pytest.raises(PageExists, match="--force"):
            act()
    assert path.read_text() == "one"
    write_page(path, "two", replace=True)
    assert [(each.name, each.read_text()) for each in path.parent.iterdir()] == [("page.html", "two")]


@pytest.mark.parametrize("replacing", [False, True])
def test_a_folder_is_no_page(tmp_path, replacing):
    with pytest.raises(PageExists, match="is a folder"):
        check_page(tmp_path, replace=replacing)
