"""CSV, NDJSON, JSON pages, logs and Parquet: what is read, what is refused, and that both together are all."""

import gzip
import io
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.files.chunk import UnreadableFile
from connectors.files.columnar import Columnar
from connectors.files.delimited import Delimited, read_delimited
from connectors.files.objects import column_names
from connectors.files.pages import Pages
from connectors.files.patterned import Patterned
from connectors.files.reading import Ndjson, read_file
from connectors.sources.access_log import COMBINED


@pytest.fixture
def con():
    with duckdb.connect() as connection:
        yield connection


def collect(chunks) -> tuple[list[dict], list[tuple[int, str]]]:
    rows, refused = [], []
    for chunk in chunks:
        assert len(chunk.rows) + len(chunk.rejects) == chunk.delivered
        rows += chunk.rows.to_pylist()
        refused += [(row["line"], row["reason"]) for row in chunk.rejects.to_pylist()]
    return rows, refused


def read_csv(text: str | bytes, block: int = 1 << 20, **shape) -> tuple[list[dict], list[tuple[int, str]]]:
    content = text.encode() if isinstance(text, str) else text
    return collect(read_delimited(io.BytesIO(content), Delimited(**shape), block))


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


CSV_CASES = [
    pytest.param("a,b\n1,2\n", [{"_line": 2, "a": "1", "b": "2"}], [], id="plain"),
    pytest.param('a,b\n"x\ny",2\n3,4\n', [{"_line": 2, "a": "x\ny", "b": "2"}, {"_line": 4, "a": "3", "b": "4"}], [],
                 id="line break inside quotes"),
    pytest.param("a,b\n1\n1,2,3\n4,5\n", [{"_line": 4, "a": "4", "b": "5"}],
                 [(2, "1 fields where the header has 2"), (3, "3 fields where the header has 2")], id="ragged rows"),
    pytest.param('a,b\n5" pipe,2\n"open,3\n4,"q""q"\n', [{"_line": 2, "a": '5" pipe', "b": "2"}, {"_line": 4, "a": "4", "b": 'q"q'}],
                 [(3, "a quote is opened and never closed")], id="stray quotes"),
    pytest.param("a,a,,A\n1,2,3,4\n", [{"_line": 2, "a": "1", "a_2": "2", "column_3": "3", "A_3": "4"}], [],
                 id="repeated and empty header names"),
    pytest.param("a,b\n,''\n", [{"_line": 2, "a": None, "b": "''"}], [], id="empty is missing"),
    pytest.param("a,b\n", [], [], id="header only"),
    pytest.param("", [], [], id="empty file"),
    pytest.param("_line,_batch_id\nx,y\n", [{"_line": 2, "_line_2": "x", "_batch_id_2": "y"}], [],
                 id="columns named like ours"),
]  # fmt: skip


@pytest.mark.parametrize("block", [7, 1 << 20])
@pytest.mark.parametrize(("text", "rows", "refused"), CSV_CASES)
def test_csv(text, rows, refused, block):
    assert read_csv(text, block) == (rows, refused)


def test_csv_with_two_header_rows_takes_names_from_both():
    rows, _ = read_csv("Id,Question,\n,Score,Open\n1,9,fine\n", header_rows=2)
    assert rows == [{"_line": 3, "Id": "1", "Question": "9", "Open": "fine"}]


def test_csv_that_ends_inside_its_header_rows_says_so():
    with pytest.raises(UnreadableFile, match="2 header rows"):
        read_csv("Id,Question\n", header_rows=2)


@given(st.lists(st.lists(st.text('ab"\n,\r王 ', max_size=6), min_size=3, max_size=3), max_size=12))
def test_whatever_python_writes_as_csv_is_read_back(rows):
    import csv

    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(["a", "b", "c"])
    writer.writerows([[cell.replace("\r", "") for cell in row] for row in rows])
    found, refused = read_csv(out.getvalue(), 16)
    assert refused == []
    expected = [[cell.replace("\r", "") or None for cell in row] for row in rows]
    assert [[row["a"], row["b"], row["c"]] for row in found] == expected


@given(st.binary(max_size=300))
def test_no_bytes_crash_the_csv_reader(content):
    read_csv(b"a,b\n" + content, 32)


def test_ndjson_keeps_nested_values_as_text_and_big_numbers_whole(con, tmp_path):
    path = write(tmp_path / "x.ndjson", b'{"id":12345678901234567890123,"a":{"b":[1,"x"]},"n":null}\n{"id":"q\\"q"}\n')
    rows, refused = collect(read_file(con, path, Ndjson()))
    assert rows == [
        {"_line": 1, "a": '{"b":[1,"x"]}', "id": "12345678901234567890123", "n": None},
        {"_line": 2, "a": None, "id": 'q"q', "n": None},
    ]
    assert refused == []


def test_ndjson_refuses_cut_lines_arrays_and_bad_bytes(con, tmp_path):
    path = write(tmp_path / "x.ndjson", b'{"a":1}\n{"a":\n[1]\n\xff{"a":2}\n{"a":3}')
    rows, refused = collect(read_file(con, path, Ndjson()))
    assert [row["_line"] for row in rows] == [1, 5]
    assert sorted(refused) == [(2, "not valid JSON"), (3, "not a JSON object"), (4, "not valid utf-8")]


def test_ndjson_keys_that_differ_by_case_alone_are_both_kept(con, tmp_path):
    rows, _ = collect(read_file(con, write(tmp_path / "x.ndjson", b'{"Id":1,"id":2,"a/b":{"~":3}}\n'), Ndjson()))
    assert set(rows[0].values()) == {1, "1", "2", '{"~":3}'}


def test_gzip_is_read_like_plain_and_a_cut_one_is_an_error(con, tmp_path):
    packed = gzip.compress(b'{"a":1}\n{"a":2}\n' * 1000)
    rows, _ = collect(read_file(con, write(tmp_path / "x.ndjson.gz", packed), Ndjson()))
    assert len(rows) == 2000
    with pytest.raises(UnreadableFile, match="damaged or cut off"):
        collect(read_file(con, write(tmp_path / "y.ndjson.gz", packed[:-20]), Ndjson()))


PAGES = [
    pytest.param(b'{"errcode":0,"list":[{"a":1},{"a":2}]}', [1, 2], [], id="two records"),
    pytest.param(b'{"list":[]}', [], [], id="empty page"),
    pytest.param(b'{"errcode":45009,"errmsg":"x"}', [], [(1, "the system answered with error code 45009")], id="error"),
    pytest.param(b'{"items":[]}', [], [(1, "no array at $.list")], id="another shape"),
    pytest.param(b'{"list":[{"a":1}', [], [(1, "not valid JSON")], id="cut"),
    pytest.param(b'\xef\xbb\xbf{"list":[{"a":1},7]}', [1], [(2, "not a JSON object")], id="byte order mark, a number"),
    pytest.param(b"", [], [], id="empty file"),
]


@pytest.mark.parametrize(("content", "lines", "refused"), PAGES)
def test_pages(con, tmp_path, content, lines, refused):
    shape = Pages("$.list", error_code="$.errcode")
    rows, found = collect(read_file(con, write(tmp_path / "x.json", content), shape))
    assert ([row["_line"] for row in rows], found) == (lines, refused)


def test_access_log_lines(con, tmp_path):
    content = (
        b'1.2.3.4 - - [17/May/2015:10:05:03 +0000] "GET /a?b=1 HTTP/1.1" 200 203 "http://x/" "Mozilla \\"5\\""\n'
        b'1.2.3.4 - U1 [17/May/2015:10:05:04 +0000] "POST / HTTP/2" 404 - "-" "-"\n'
        b"nonsense\n"
    )
    rows, refused = collect(read_file(con, write(tmp_path / "a.log", content), Patterned(COMBINED)))
    assert [(row["remote_user"], row["path"], row["status"], row["size"], row["referrer"]) for row in rows] == [
        (None, "/a?b=1", "200", "203", "http://x/"),
        ("U1", "/", "404", None, None),
    ]
    assert refused == [(3, "does not follow the line format")]


def test_parquet_is_read_as_text_and_anything_else_is_an_error(con, tmp_path):
    path = tmp_path / "x.parquet"
    con.execute(f"copy (select 1 as n, 'x' as \"a b\" union all select 2, '') to '{path}' (format parquet)")
    rows, _ = collect(read_file(con, path, Columnar()))
    assert rows == [{"_line": 1, "n": "1", "a b": "x"}, {"_line": 2, "n": "2", "a b": None}]
    with pytest.raises(UnreadableFile):
        collect(read_file(con, write(tmp_path / "y.parquet", b"not parquet"), Columnar()))


def test_nested_parquet_columns_are_json(con, tmp_path):
    path = tmp_path / "x.parquet"
    con.execute(
        f"""
        copy (
            select {{'id': 9007199254740993, 'who': 'O''Brien, "Bob"'}} as pair, [{{'key': 'a', 'value': 1.5}}] as list,
                map {{'k': 2}} as map, ['x', null] as texts, '{{"a": 1}}'::json as json, null::struct(a integer) as none
        ) to '{path}' (format parquet)
        """
    )
    (row,), _ = collect(read_file(con, path, Columnar()))
    assert row == {
        **{
            "_line": 1,
            "pair": '{"id":9007199254740993,"who":"O\'Brien, \\"Bob\\""}',
            "list": '[{"key":"a","value":1.5}]',
        },
        **{"map": '{"k":2}', "texts": '["x",null]', "json": '{"a": 1}', "none": None},
    }


def test_column_names_are_unique_whatever_the_case():
    assert column_names(["a", "A", " a ", ""]) == ["a", "A_2", "a_3", "column"]


NAME_CASES = [
    pytest.param(["A", "a", "a_2"], ["A", "a_3", "a_2"], id="a numbered name another key has as its own"),
    pytest.param(["_line", "_LINE", "_line_2"], ["_line_3", "_LINE_4", "_line_2"], id="ours, numbered and taken"),
    pytest.param(["É", "é"], ["É", "é"], id="DuckDB folds ASCII letters only"),
    pytest.param(["a\0b", "\0"], ["ab", "column"], id="no name can hold a NUL"),
]


@pytest.mark.parametrize(("keys", "names"), NAME_CASES)
def test_column_names_are_unique_for_the_database(keys, names, con):
    assert column_names(keys) == names
    con.execute("create table t (" + ", ".join(f'"{name}" varchar' for name in names) + ")")


def test_a_stray_spelling_does_not_take_the_place_of_an_expected_key(con, tmp_path):
    path = write(tmp_path / "x.ndjson", b'{"USERID":"x"}\n{"userId":"u1"}\n')
    rows, _ = collect(read_file(con, path, Ndjson(), ["userId"]))
    assert [row["userId"] for row in rows] == [None, "u1"]


HALF_CASES = [
    pytest.param(rb"\ud83d", "\ufffd", id="first half alone"),
    pytest.param(rb"x\ude00", "x\ufffd", id="second half alone"),
    pytest.param(rb"\ud83d\ude00\ud83d", "\U0001f600\ufffd", id="a whole one before it"),
    pytest.param(rb"\\ud83d\ud83d", "\\ud83d\ufffd", id="an escaped backslash is no escape"),
]


@pytest.mark.parametrize(("written", "read"), HALF_CASES)
def test_half_an_emoji_does_not_cost_the_row_or_the_page(written, read, con, tmp_path):
    line = write(tmp_path / "x.ndjson", b'{"n":"' + written + b'"}\n{"n":"other"}\n')
    page = write(tmp_path / "x.json", b'{"data":[{"n":"' + written + b'"},{"n":"other"}]}')
    for path, shape in ((line, Ndjson()), (page, Pages("$.data"))):
        rows, refused = collect(read_file(con, path, shape))
        assert ([row["n"] for row in rows], refused) == ([read, "other"], [])


def test_a_carriage_return_outside_quotes_costs_its_own_row_only(capfd):
    rows, refused = read_csv('a,b\n1,2\nx\ry,z\n3\r4,5\n"p\rq",6\n7,8\n')
    assert [row["a"] for row in rows] == ["1", "p\rq", "7"]
    assert refused == [(3, "a carriage return outside quotes"), (4, "a carriage return outside quotes")]
    assert capfd.readouterr().err == ""


def test_lines_that_end_in_bare_carriage_returns_are_refused_not_taken_for_a_header():
    with pytest.raises(UnreadableFile, match="carriage return"):
        read_csv("a,b\r1,2\r3,4\r")


def test_fields_may_be_longer_than_the_csv_module_allows():
    long = "x" * 150_000
    rows, refused = read_csv(f'{long},b\n"{long}\n{long}",2\n3,4\n')
    assert ([row["b"] for row in rows], refused) == (["2", "4"], [])


def test_an_error_code_that_could_be_a_value_is_not_quoted(con, tmp_path):
    path = write(tmp_path / "x.json", b'{"code":"13800138000","data":[]}')
    _, refused = collect(read_file(con, path, Pages("$.data", error_code="$.code")))
    assert refused == [(1, "the system answered with error code (not shown)")]
