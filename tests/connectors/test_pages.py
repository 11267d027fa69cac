"""Answers about one person, lists of plain ids, and what a document says once for all its records."""

import json
import tomllib

import duckdb
import pytest

from connectors.declared import declared_stream
from connectors.files.pages import Pages
from connectors.files.reading import read_file

CASES = [
    pytest.param(Pages("$", "$.errcode", single=True), {"openid": "o1", "tags": [1]},
                 [{"openid": "o1", "tags": "[1]"}], [], id="the document is the record"),
    pytest.param(Pages("$.user", single=True), {"user": {"id": 9007199254740993}}, [{"id": "9007199254740993"}], [],
                 id="an object inside, digits kept"),
    pytest.param(Pages("$.user", single=True), {"user": [{"id": 1}]}, [], ["no object at $.user"],
                 id="an array where an object was promised"),
    pytest.param(Pages("$.users"), {"users": {"id": 1}}, [], ["no array at $.users"],
                 id="an object where an array was promised"),
    pytest.param(Pages("$", "$.errcode", single=True), {"errcode": 40003, "errmsg": "invalid openid"}, [],
                 ["the system answered with error code 40003"], id="an error is no person"),
    pytest.param(Pages("$.data.openid", value="openid"), {"data": {"openid": ["o1", "o2"]}},
                 [{"openid": "o1"}, {"openid": "o2"}], [], id="plain values"),
    pytest.param(Pages("$.ids", value="id"), {"ids": ["a", {"id": "b"}, ["c"]]}, [{"id": "a"}, {"id": "b"}],
                 ["not a JSON object"], id="plain values among others"),
    pytest.param(Pages("$.members", beside=("chat.id", "chat.name")),
                 {"chat": {"id": "c1", "name": "VIP"}, "members": [{"name": "Ann"}, {"name": "Bob"}]},
                 [{"name": "Ann", "chat.id": "c1", "chat.name": "VIP"},
                  {"name": "Bob", "chat.id": "c1", "chat.name": "VIP"}], [], id="said once for all"),
    pytest.param(Pages("$.ids", value="id", beside=("msgid",)), {"msgid": "m", "ids": ["a"]},
                 [{"id": "a", "msgid": "m"}], [], id="plain values and what is said once"),
    pytest.param(Pages("$.members", beside=("chat",)), {"members": [{"name": "Ann"}, 7]}, [{"name": "Ann"}],
                 ["not a JSON object"], id="said nowhere, and a number among the records"),
]  # fmt: skip


@pytest.mark.parametrize(("shape", "document", "rows", "reasons"), CASES)
def test_shapes(tmp_path, shape, document, rows, reasons):
    path = tmp_path / "page.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    with duckdb.connect() as con:
        chunks = list(read_file(con, path, shape))
    found = [row for chunk in chunks for row in chunk.rows.to_pylist()]
    assert [{k: v for k, v in row.items() if k != "_line" and v is not None} for row in found] == rows
    assert [row["reason"] for chunk in chunks for row in chunk.rejects.to_pylist()] == reasons
    assert sum(chunk.delivered for chunk in chunks) == len(rows) + len(reasons)


def test_they_can_be_declared():
    text = 'files = "*"\nformat = "pages"\npath = "$.ids"\nvalue = "id"\nbeside = ["msgid"]\nsingle = false\n'
    assert declared_stream("s", "t", tomllib.loads(text)).format == Pages("$.ids", value="id", beside=("msgid",))
