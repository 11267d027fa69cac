"""Large files read by DuckDB itself: the same rows, rejects and line numbers as line by line."""

import random
from itertools import pairwise

import duckdb
import numpy as np
import pytest

from connectors.files import bulk, sections
from connectors.files.bulk import read_bulk
from connectors.files.chunk import Bulk
from connectors.files.reading import Ndjson, read_delivery, read_file

# Each alone on a line; some are cut off, some no objects, some no text.
LINES = [
    b'{"a":1,"b":"x"}', b'{"a":"\xe7\x8e\x8b","c":[ 1 , {"k" : 2.50} ]}', b'{"a":{"x":[1,2.50,"\\u4e2d",1e2,null,true]}}',
    b'{"a":12345678901234567890123,"b":1.50,"c":1e5,"d":-0,"e":1E400,"f":NaN}', b'{"a":null}', b"{}", b'{"a":1,"a":2}',
    b'{"a":"q\\"q\\n\\/"}', b'{"a":"\\ud83d\\ude00"}', b'{"a":"\\ud83d"}', b'{"a":"\\u0000z"}', b'{"a":1}\r', b'{"a":1,}',
    b'{"A":1}', b'{" a":1}', b'{"":1}', b'{"_line":7,"_other":8}', b'{"a/b":{"~":3}}',
    b"[1]", b"7", b"null", b'"s"', b'{"a":', b'{"a":[', b'{"a":1,', b'{"a":"q', b"{", b"}", b'"', b'{"a":1}{"a":2}',
    b'{"a":1} x', b'{"a":"x\x00y"}', b'{"a":"\xff"}', b"\x00", b'\xef\xbb\xbf{"a":9}', b"{a:1}", b'{"a":"\x7f\x01"}',
]  # fmt: skip
BLANK = [b"", b"  ", b"\r", b"\t", b"\xe3\x80\x80", b'  {"a":1}  ']
GOOD = [line for line in LINES if line.startswith((b'{"a":1,"b', b'{"a":"q\\', b'{"a":null', b'{"a":{'))]


@pytest.fixture
def con():
    with duckdb.connect() as connection:
        yield connection


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    """Sections of a few bytes, and care for single lines however many they are."""
    monkeypatch.setattr(sections, "_BLOCK_BYTES", 64)
    monkeypatch.setattr(bulk, "_SMALLEST_BYTES", 1)
    monkeypatch.setattr(bulk, "_MANY", 1)


def collect(con, parts) -> tuple[list, list, int]:
    """Rows as line and values, rejects, and how many lines there were."""
    rows, refused, delivered = [], [], 0
    for part in parts:
        if isinstance(part, Bulk):
            table = con.execute(part.query, part.parameters).to_arrow_table()
            assert table.column_names == ["_line", *part.names]
            assert len(table) == part.delivered
        else:
            table = part.rows
            assert len(part.rows) + len(part.rejects) == part.delivered
            refused += [tuple(row.values()) for row in part.rejects.to_pylist()]
        delivered += part.delivered
        for row in table.to_pylist():
            rows.append((row.pop("_line"), sorted(value for value in row.values() if value is not None)))
    return sorted(rows), sorted(refused), delivered


def both(con, path, section_bytes):
    slow = collect(con, read_file(con, path, Ndjson(), ["a"]))
    return slow, collect(con, read_bulk(con, path, ["a"], None, section_bytes))


CASES = [
    pytest.param(b"", id="empty file"),
    pytest.param(b'{"a":1}', id="no line end"),
    pytest.param(b"{", id="one byte"),
    pytest.param(b"\n\n\n", id="blank lines alone"),
    pytest.param(b'\xef\xbb\xbf{"a":1}\n{"a":2}\n', id="byte order mark"),
    pytest.param(b'{"a":1}\n\n{"a":\n{"b":"q\\nq"}\n{"a":2}\n', id="a blank line and one that DuckDB takes for two"),
    pytest.param(b'{"a":\n{"b":"q"}\n{"c":"q"}\n' * 9, id="each third cut off"),
    pytest.param(b'{"a":1}\n{"a":2}\n{"a":' + b'\n{"a":3}\n' * 9, id="one cut off amid others"),
    pytest.param(b'{"a":"' + b"x" * 1000 + b'"}\n{"a":2}\n', id="a line longer than a section"),
    pytest.param(b'{"a":1,"A":2}\n{"a":3}\n{"A":4}\n' * 9, id="keys that differ by case"),
    pytest.param(b'{"a":1}\r\n{"a":\r\n{"a":2}\r\n', id="windows line ends"),
]


@pytest.mark.parametrize("section_bytes", [1, 40, 1 << 20])
@pytest.mark.parametrize("content", CASES)
def test_both_ways_give_the_same(con, tmp_path, content, section_bytes):
    path = tmp_path / "x.ndjson"
    path.write_bytes(content)
    slow, fast = both(con, path, section_bytes)
    assert fast == slow


@pytest.mark.parametrize("seed", range(30))
def test_whatever_the_lines_both_ways_give_the_same(con, tmp_path, seed):
    drawn = random.Random(seed)
    pool = drawn.choice([LINES + BLANK, LINES, LINES, GOOD * 9 + LINES])
    lines = drawn.choices(pool, k=drawn.randrange(60))
    content = drawn.choice([b"", b"\xef\xbb\xbf"]) + b"\n".join(lines) + drawn.choice([b"", b"\n"])
    path = tmp_path / "x.ndjson"
    path.write_bytes(content)
    slow, fast = both(con, path, drawn.choice([100, 400, 1 << 20]))
    assert fast == slow


def test_a_line_too_long_for_the_buffer_is_read_with_care(con, tmp_path, monkeypatch):
    monkeypatch.setattr(bulk, "_OBJECT_BYTES", 1000)
    path = tmp_path / "x.ndjson"
    path.write_bytes(b'{"a":1}\n{"a":"' + b"x" * 5000 + b'"}\n' + b'{"a":2}\n' * 50)
    slow, fast = both(con, path, 200)
    assert fast == slow


def test_good_lines_pass_through_duckdb_alone(con, tmp_path):
    path = tmp_path / "x.ndjson"
    path.write_bytes(b'{"a":1,"b":"x"}\n' * 500 + b'{"a":\n' + b'{"a":1,"b":"x"}\n' * 500)
    parts = []
    for part in read_bulk(con, path, ["a"], None, 1000):
        parts.append((isinstance(part, Bulk), part.delivered))
        collect(con, [part])
    assert sum(lines for is_bulk, lines in parts if is_bulk) > 900


def test_settings_and_tables_are_as_before(con, tmp_path):
    settings = "select name, value from duckdb_settings() where name like '%order' or name like '%file_cache'"
    before = con.execute(settings).fetchall()
    path = tmp_path / "x.ndjson"
    path.write_bytes(b'{"a":1}\n' * 9)
    collect(con, read_bulk(con, path))
    assert con.execute(settings).fetchall() == before
    assert con.execute("show all tables").fetchall() == []


def test_large_files_are_taken_in_bulk_compressed_or_not(con, tmp_path, monkeypatch):
    import gzip

    monkeypatch.setattr("connectors.files.reading.BULK_BYTES", 1000)
    for name, content in (("x.ndjson", b'{"a":1}\n' * 500), ("x.ndjson.gz", gzip.compress(b'{"a":1}\n' * 9000))):
        (tmp_path / name).write_bytes(content)
        parts = read_delivery(con, tmp_path / name, Ndjson())
        assert any(isinstance(part, Bulk) for part in parts)
    cut = tmp_path / "cut.ndjson.gz"
    cut.write_bytes(gzip.compress(random.Random(1).randbytes(9000).hex().encode())[:-20])
    with pytest.raises(ValueError, match="damaged or cut off"):
        list(read_delivery(con, cut, Ndjson()))


@pytest.mark.parametrize("section_bytes", [1, 7, 64, 1000])
@pytest.mark.parametrize("content", [b"a\nbb\n\nccc\n" * 9, b"a\nbb\nccc", b"\n", b"x" * 300 + b"\ny\n", b""])
def test_sections_cover_the_file_line_by_line(tmp_path, content, section_bytes):
    path = tmp_path / "x"
    path.write_bytes(content)
    found = list(sections.find_sections(path, 0, section_bytes))
    lines = content.splitlines(keepends=True)
    assert [(each.start, each.first) for each in found[:1]] == [(0, 1)] * bool(content)
    assert all((right.start, right.first) == (left.end, left.first + left.lines) for left, right in pairwise(found))
    assert sum(each.lines for each in found) == len(lines)
    for each in found:
        own = lines[each.first - 1 : each.first - 1 + each.lines]
        assert content[each.start : each.end] == b"".join(own)
        assert each.longest >= max(len(line) for line in own)
        assert each.is_indented or all(line[0] > 32 for line in own)
        assert sections.SectionFile(path, each).read() == b"".join(own) + b"\n" * each.cut


def test_hidden_lines_keep_their_length_however_they_are_read(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b'{"a":1}\n{"bad\n{\n{"c":1}\n')
    (section,) = sections.find_sections(path)
    hidden = sections.find_lines(path, section, np.array([2, 3]))
    assert sections.read_ranges(path, hidden) == b'{"bad\n{\n'
    for size in (1, 3, 9, 100):
        file, pieces = sections.SectionFile(path, section, hidden), []
        while piece := file.read(size):
            pieces.append(piece)
        assert b"".join(pieces) == b'{"a":1}\n0    \n0\n{"c":1}\n'
