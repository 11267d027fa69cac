"""Which encoding a file is in, told by its bytes, and every encoding cut into the right lines."""

import gzip

import duckdb
import pytest

from connectors.files.delimited import Delimited
from connectors.files.encoding import SAMPLE_BYTES, UnknownEncoding, check_encoding, settle_encoding
from connectors.files.pages import Pages
from connectors.files.reading import Ndjson, read_file

CHINESE = "姓名,城市\n王小明,上海\n李娜,北京\n欧阳修,深圳市南山区\n"
WESTERN = "name,city\nJosé Muñoz,Málaga\nZoë Brontë,Köln\nFrançois Lefèvre,Besançon\nJürgen Groß,Würzburg\n"
SETTLED = [
    pytest.param(CHINESE.encode(), "auto", "utf-8", id="UTF-8"),
    pytest.param(b"a,b\n1,2\n", "auto", "utf-8", id="ASCII"),
    pytest.param(b"", "auto", "utf-8", id="empty"),
    pytest.param(CHINESE.encode("gbk"), "auto", "gb18030", id="GBK"),
    pytest.param("姓名\n𠮷野家\n王㐂\n李小龙\n".encode("gb18030"), "auto", "gb18030", id="GB18030 of four bytes"),
    pytest.param(WESTERN.encode("cp1252"), "auto", "cp1252", id="Western"),
    pytest.param(CHINESE.encode("utf-16"), "auto", "utf-16", id="UTF-16 with a mark"),
    pytest.param(CHINESE.encode("utf-8-sig"), "gb18030", "utf-8", id="a mark is worth more than what was declared"),
    pytest.param(CHINESE.encode("utf-16"), "utf-8", "utf-16", id="UTF-16 where UTF-8 was declared"),
    pytest.param(CHINESE.encode("gbk"), "utf-8", "utf-8", id="declared is declared"),
    pytest.param(CHINESE.encode() + b"\xff\xfe\xff,broken\n", "auto", "utf-8", id="one broken line is no other encoding"),
    pytest.param(b"a" * (SAMPLE_BYTES - 1) + "王".encode(), "auto", "utf-8", id="a character across the sample's end"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "declared", "settled"), SETTLED)
def test_the_encoding_is_told_by_the_bytes(content, declared, settled):
    assert settle_encoding(content[:SAMPLE_BYTES], declared) == settled


def test_a_gbk_sample_that_ends_inside_a_character_is_still_gbk():
    content = ("王小明,上海\n" * 120_000).encode("gbk")
    for length in (SAMPLE_BYTES, SAMPLE_BYTES - 1, 1001, 1002):
        assert settle_encoding(content[:length], "auto") == "gb18030"


@pytest.fixture
def read(tmp_path):
    def read(content: bytes, shape) -> tuple[list[list], list[int]]:
        path = tmp_path / "file"
        path.write_bytes(content)
        with duckdb.connect() as con:
            chunks = list(read_file(con, path, shape))
        rows = [list(row.values()) for chunk in chunks for row in chunk.rows.to_pylist()]
        return rows, [line for chunk in chunks for line in chunk.rejects["line"].to_pylist()]

    return read


ROWS = [[2, "王小明", "上海"], [3, "李娜", "北京"], [4, "欧阳修", "深圳市南山区"]]
ENCODINGS = [
    "utf-8",
    "utf-8-sig",
    "gbk",
    "gb18030",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "big5",
    "utf-7",
    "hz",
]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_table_in_every_encoding(encoding, read):
    text = CHINESE.replace("欧阳", "歐陽").replace("区", "區") if encoding == "big5" else CHINESE
    rows, refused = read(text.encode(encoding), Delimited(encoding.removesuffix("-sig")))
    assert [[row[0], row[1].replace("歐陽", "欧阳"), row[2].replace("區", "区")] for row in rows] == ROWS
    assert refused == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gbk"])
def test_a_packed_table_of_unknown_encoding(encoding, read):
    assert read(gzip.compress(CHINESE.encode(encoding)), Delimited("auto")) == (ROWS, [])


def test_brackets_and_quotes_that_are_half_a_character_are_none(read):
    # The second byte of these characters is one of {, |, }, [, \ in GBK.
    text = '[{"name":"' + "".join(bytes((0x81 + i, b)).decode("gbk") for i, b in enumerate(b"{|}[\\]")) + '"}]'
    rows, _ = read(text.encode("gbk"), Pages("$", encoding="gbk"))
    assert rows == [[1, text[10:16]]]
    assert read(text[1:-1].encode("gbk") + b"\n", Ndjson("gb18030"))[0] == rows


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-8", "gb18030"])
def test_a_line_that_does_not_decode_costs_itself_alone(encoding, read):
    broken = {"utf-16-le": b"x\x00\x00\xdc\n\x00", "utf-8": b"\xff\n", "gb18030": b"\xff\n"}[encoding]
    content = "a\n1\n".encode(encoding) + broken + "2\n".encode(encoding)
    assert read(content, Delimited(encoding)) == ([[2, "1"], [4, "2"]], [3])


def test_utf16_that_ends_inside_a_character(read):
    rows, refused = read("a\n1\n2".encode("utf-16") + b"\x33", Delimited("utf-16"))
    assert (rows, refused) == ([[2, "1"]], [3])


@pytest.mark.parametrize("name", ["utf-9", "base64", "rot13", "hex"])
def test_what_is_no_encoding_of_text(name):
    with pytest.raises(UnknownEncoding, match="no encoding of text"):
        check_encoding(name)
