"""Sheets as tables: cells as text, header rows, merged cells, and workbooks that are none."""

import io
import zipfile
from datetime import date, datetime, time, timedelta

import pytest
import xlsxwriter

from connectors.files.chunk import UnreadableFile
from connectors.files.compressed import Expansion
from connectors.files.workbook import Workbook, read_workbook


def workbook(*sheets):
    """A workbook to be finished and its bytes; each sheet is (name, rows from A1)."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    for title, rows in sheets:
        sheet = book.add_worksheet(title)
        for y, row in enumerate(rows):
            for x, cell in enumerate(row):
                if cell is not None:
                    sheet.write(y, x, cell)
    return book, out


def written(book, out) -> bytes:
    book.close()
    return out.getvalue()


@pytest.fixture
def read(tmp_path):
    def read(content: bytes, **shape) -> list[dict]:
        path = tmp_path / "book.xlsx"
        path.write_bytes(content)
        chunks = list(read_workbook(path, Workbook(**shape)))
        assert all(len(chunk.rows) + len(chunk.rejects) == chunk.delivered for chunk in chunks)
        return [row for chunk in chunks for row in chunk.rows.to_pylist()]

    return read


CELLS = [
    pytest.param("王小明", "王小明", id="text"),
    pytest.param(3, "3", id="whole number"),
    pytest.param(13800138000, "13800138000", id="a phone typed as a number"),
    pytest.param(2.5, "2.5", id="fraction"),
    pytest.param(0.1 + 0.2, "0.3", id="the digits that are shown"),
    pytest.param(1e-7, "0.0000001", id="small fraction without exponent"),
    pytest.param(123456789012345678, "123456789012345700", id="an id past 15 digits has lost the others"),
    pytest.param(True, "true", id="true"),
    pytest.param(date(2026, 3, 1), "2026-03-01", id="date"),
    pytest.param(datetime(2026, 3, 1, 9, 5), "2026-03-01 09:05:00", id="time of a day"),
    pytest.param(time(9, 5), "09:05:00", id="time alone"),
    pytest.param(timedelta(hours=42), "42:00:00", id="duration past a day"),
    pytest.param(("=1/0", None, "#DIV/0!"), None, id="error"),
    pytest.param(("=NA()", None, "#N/A"), None, id="not available"),
    pytest.param(('="a"&"b"', None, "ab"), "ab", id="formula's last result"),
    pytest.param("=not a formula", "=not a formula", id="text that begins like a formula"),
    pytest.param("a\nb", "a\nb", id="line break"),
    pytest.param("", None, id="empty"),
]  # fmt: skip


def test_cells_become_the_text_that_was_meant(read):
    book, out = workbook(("s", [["key", "value"]]))
    for y, case in enumerate(CELLS, start=1):
        book.worksheets()[0].write(y, 0, str(y))
        cell = case.values[0]
        kinds = {date: "yyyy-mm-dd", datetime: "yyyy-mm-dd hh:mm:ss", time: "hh:mm:ss", timedelta: "[h]:mm:ss"}
        if isinstance(cell, tuple):
            book.worksheets()[0].write_formula(y, 1, *cell)
        elif isinstance(cell, str):
            book.worksheets()[0].write_string(y, 1, cell)
        else:
            book.worksheets()[0].write(y, 1, cell, book.add_format({"num_format": kinds.get(type(cell), "General")}))
    rows = read(written(book, out))
    assert {case.id: row["value"] for case, row in zip(CELLS, rows, strict=True)} == {
        case.id: case.values[1] for case in CELLS
    }
    assert [row["_line"] for row in rows] == list(range(2, len(CELLS) + 2))


def test_the_first_sheet_with_data_is_read_unless_another_is_named(read):
    content = written(*workbook(("empty", []), ("客户", [["a"], ["1"]]), ("orders", [["a"], ["2"]])))
    assert read(content) == [{"_line": 2, "a": "1"}]
    assert read(content, sheet="orders") == read(content, sheet=3) == [{"_line": 2, "a": "2"}]
    assert read(content, sheet="empty") == []


def test_a_hidden_sheet_of_choices_is_not_the_data(read):
    book, out = workbook(("choices", [["yes"], ["no"]]), ("data", [["a"], ["1"]]))
    book.worksheets()[1].activate()
    book.worksheets()[1].set_first_sheet()
    book.worksheets()[0].hide()
    assert read(written(book, out)) == [{"_line": 2, "a": "1"}]


def test_rows_above_the_header_empty_rows_and_columns_without_a_name(read):
    content = written(*workbook(("s", [["exported 2026-03-01"], [], [None, "a", None, "b"], [], [None, "1", None, "2"],
                                       [None, "3", "x", None]])))  # fmt: skip
    assert read(content, skip_rows=1) == [
        {"_line": 5, "a": "1", "column_3": None, "b": "2"},
        {"_line": 6, "a": "3", "column_3": "x", "b": None},
    ]


def test_two_header_rows_with_merged_questions(read):
    book, out = workbook(("s", [["Id", "Which?", None], [None, "Tea", "Coffee"], ["1", "x", None]]))
    book.worksheets()[0].merge_range(0, 1, 0, 2, "Which?")
    book.worksheets()[0].merge_range(0, 0, 1, 0, "Id")
    assert read(written(book, out), header_rows=2) == [{"_line": 3, "Id": "1", "Which?": "x", "Coffee": None}]


def test_a_cell_merged_over_rows_holds_for_each(read):
    book, out = workbook(("s", [["order", "item"], [None, "tea"], [None, "cup"], ["o2", "pot"]]))
    book.worksheets()[0].merge_range(1, 0, 2, 0, "o1")
    assert [(row["order"], row["item"]) for row in read(written(book, out))] == [
        ("o1", "tea"), ("o1", "cup"), ("o2", "pot")
    ]  # fmt: skip


def test_portions_do_not_cut_merged_cells_or_line_numbers(read):
    rows = [["order", "item", *["x"] * 198], *([None, str(i)] for i in range(600))]
    book, out = workbook(("s", rows))
    book.worksheets()[0].merge_range(1, 0, 600, 0, "o1")
    found = read(written(book, out))
    assert [(row["_line"], row["order"], row["item"]) for row in found] == [(i + 2, "o1", str(i)) for i in range(600)]


def test_names_of_ones_own(read):
    content = written(*workbook(("s", [["1", "2"], ["3", "4"]])))
    assert read(content, header_rows=0, names=("a", "b")) == [
        {"_line": 1, "a": "1", "b": "2"}, {"_line": 2, "a": "3", "b": "4"}
    ]  # fmt: skip


ODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">
<office:body><office:spreadsheet><table:table table:name="s">
<table:table-row><table:table-cell office:value-type="string"><text:p>name</text:p></table:table-cell>
<table:table-cell office:value-type="string"><text:p>n</text:p></table:table-cell></table:table-row>
<table:table-row><table:table-cell office:value-type="string"><text:p>王</text:p></table:table-cell>
<table:table-cell office:value-type="float" office:value="7"><text:p>7</text:p></table:table-cell></table:table-row>
</table:table></office:spreadsheet></office:body></office:document-content>"""


def test_a_workbook_of_libreoffice(read):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", ODS.replace(">\n<", "><"))
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    assert read(out.getvalue()) == [{"_line": 2, "name": "王", "n": "7"}]


def with_sheet(content: bytes, *changes: tuple[bytes, bytes]) -> bytes:
    """The workbook with its first sheet's XML changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.infolist():
            data = old.read(each)
            for before, after in changes if each.filename.endswith("sheet1.xml") else ():
                assert before in data
                data = data.replace(before, after)
            new.writestr(each.filename, data)
    return out.getvalue()


def plain() -> bytes:
    return written(*workbook(("s", [["a", "b"], ["1", "2"]])))


# The header of a compound file, as a workbook with a password is one.
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600
UNREADABLE = [
    pytest.param(lambda: b"a,b\n1,2\n", "damaged, or is none", id="a CSV called xlsx"),
    pytest.param(lambda: b"", "damaged, or is none", id="empty"),
    pytest.param(lambda: plain()[:-200], "damaged, or is none", id="cut"),
    pytest.param(lambda: COMPOUND, "damaged, or is none", id="nothing but a header"),
    pytest.param(lambda: COMPOUND + "EncryptedPackage".encode("utf-16-le"), "needs a password", id="password"),
    pytest.param(lambda: with_sheet(plain(), (b'<row r="2"', b'<row r="1048576"'), (b'"B2"', b'"XFD1048576"')),
                 "more than 3 GiB of memory", id="a cell in the far corner"),
    pytest.param(lambda: with_sheet(plain(), (b"<sheetData>", b"<sheetData>" + b" " * (4 << 20))),
                 "unpacks to more than 200 times its size", id="bomb"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "reason"), UNREADABLE)
def test_what_is_no_workbook_says_so(content, reason, read, monkeypatch):
    monkeypatch.setattr("connectors.files.workbook.UNPACKED", Expansion(most_times=200, free_bytes=1 << 20))
    with pytest.raises(UnreadableFile, match=reason):
        read(content())


def test_a_sheet_that_is_not_there(read):
    with pytest.raises(UnreadableFile, match="no sheet of the configured name"):
        read(plain(), sheet="orders")
    with pytest.raises(UnreadableFile, match="1 sheets, none is number 2"):
        read(plain(), sheet=2)


def test_a_sheet_that_ends_inside_its_header_rows(read):
    with pytest.raises(UnreadableFile, match="3 header rows"):
        read(plain(), header_rows=3)
