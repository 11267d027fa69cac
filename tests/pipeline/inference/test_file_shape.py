"""How unknown files are laid out."""

import gzip
import io
import json
import zipfile

import pytest
import xlsxwriter

from pipeline.inference.file_shape import Choices, UnclearFile, find_shape, opened, slug, suffix_of
from tests.pipeline.inference.conftest import events, lines, members, orders, people, table

QUALTRICS = 'a,b\r\nScore,Name\r\n"{""ImportId"":""x""}","{""ImportId"":""y""}"\r\n9,Ann\r\n8,Bob\r\n'
SURVEY = "Id,Date,Email,Rate us,\r\n,,,Score,Comment\r\n" + "".join(
    f"{i},2026-03-0{i},a{i}@x.org,{i},good\r\n" for i in range(1, 9)
)
TITLED = "Members of the club,,\r\n,,\r\nid,name,phone\r\n" + "".join(f"{i},Ann,4155552{i:03}\r\n" for i in range(9))
PAGE = {"errcode": 0, "data": {"total": 2, "list": [{"id": 1}, {"id": 2}], "tags": [{"t": 1}]}}
# what the file holds → format, settings
SHAPES = {
    "commas": (table(people()), "csv", {}),
    "semicolons": (table(people(), delimiter=";"), "csv", {"delimiter": ";"}),
    "tabs": (table(people(), delimiter="\t"), "csv", {"delimiter": "\t"}),
    "one column": ("email\r\na@x.org\r\nb@x.org\r\n", "csv", {}),
    "GB18030": (table(members()).encode("gb18030"), "csv", {"encoding": "gb18030"}),
    "UTF-16 with its mark": (table(members()).encode("utf-16"), "csv", {"encoding": "utf-16"}),
    "a mark and UTF-8": (table(members()).encode("utf-8-sig"), "csv", {}),
    "gzip": (gzip.compress(table(people()).encode()), "csv", {}),
    "a title above the header": (TITLED, "csv", {"skip_rows": 2}),
    "two header rows": (SURVEY, "csv", {"header_rows": 2}),
    "three header rows": (QUALTRICS, "csv", {"header_rows": 3}),
    "quotes that are no quotes": ('id\tname\n1\t"Ann\n2\t"Bob\n3\tCy\n', "csv", {"delimiter": "\t", "quoting": False}),
    "no header": (
        table(people()[:3], header=False),
        "csv",
        {"header_rows": 0, "names": [f"column_{i}" for i in range(1, 10)]},
    ),
    "objects a line": (lines(events()), "ndjson", {}),
    "an array": (json.dumps(events()), "json", {}),
    "a page": (json.dumps(PAGE, indent=1), "pages", {"path": "$.data.list"}),
    "one object": (json.dumps({"id": 1, "name": "Ann"}, indent=1), "pages", {"path": "$", "single": True}),
    "blanks, with a header": (
        " customer  date  dollars\n 00001 19970101 11.77\n 00002 19970102  2.00\n",
        "lines",
        {"pattern": r"^\s*(?P<customer>\d+)\s+(?P<date>\d+)\s+(?P<dollars>-?\d+(?:\.\d+)?)\s*$"},
    ),
}
UNCLEAR = {
    "nothing": ("", "is empty"),
    "blanks": (" \n\n", "holds no text"),
    "a web server's log": ('1.2.3.4 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 1\n' * 3, "access_log"),
    "half of a document": ('{"data": [{"id": 1},', "cut off"),
}


@pytest.mark.parametrize("case", SHAPES)
def test_shapes(put, case):
    content, wanted, settings = SHAPES[case]
    found = find_shape(put("file.txt", content))
    assert (found.format, found.settings) == (wanted, settings)


@pytest.mark.parametrize("case", UNCLEAR)
def test_what_nothing_can_be_said_of(put, case):
    content, said = UNCLEAR[case]
    path = put("file.txt", content)
    with pytest.raises(UnclearFile, match=said), opened(path):
        find_shape(path)


def test_names_for_a_file_without_a_header(put):
    path = put("file.csv", "1,Ann,4155552671\r\n2,Bob,4155552672\r\n")
    assert find_shape(path, Choices(names=("id", "name", "phone"))).settings["names"] == ["id", "name", "phone"]
    with pytest.raises(UnclearFile, match="has 3 columns, and --names gives 2"):
        find_shape(path, Choices(names=("id", "name")))


def test_another_array_of_a_document(put):
    path = put("page.json", json.dumps(PAGE))
    assert find_shape(path, Choices(at="$.data.tags")).settings == {"path": "$.data.tags"}
    with pytest.raises(UnclearFile, match=r"there are \$\.data\.list, \$\.data\.tags"):
        find_shape(path, Choices(at="$.rows"))


def test_workbooks(put):
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet, other = book.add_worksheet("会员"), book.add_worksheet("orders")
    sheet.write(0, 0, "会员列表")
    for i, row in enumerate([list(members()[0]), *(list(each.values()) for each in members())]):
        sheet.write_row(i + 2, 0, row)
    for i, row in enumerate([list(orders()[0]), *(list(each.values()) for each in orders())]):
        other.write_row(i, 0, row)
    book.close()
    path = put("book.xlsx", out.getvalue())
    found = find_shape(path)
    assert (found.format, found.settings) == ("xlsx", {"skip_rows": 2})
    assert any("2 sheets" in remark for remark in found.remarks)
    assert find_shape(path, Choices(sheet="orders")).settings == {"sheet": "orders"}


def test_a_member_of_an_archive_is_read_and_others_are_named(put):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("Leads_001.csv", table(people()))
        archive.writestr("Deals_001.csv", "Id,Amount\r\n1,2\r\n")
    with opened(put("export.zip", out.getvalue())) as (path, member, remarks):
        assert (path.name, member, find_shape(path).format) == ("Leads_001.csv", "Leads_*.csv", "csv")
    assert "Deals_001.csv" in remarks[0]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("members-2026-03-18.csv", "members"),
        ("fake_1000.csv.gz", "fake"),
        ("Käufer Liste.xlsx", "ka_ufer_liste"),
        ("会员.csv", "source"),
    ],
)
def test_names_of_sources(name, wanted):
    assert slug(name) == wanted


@pytest.mark.parametrize(
    ("name", "wanted"), [("a.csv", ".csv"), ("a 2026.03.18.csv.gz", ".csv"), ("a.xlsx", ".xlsx"), ("a", "")]
)
def test_what_files_like_it_end_in(name, wanted):
    assert suffix_of(name) == wanted


def test_what_is_no_text_is_said_to_be_none(put):
    with pytest.raises(UnclearFile, match="neither text nor a workbook nor Parquet"):
        find_shape(put("picture.csv", bytes(range(256)) * 20))
