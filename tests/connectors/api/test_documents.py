"""JSON texts as they stand: every digit, on one line."""

import pytest

from connectors.api.documents import elements, joined
from connectors.api.errors import Unreachable

CASES = {
    "digits": ('{"data": [{"id": 12345678901234567890, "x": 0.10000000000000000555, "e": 1E400}]}',
               ['{"id": 12345678901234567890, "x": 0.10000000000000000555, "e": 1E400}']),
    "indented": ('{"data": [\n  {\n    "id": 1\n  },\r\n  {"id": 2}\n]\n}', ['{     "id": 1   }', '{"id": 2}']),
    "escapes stay": (r'{"data": [{"name": "\u738b \ud83d\u0027 \"]}"}]}', [r'{"name": "\u738b \ud83d\u0027 \"]}"}']),
    "keys before it": ('{"info": {"data": [1]}, "x": "data", "data": [{"id": 1}]}', ['{"id": 1}']),
    "empty": ('{"data": []}', []),
    "null": ('{"data": null}', []),
    "byte of a control character": ('{"data": [{"name": "a\tb"}]}', ['{"name": "a\tb"}']),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_elements(case):
    text, expected = CASES[case]
    assert [each.text for each in elements(text, "data")] == expected


def test_path_and_root():
    assert [each.value for each in elements('{"data": {"dataList": [1, 2]}}', "data", "dataList")] == [1, 2]
    assert [each.value for each in elements(" [1, 2] ")] == [1, 2]


@pytest.mark.parametrize(
    "text", ["", "<html>", "{}", '{"data": {}}', '{"data": 1}', '{"data": [1, 2', '{"data": [1 2]}', '{"data" [1]}']
)
def test_no_json(text):
    with pytest.raises(Unreachable):
        elements(text, "data")


def test_joined():
    assert joined('{"id": "1", "a": 1.10}', '{"id": "1", "b": null}', "{}") == '{"id": "1", "a": 1.10, "b": null}'
