"""Splitting bytes into numbered lines."""

import io

import pytest

from connectors.files import lines
from connectors.files.lines import read_lines


def read(content: bytes, encoding: str = "utf-8", block: int = 1 << 20) -> tuple[list, list]:
    rows, refused = [], []
    for chunk in read_lines(io.BytesIO(content), encoding, block):
        assert len(chunk.rows) + len(chunk.rejects) == chunk.delivered
        rows += [(row["_line"], row["text"]) for row in chunk.rows.to_pylist()]
        refused += [(row["line"], row["reason"]) for row in chunk.rejects.to_pylist()]
    return rows, refused


CASES = [
    pytest.param(b"a\nb\n", "utf-8", [(1, "a"), (2, "b")], [], id="plain"),
    pytest.param(b"a\r\nb", "utf-8", [(1, "a"), (2, "b")], [], id="windows line ends, none at the end"),
    pytest.param(b"\xef\xbb\xbfa\n\n  \nb", "utf-8", [(1, "a"), (4, "b")], [], id="byte order mark, blank lines"),
    pytest.param(b"a\n\xff\xfe\nb\n\xc3\n", "utf-8", [(1, "a"), (3, "b")], [(2, "not valid utf-8"), (4, "not valid utf-8")],
                 id="undecodable lines"),
    pytest.param("王\n李".encode("gb18030"), "gb18030", [(1, "王"), (2, "李")], [], id="gb18030"),
    pytest.param("王\n".encode("gb18030") + b"\xff\n" + "李".encode("gb18030"), "gb18030", [(1, "王"), (3, "李")],
                 [(2, "not valid gb18030")], id="gb18030 with a broken line"),
    pytest.param(b"", "utf-8", [], [], id="empty file"),
    pytest.param(b"a\x00b\n", "utf-8", [(1, "a\x00b")], [], id="control characters stay"),
]  # fmt: skip


@pytest.mark.parametrize("block", [1, 3, 1 << 20])
@pytest.mark.parametrize(("content", "encoding", "rows", "refused"), CASES)
def test_lines_keep_their_numbers(content, encoding, rows, refused, block):
    assert read(content, encoding, block) == (rows, refused)


def test_a_line_beyond_the_limit_is_refused_and_the_rest_is_read(monkeypatch):
    monkeypatch.setattr(lines, "LINE_LIMIT", 100)
    rows, refused = read(b"a\n" + b"x" * 1000 + b"\nb\n", block=10)
    assert rows == [(1, "a"), (3, "b")]
    assert [line for line, _ in refused] == [2]
