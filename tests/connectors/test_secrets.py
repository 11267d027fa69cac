"""Columns that hold secrets: which names are taken for such, and that no mapping needs one of them."""

import pytest

from connectors.columns import raw_columns
from connectors.registry import CONNECTORS
from connectors.secrets import SECRETS, is_secret

CASES = {
    "session_key": True,
    "Session_Key": True,
    "user_password_hash": True,
    "OldPasswd": True,
    "access_token": True,
    "oauth_refresh_token_1": True,
    "Card_Number": True,
    "membership_card": False,
    "sessions": False,
    "api_key": True,
    "api_key_owner": False,
    "uses_transient_token": False,
    "passport_no": False,
    "secretary": False,
    "密码": False,
}


@pytest.mark.parametrize(("name", "expected"), CASES.items())
def test_names_of_secrets(name, expected):
    assert is_secret(name, SECRETS) is expected


def test_patterns_compare_names_as_duckdb_does():
    assert is_secret("ÄRZTE", ("Ärzte",))
    assert not is_secret("Ärzte", ("ärzte", "ä*"))
    assert is_secret("CARD no", ("card*",))
    assert not is_secret("anything", ())


@pytest.mark.parametrize(
    ("connector", "stream"),
    [
        pytest.param(each, stream, id=f"{each.name} {stream.name}")
        for each in CONNECTORS.values()
        for stream in each.streams
    ],
)
def test_no_mapping_reads_what_is_dropped(connector, stream):
    assert [name for name in raw_columns(stream) if is_secret(name, (*connector.drop, *stream.drop))] == []
