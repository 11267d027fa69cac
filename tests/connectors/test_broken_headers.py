"""A header that cannot be read refuses the whole file: the first customer must never pass for the header."""

import io

import pytest

from connectors.files.chunk import UnreadableFile
from connectors.files.delimited import Delimited, read_delimited


def read(content: bytes, **shape) -> list[dict]:
    return [row for chunk in read_delimited(io.BytesIO(content), Delimited(**shape)) for row in chunk.rows.to_pylist()]


HEADER = "姓名,phone\n".encode("gbk")
CASES = [
    pytest.param(HEADER + b"Ann,1\nBob,2\n", {}, id="GBK read as UTF-8"),
    pytest.param(b"\n" + HEADER + b"Ann,1\n", {}, id="behind a blank line"),
    pytest.param(HEADER, {}, id="nothing but a header"),
    pytest.param(b"Name,phone\n" + HEADER + b"Ann,1\n", {"header_rows": 2}, id="the second of two header rows"),
]


@pytest.mark.parametrize(("content", "shape"), CASES)
def test_a_header_that_does_not_decode_refuses_the_file(content, shape):
    with pytest.raises(UnreadableFile, match="the header row is not valid utf-8"):
        read(content, **shape)


def test_a_later_line_that_does_not_decode_is_set_aside_alone():
    assert [row["name"] for row in read(b"name,phone\nAnn,1\n\xff,2\nBob,3\n")] == ["Ann", "Bob"]
