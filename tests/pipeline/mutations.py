"""Ways in which a delivery goes wrong, or is made to: each takes random numbers and the bytes, and gives other bytes.

BYTES do to any file what wires and programs do; CELLS and VALUES keep the shape of a table or a JSON document and put
hostile values, names and nesting into it, so that they reach the normalisers; ARCHIVES, BOOKS and PARQUET spoil
containers from inside.
"""

import bz2
import csv
import gzip
import io
import json
import lzma
import zipfile
from collections.abc import Callable
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

Mutation = Callable[[Random, bytes], bytes]

# Text that some program along the way could take for something else.
HOSTILE = [
    "", " ", "\u3000", "\t", "\x00", "a\x00b", "\ufeff", "\u202eABC", "\u200b", "\x1b[31m", "\x7f", "\r", "a\rb", "a\nb",
    "=cmd|' /C calc'!A0", "=HYPERLINK(\"http://x/\")", "+1+1", "-2+3", "@SUM(1)", "'", '"', '""', "';--", '"; --',
    "'; drop table raw.segment_events; --", "' or '1'='1", "\\", "\\'", "$1", "$batches", "?", "%s%n", "{source}", "{issuer}",
    "${HOME}", "$(id)", "`id`", "../../../etc/passwd", "/dev/zero", "C:\\x", "file:///etc/passwd", "<script>alert(1)</script>",
    "null", "NULL", "None", "nan", "NaN", "Infinity", "-Infinity", "true", "[]", "{}", "[1,2", '{"a":', '"', "\\u0000", "\\ud800",
    "0", "-0", "-1", "1e308", "1e999", "0x10", "١٢٣", "１２３", "9" * 400, "0." + "0" * 400 + "1", "12345678901234567890123",
    "9223372036854775808", "-9223372036854775809", "1" + "," + "000", "1.234,56", "¥-0.001", "$12,400.00-", "1/0",
    "0000-00-00", "0001-01-01", "9999-12-31", "10000-01-01", "-0044-03-15", "2026-02-30", "2026-13-45T25:61:61Z", "24:00:00",
    "2026-03-01T00:00:00+99:99", "03/04/05", "99999999999999999", "-99999999999999999", "1e18", "2026年2月30日 下午25点", "290309-12-22",
    "+", "++", "00", "+8613812345678" * 20, "0086", "tel:+1;ext=9", "1381234567", "(((((", "@", "a@", "@b", "a@b", "a@b@c.d",
    "a@" + "b." * 200 + "c", '"quoted @"@x.com', "a@[127.0.0.1]", "用户@例子.公司", "xn--@xn--", "\u0301" * 50, "e" + "\u0301" * 500,
    "王" * 3000, "ﷺ" * 200, "𠮷", "👩‍👩‍👧‍👦" * 20, "ＡＢＣ", "ß", "İ", "ǅ", "ﬁ", "a b " * 500, "x" * 20_000, "11010519491231002X",
    "王·李", "Dr. Mr. Prof. Jr. III", "O'Brien-Smith, van der", "127.0.0.1", "::ffff:1.2.3.4", "%00", "%ZZ", "\ufffe", "\U0010ffff",
]  # fmt: skip
# Values of JSON that are no text.
ODD: list[Any] = [
    None, True, False, 0, -1, 1.5, 1e300, 10**40, -(10**40), [], {}, [[]], {"": ""}, {"a": {"a": {"a": 1}}}, [1, "x", None, {}],
    [{"value": "x"}] * 3, {"$.x": 1, "a.b": 2, 'a"b': 3, "a'b": 4},
]  # fmt: skip


def cut(random: Random, content: bytes) -> bytes:
    return content[: random.randrange(len(content) + 1)]


def flip(random: Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(random.choice((1, 3, 20)) if changed else 0):
        changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    return bytes(changed)


def insert(random: Random, content: bytes) -> bytes:
    at = random.randrange(len(content) + 1)
    noise = random.choice(
        (
            random.randbytes(20),
            b"\x00" * 9,
            b"\n" * 9,
            b"\r",
            b'"',
            b"\xed\xa0\x80",
            b"\xff\xfe",
            b"\\ud83d",
            b"\xc0\xaf",
        )
    )
    return content[:at] + noise + content[at:]


def repeat(random: Random, content: bytes) -> bytes:
    start = random.randrange(len(content) + 1)
    end = random.randrange(start, len(content) + 1)
    return content[:end] * random.choice((1, 1, 20)) + content[start:]


def shuffle_lines(random: Random, content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    random.shuffle(lines)
    return b"".join(lines)


def line_ends(random: Random, content: bytes) -> bytes:
    return content.replace(b"\r\n", b"\n").replace(
        b"\n", random.choice((b"\r", b"\r\n", b"\n\n", b"\n\r", b"\x0b", "\u2028".encode()))
    )


def reencode(random: Random, content: bytes) -> bytes:
    text = content.decode("utf-8", errors="replace")
    return text.encode(
        random.choice(("utf-16", "utf-16-le", "utf-32", "gb18030", "big5", "cp1252", "utf-7", "cp037", "utf-8-sig")),
        errors="replace",
    )


def mangle(random: Random, content: bytes) -> bytes:
    """Mojibake: read as one encoding, written as another."""
    return content.decode(random.choice(("cp1252", "latin-1", "gbk", "big5")), errors="replace").encode(
        "utf-8", errors="replace"
    )


def pack(random: Random, content: bytes) -> bytes:
    packer: Callable[[bytes], bytes] = random.choice((gzip.compress, bz2.compress, lzma.compress))
    packed = packer(content)
    return random.choice(
        (packed, packed[: random.randrange(len(packed))], flip(random, packed), packed + b"\x00junk", packed + packed)
    )


def pack_nothing(random: Random, content: bytes) -> bytes:
    """A lot of one character, packed; far below what is refused."""
    return gzip.compress(content + random.choice((b"\x00", b"\n", b"[", b"9", b",", b'"')) * 400_000)


def drown(random: Random, content: bytes) -> bytes:
    """Brackets, quotes, delimiters: many times what a parser expects."""
    return (
        content
        + b"\n"
        + random.choice((b"[", b'{"a":', b'{"a":[', b'"', b",", b'","', b"'", b"\t", b"(", b"\\"))
        * random.choice((300, 3000, 50_000))
    )


def replace_all(random: Random, content: bytes) -> bytes:
    return random.choice(
        (
            b"",
            b"\n",
            b"\x00" * 1000,
            random.randbytes(300),
            b"\xef\xbb\xbf",
            b"\xff\xfe",
            b"{}",
            b"[]",
            b"null",
            b'""',
            b"<html></html>",
            b"PK\x03\x04",
            b"PK\x05\x06" + b"\x00" * 18,
            b"PAR1",
            b"\x1f\x8b",
            b"BZh9",
            b"\xfd7zXZ\x00",
            b"\x28\xb5\x2f\xfd",
            b"%PDF-1.7",
        )
    )


def hostile(random: Random) -> str:
    return random.choice(HOSTILE)


def cells(random: Random, content: bytes, encoding: str, delimiter: str, *, quoting: bool) -> bytes:
    """The table with hostile cells, names, columns or rows."""
    text = content.decode(encoding, errors="replace")
    rows = (
        list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
        if quoting
        else [line.split(delimiter) for line in text.splitlines()]
    )
    rows = [row for row in rows if row] or [[""]]
    change = random.choice(
        ("cells", "cells", "cells", "column", "names", "repeat names", "swap", "drop", "extend", "copies", "ragged")
    )
    if change == "cells":
        for _ in range(random.choice((1, 5, 50))):
            row = random.choice(rows[1:] or rows)
            row[random.randrange(len(row))] = hostile(random)
    elif change == "column":
        at = random.randrange(len(rows[0]))
        for row in rows[1:]:
            row[at : at + 1] = [hostile(random)]
    elif change == "names":
        rows[0][random.randrange(len(rows[0]))] = hostile(random)
    elif change == "repeat names":
        rows[0] = [random.choice((name, name.upper(), rows[0][0], "_line", "_batch_id")) for name in rows[0]]
    elif change == "swap":
        order = random.sample(range(len(rows[0])), len(rows[0]))
        rows = [rows[0], *([row[i] for i in order if i < len(row)] for row in rows[1:])]
    elif change == "drop":
        at = random.randrange(len(rows[0]))
        rows = [row[:at] + row[at + 1 :] for row in rows]
    elif change == "extend":
        rows = [[*row, hostile(random)] for row in rows]
    elif change == "copies":
        rows += [[random.choice((cell, hostile(random))) for cell in row] for row in rows[1:] for _ in range(20)]
    else:
        rows = [row[: random.randrange(len(row) + 1)] + [""] * random.randrange(3) for row in rows]
    if not quoting:
        return "\n".join(delimiter.join(row) for row in rows).encode(encoding, errors="replace")
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=random.choice(("\n", "\r\n"))).writerows(rows)
    return out.getvalue().encode(encoding, errors="replace")


def values(random: Random, content: bytes, *, lines: bool) -> bytes:
    """The JSON documents with hostile values, keys or nesting."""
    text = content.decode("utf-8", errors="replace")
    written = []
    for part in text.split("\n") if lines else [text]:
        try:
            document = json.loads(part)
        except ValueError:
            written.append(part)
            continue
        for _ in range(random.choice((1, 3, 20))):
            document = _value(random, document, random.randrange(1, 6))
        written.append(_spelt(random, json.dumps(document, ensure_ascii=random.random() < 0.3)))
    return "\n".join(written).encode("utf-8", errors="surrogatepass")


def _value(random: Random, value: Any, depth: int) -> Any:
    """The value, changed `depth` levels below."""
    if depth == 0 or not isinstance(value, dict | list) or not value:
        return random.choice((hostile(random), random.choice(ODD), [value], {"value": value}, str(value)))
    if isinstance(value, list):
        at = random.randrange(len(value))
        changed = [*value[:at], _value(random, value[at], depth - 1), *value[at + 1 :]]
        return random.choice((changed, changed, changed * 3, changed[:at]))
    key = random.choice(list(value))
    changed = {**value, key: _value(random, value[key], depth - 1)}
    other = random.choice((hostile(random), key.upper(), key + " ", "_line", "a.b", "$" + key, key * 9))
    return random.choice((changed, changed, changed, {**changed, other: value[key]}, {k: v for k, v in value.items() if k != key},
                          {other if k == key else k: v for k, v in value.items()}))  # fmt: skip


def _spelt(random: Random, text: str) -> str:
    """The same document as other programs write it, or nearly."""
    change = random.randrange(10)
    if change == 0:
        return text.replace('": ', '": 1, "', 1)
    if change == 1:
        return text.replace("{", '{"a":1,"a":2,"A":3,', 1)
    if change == 2:
        return text.replace('"', "'", 2)
    if change == 3:
        return text.replace('": "', '": "\\ud83d', 1)
    if change == 5:
        return text.replace('": "', '": ' + "[" * 20_000 + "]" * 20_000 + ', "x": "', random.choice((1, 1, 3)))
    if change == 4:
        return text.replace(": ", ": 1e400, ", 1) if random.random() < 0.3 else text.replace(": 1", ": 00001", 1)
    return text


def members(random: Random, content: bytes, inner: Mutation) -> bytes:
    """The archive with a member changed, renamed, repeated, or lying about itself."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", random.choice((0, 8, 12, 14))) as new:
        for info in old.infolist():
            data = old.read(info)
            data = inner(random, data) if random.random() < 0.6 else data
            stem = info.filename.rpartition(".")[0]
            name = random.choice((info.filename, info.filename, f"../../{info.filename}", f"/{info.filename}", f"a\\{info.filename}",
                                  f"a/b/{info.filename}", f"{stem}';--\n.csv", f"客户/{info.filename}"))  # fmt: skip
            new.writestr(name, data)
        if random.random() < 0.2:
            new.writestr(old.namelist()[0].replace(".", "_9."), b"\x00" * (5 << 20))
    packed = bytearray(out.getvalue())
    change = random.randrange(6)
    if change == 0:
        at = packed.find(b"PK\x01\x02") + random.choice((8, 10, 20, 24, 28, 42))
        packed[at] = random.randrange(256)
    elif change == 1:
        return flip(random, bytes(packed))
    return bytes(packed)


def book(random: Random, rows: list[list[str]]) -> bytes:
    """A workbook of these rows with hostile cells, or a damaged one."""
    out = io.BytesIO()
    written = xlsxwriter.Workbook(
        out,
        {
            "in_memory": True,
            "strings_to_numbers": False,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "nan_inf_to_errors": True,
        },
    )
    sheet = written.add_worksheet("王" if random.random() < 0.3 else None)
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            odd = random.random() < 0.15
            if odd and random.random() < 0.4:
                sheet.write(
                    y,
                    x,
                    random.choice((True, 1e300, -0.0, 45000.5, 2**53, float("nan"))),
                    written.add_format({"num_format": random.choice(("General", "yyyy-mm-dd", "[h]:mm", "0.00%"))}),
                )
            else:
                sheet.write_string(y, x, hostile(random) if odd else cell)
    if random.random() < 0.2 and len(rows) > 2:
        sheet.merge_range(1, 0, len(rows) - 1, random.randrange(2), "merged")
    written.close()
    content = out.getvalue()
    return random.choice(
        (content, content, content, flip(random, content), cut(random, content), _far(random, content))
    )


def _far(random: Random, content: bytes) -> bytes:
    """The workbook with a piece of its sheet's XML replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for info in old.infolist():
            data = old.read(info)
            if info.filename.endswith("sheet1.xml"):
                before, after = random.choice(
                    (
                        (b'r="A2"', b'r="XFD1048576"'),
                        (b"<v>", b"<v>99999"),
                        (b't="s"', b't="q"'),
                        (b"</row>", b"<row>"),
                        (b'<row r="2"', b'<row r="0"'),
                    )
                )
                data = data.replace(before, after)
            new.writestr(info.filename, data)
    return out.getvalue()


def parquet(random: Random, content: bytes) -> bytes:
    """The Parquet file with other types, columns or bytes."""
    table = pq.read_table(pa.BufferReader(content))
    change = random.randrange(5)
    if change == 0:
        return flip(random, content)
    if change == 1:
        return cut(random, content)
    if change == 2:
        odd = pa.array([hostile(random).replace("\x00", "") for _ in range(len(table))])
        table = table.set_column(random.randrange(table.num_columns), hostile(random) or "x", odd)
    elif change == 3:
        odd = random.choice(
            (
                pa.array([b"\xff\x00"] * len(table)),
                pa.array([[1, None]] * len(table)),
                pa.array([{"a": {"b": "x"}}] * len(table)),
                pa.nulls(len(table)),
                pa.array([2**63] * len(table), pa.uint64()),
            )
        )
        table = table.set_column(random.randrange(table.num_columns), "odd", odd)
    else:
        table = pa.concat_tables([table] * 50)
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


BYTES: list[Mutation] = [cut, flip, insert, repeat, shuffle_lines, line_ends, reencode, mangle, pack, pack_nothing, drown, replace_all]  # fmt: skip
