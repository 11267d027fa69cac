"""JSON as systems lay it out: arrays, pages, several of them, objects a line; large ones, deep ones, broken ones."""

import io
import json

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.files import pages
from connectors.files.chunk import UnreadableFile
from connectors.files.elements import array_start, split_elements
from connectors.files.nesting import depth
from connectors.files.pages import Pages
from connectors.files.reading import Json, read_file


@pytest.fixture
def read(tmp_path):
    def read(content: bytes, shape) -> tuple[list[tuple], list[tuple[int, str]]]:
        path = tmp_path / "file.json"
        path.write_bytes(content)
        rows, refused = [], []
        with duckdb.connect() as con:
            for chunk in read_file(con, path, shape):
                assert len(chunk.rows) + len(chunk.rejects) == chunk.delivered
                rows += [(row["_line"], row.get("a")) for row in chunk.rows.to_pylist()]
                refused += [(row["line"], row["reason"]) for row in chunk.rejects.to_pylist()]
        return rows, refused

    return read


LAYOUTS = [
    pytest.param(b'{"a":1}\n{"a":2}\n', Json(), [(1, "1"), (2, "2")], id="objects a line"),
    pytest.param(b' \n[{"a":1},\n {"a":2}]\n', Json(), [(1, "1"), (2, "2")], id="an array"),
    pytest.param('[{"a":"王"}]'.encode("utf-16"), Json(), [(1, "王")], id="an array in UTF-16"),
    pytest.param('{"a":"王"}\n'.encode("utf-8-sig"), Json(), [(1, "王")], id="an object behind a mark"),
    pytest.param(b'[{"a":1}]', Json("$.data"), [(1, "1")], id="an array where pages could be"),
    pytest.param(b'{"data":[{"a":1}]}', Json("$.data"), [(1, "1")], id="a page"),
    pytest.param(b'{"data":[{"a":1},{"a":2}]}\n{"data":[]}\n\n{"data":[{"a":3}]}\n', Pages("$.data"),
                 [(1, "1"), (2, "2"), (4, "3")], id="a page a line"),
    pytest.param(b'[{"a":1}]\n[{"a":2}]', Json(), [(1, "1"), (2, "2")], id="an array a line"),
    pytest.param(b"", Json(), [], id="empty file"),
    pytest.param(b"[]", Json(), [], id="empty array"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "shape", "rows"), LAYOUTS)
def test_layouts(content, shape, rows, read):
    assert read(content, shape) == (rows, [])


def test_a_page_of_many_that_is_broken_costs_itself_alone(read):
    rows, refused = read(
        b'{"data":[{"a":1}]}\n{"data":[{"a":\n{"code":7}\n{"data":[{"a":2}]}', Pages("$.data", "$.code")
    )
    assert rows == [(1, "1"), (4, "2")]
    assert refused == [(2, "not valid JSON"), (3, "the system answered with error code 7")]


@pytest.mark.parametrize("shape", [Json(), Pages("$"), Pages("$.data")], ids=["auto", "array", "page"])
@pytest.mark.parametrize(
    "brackets", [b"[" * 100_000 + b"]" * 100_000, b"[" * 100_000, b'{"a":' * 100_000 + b"1" + b"}" * 100_000]
)
def test_a_hundred_thousand_brackets_are_one_reject(brackets, shape, read):
    rows, refused = read(brackets, shape)
    assert len(rows) + len(refused) == 1


def test_an_element_nested_too_deep_is_one_reject_among_rows(read):
    deep = b'{"a":' + b"[" * 600 + b"]" * 600 + b"}"
    rows, refused = read(b'[{"a":1},' + deep + b',{"a":"[[["}]', Json())
    assert (rows, refused) == ([(1, "1"), (3, "[[[")], [(2, "nested deeper than 500 levels")])


def test_brackets_in_strings_do_not_nest():
    assert depth(b'{"a":"[[[\\"[[\\\\","b":[{}]}') == 3
    assert depth(b"") == 0


def documents(count: int, path: str = "$") -> bytes:
    """A document with `count` elements, whose values hold what could be taken for structure."""
    values = [{"a": f'{i}"]}},\\', "b": [i, {"c": "王"}]} for i in range(count)]
    inner: object = values
    for key in reversed(path.split(".")[1:]):
        inner = {"before": {"deep": [1, "]"]}, key: inner, "after": "x"}
    return json.dumps(inner, ensure_ascii=False, indent=1).encode()


@pytest.mark.parametrize("path", ["$", "$.data", "$.data.list"])
@pytest.mark.parametrize("block", [7, 64, 1 << 20])
def test_a_large_document_is_cut_like_a_small_one(path, block, read, monkeypatch):
    content = documents(50, path)
    whole = read(content, Pages(path))
    monkeypatch.setattr(pages, "DOCUMENT_BYTES", 200)
    monkeypatch.setattr("connectors.files.elements.BLOCK_BYTES", block)
    assert read(content, Pages(path)) == whole
    assert len(whole[0]) == 50


LARGE = [
    pytest.param(b'{"x":"%s","data":[{"a":1}]}' % (b"y" * 300), "no array at", id="the array begins too late"),
    pytest.param(b'{"data":[{"a":1},%s' % (b'{"a":2},' * 60), "ends inside its array", id="cut"),
    pytest.param(b'{"data":[{"a":1},%s{"a":3}}' % (b'{"a":2},' * 60), "not valid JSON", id="the wrong bracket"),
    pytest.param(b'{"data":[{"a":1},%s{"a":3}],oops}' % (b'{"a":2},' * 60), "not valid JSON", id="nonsense behind"),
    pytest.param(b'{"data":[{"a":1},%s{"a":3}],"code":7}' % (b'{"a":2},' * 60), "error code 7", id="an error behind"),
    pytest.param(b'{"data":[{"a":1},%s{"a":3}],"x":"%s"}' % (b'{"a":2},' * 60, b"y" * 300), "follow the array", id="too much behind"),
    pytest.param(b'{"data":[{"a":1},{"a":"%s"}]}' % (b"y" * 3000), "an element is longer", id="an endless element"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "reason"), LARGE)
def test_a_large_document_that_is_wrong_says_where(content, reason, read, monkeypatch):
    monkeypatch.setattr(pages, "DOCUMENT_BYTES", 200)
    monkeypatch.setattr("connectors.files.elements.BLOCK_BYTES", 100)
    monkeypatch.setattr("connectors.files.elements.ELEMENT_LIMIT", 1000)
    with pytest.raises(UnreadableFile, match=reason):
        read(content, Pages("$.data", "$.code"))


def test_elements_that_do_not_decode_or_parse_cost_themselves(read, monkeypatch):
    monkeypatch.setattr(pages, "DOCUMENT_BYTES", 20)
    rows, refused = read(b'[{"a":1},{"a":"\xff"},{"a":},7,,{"a":2}]', Pages("$"))
    assert rows == [(1, "1"), (6, "2")]
    assert sorted(refused) == [
        (2, "not valid utf-8"), (3, "not valid JSON"), (4, "not a JSON object"), (5, "not valid JSON"),
    ]  # fmt: skip


@given(st.lists(st.recursive(st.none() | st.integers() | st.text('a"[]{},\\: 王', max_size=5),
                             lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3)),
                max_size=8), st.integers(1, 40))  # fmt: skip
def test_cutting_gives_what_was_written(values, block):
    content = json.dumps(values, ensure_ascii=False).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("connectors.files.elements.BLOCK_BYTES", block)
        found = [
            text for chunk in split_elements(b"", io.BytesIO(content[1:])) for text in chunk.rows["text"].to_pylist()
        ]
    assert [json.loads(text) for text in found] == values


STARTS = [
    pytest.param(b' { "a" : [1], "data":\n[2]}', "$.data", 23, id="behind another array"),
    pytest.param(b'{"a":{"data":[1]},"data":[2]}', "$.data", 26, id="the outer one"),
    pytest.param(b'{"a":{"b c":[1]}}', '$.a."b c"', 13, id="a quoted key"),
    pytest.param('{"列":[1]}'.encode(), "$.列", 8, id="a Chinese key"),
    pytest.param(b'{"data":{}}', "$.data", None, id="no array"),
    pytest.param(b"[1]", "$.data", None, id="no object"),
    pytest.param(b'{"a":1', "$.data", None, id="cut"),
    pytest.param(b'{"a":' + b"[" * 100_000, "$.data", None, id="too deep"),
    pytest.param(b'{"data":[[1]]}', "$.data[0]", None, id="a path this cannot follow"),
]


@pytest.mark.parametrize(("document", "path", "start"), STARTS)
def test_where_an_array_begins(document, path, start):
    assert array_start(document, path) == start


def test_a_large_array_is_never_in_memory_as_a_whole(tmp_path):
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.write(b"[" + b'{"a":"%s"},' % (b"x" * 1000) * 30_000 + b'{"a":"last"}]')
    with duckdb.connect() as con:
        sizes = [(chunk.delivered, chunk.rows.nbytes) for chunk in read_file(con, path, Json())]
    assert sum(count for count, _ in sizes) == 30_001
    assert max(size for _, size in sizes) < 20 << 20 < path.stat().st_size
