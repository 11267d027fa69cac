"""The expressions that connectors share, on the shapes that raw columns come in."""

import duckdb
import pytest

from connectors.sources.ga4 import param, params
from connectors.values import device, element, once, system

_SESSION = '{"key": "ga_session_id", "value": {"int_value": "77"}}'
_PARAMS = {
    "whole number": (f"[{_SESSION}]", "77"),
    "number": ('[{"key": "ga_session_id", "value": {"int_value": 77}}]', "77"),
    "text": ('[{"key": "ga_session_id", "value": {"string_value": "x"}}]', "x"),
    "floating": ('[{"key": "ga_session_id", "value": {"double_value": 1.5}}]', "1.5"),
    "first of two": (f'[{_SESSION}, {{"key": "ga_session_id", "value": {{"int_value": "78"}}}}]', "77"),
    "among others": (f'[{{"key": "a", "value": {{"string_value": "b"}}}}, {_SESSION}]', "77"),
    "after a null": (f"[null, {_SESSION}]", "77"),
    "not there": ('[{"key": "a", "value": {"string_value": "b"}}]', None),
    "without value": ('[{"key": "ga_session_id"}]', None),
    "value of another kind": ('[{"key": "ga_session_id", "value": 7}]', None),
    "empty": ("[]", None),
    "missing": (None, None),
    "an object": ("{}", None),
    "numbers": ("[1, 2]", None),
    "no JSON": ("(not set)", None),
    "cut off": ('[{"key": "ga_', None),
}


def _value(expression: str, **columns: str | None) -> object:
    row = ", ".join(f'${name}::varchar as "{name}"' for name in columns)
    found = duckdb.connect().execute(f"select {expression} from (select {row})", columns).fetchone()
    assert found
    return found[0]


@pytest.mark.parametrize(("array", "expected"), _PARAMS.values(), ids=_PARAMS)
def test_param(array, expected):
    assert _value(param("ga_session_id"), event_params=array) == expected


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (f"[{_SESSION}]", '{"ga_session_id":"77"}'),
        ('[{"key": "a\\"b"}]', '{"a\\"b":null}'),
        ("[]", "{}"),
        ("(not set)", None),
        (None, None),
    ],
    ids=["one", "quote in the key", "none", "no JSON", "missing"],
)
def test_params(array, expected):
    assert _value(params(), event_params=array) == expected


def test_an_arrays_first_element_of_a_key_in_any_structure():
    answer = element('"a"', '[{"name":"VARCHAR","values":["VARCHAR"]}]', "each.name", "email", "each.values[1]")
    assert _value(answer, a='[{"name": "email", "values": ["x@y", "z"]}]') == "x@y"
    assert _value(answer, a='[{"name": "email", "values": []}]') is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("AEBE52E7-03EE-455A-B3C4-E57283966239", "aebe52e7-03ee-455a-b3c4-e57283966239"),
        ("1700-Ab", "1700-Ab"),
        (None, None),
    ],
    ids=["uuid", "another id", "missing"],
)
def test_device(value, expected):
    assert _value(device('"v"'), v=value) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [("ios", "iOS"), ("IOS", "iOS"), ("android", "Android"), ("Web", "Web"), (None, None)]
)
def test_system(value, expected):
    assert _value(system('"v"'), v=value) == expected


def test_what_a_delivery_says_twice_is_said_once():
    rows = "(values ('b1', 1, 'o1'), ('b1', 2, 'o1'), ('b1', 3, 'o2'), ('b2', 1, 'o1')) as t(_batch_id, _line, o)"
    found = duckdb.connect().execute(f"select _batch_id, _line, {once('o', of='o')} as o from {rows} order by all")
    assert found.fetchall() == [("b1", 1, "o1"), ("b1", 2, None), ("b1", 3, "o2"), ("b2", 1, "o1")]
