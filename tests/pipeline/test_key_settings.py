"""Where the key may be: the environment, a file, Airflow; the first place that names one counts."""

import json

import pytest

from pipeline.config import ConfigError, load_config
from warehouse.vault.key import KeyProblem, new_key, parse_key, write_key_file

ONE, TWO, THREE = (new_key() for _ in range(3))
_VARIABLES = ("GUIYI_KEY", "GUIYI_KEY_FILE", "AIRFLOW_CONN_GUIYI_KEY", "AIRFLOW_CONN_VAULT", "OUR_KEY")


@pytest.fixture
def configure(tmp_path, monkeypatch):
    """Write [security] into a configuration and load it."""
    for name in _VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GUIYI_HOME", str(tmp_path / "home"))
    write_key_file(tmp_path / "one", ONE)
    write_key_file(tmp_path / "two", TWO)

    def load(security: str = ""):
        (tmp_path / "guiyi.toml").write_text(security, encoding="utf-8")
        return load_config(tmp_path / "guiyi.toml")

    return load


# Environment ({} is the folder), [security] → the key.
PLACES = {
    "nowhere": ({}, "", None),
    "the environment": ({"GUIYI_KEY": ONE}, "", ONE),
    "with blanks around it": ({"GUIYI_KEY": f" {ONE}\n"}, "", ONE),
    "a file named by the environment": ({"GUIYI_KEY_FILE": "{}/two"}, "", TWO),
    "a file named by the configuration, beside it": ({}, '[security]\nkey_file = "one"', ONE),
    "a variable of another name": ({"OUR_KEY": TWO}, '[security]\ncredentials = "env:OUR_KEY"', TWO),
    "Airflow's connection as JSON": (
        {"AIRFLOW_CONN_VAULT": json.dumps({"conn_type": "generic", "password": THREE})},
        '[security]\ncredentials = "airflow:vault"',
        THREE,
    ),
    "Airflow's connection as URI, by its own name": ({"AIRFLOW_CONN_GUIYI_KEY": f"generic://:{THREE}@"}, "", THREE),
    "the environment and its file, alike": ({"GUIYI_KEY": TWO, "GUIYI_KEY_FILE": "{}/two"}, "", TWO),
    "the environment's file before the configuration's": ({"GUIYI_KEY_FILE": "{}/two"}, '[security]\nkey_file="one"', TWO),
}  # fmt: skip


@pytest.mark.parametrize("case", PLACES)
def test_places(configure, tmp_path, monkeypatch, case):
    variables, security, key = PLACES[case]
    for name, value in variables.items():
        monkeypatch.setenv(name, value.replace("{}", str(tmp_path)))
    config = configure(security)
    assert config.key == (parse_key(key, "test") if key else None)
    assert config.empties_inbox is (key is not None)
    assert not any(each in repr(config) for each in (ONE, TWO, THREE))


REFUSED = {
    "a key in the configuration": ('[security]\nkey = "x"', "unknown keys ['key']"),
    "a key for a reference": (f'[security]\ncredentials = "{ONE}"', "is a reference"),
    "two places": ('[security]\nkey_file = "a"\ncredentials = "env:B"', "keep one of them"),
    "an inbox that is none": ('[security]\ninbox = "burn"', 'inbox is "keep" or "remove"'),
    "no table": ('security = "high"', "must be a table"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_wrong_table_says_what_to_mend(configure, case):
    security, said = REFUSED[case]
    with pytest.raises(ConfigError) as caught:
        configure(security)
    assert said in str(caught.value)
    assert "guiyi.toml" in str(caught.value)
    assert ONE not in str(caught.value)


MISSING = {
    "two different ones": ({"GUIYI_KEY": ONE, "GUIYI_KEY_FILE": "{}/two"}, "", "give different keys"),
    "no such file": ({"GUIYI_KEY_FILE": "{}/three"}, "", "GUIYI_KEY_FILE: the key file"),
    "an empty variable": ({}, '[security]\ncredentials = "env:OUR_KEY"', "the environment lacks OUR_KEY"),
    "a connection without a password": (
        {"AIRFLOW_CONN_VAULT": '{"conn_type": "generic"}'}, '[security]\ncredentials = "airflow:vault"', "has no password",
    ),
    "a short key": ({"GUIYI_KEY": "geheim"}, "", "GUIYI_KEY: the key is too short"),
}  # fmt: skip


@pytest.mark.parametrize("case", MISSING)
def test_a_key_that_is_not_there_is_an_error_once_it_is_needed(configure, tmp_path, monkeypatch, case):
    variables, security, said = MISSING[case]
    for name, value in variables.items():
        monkeypatch.setenv(name, value.replace("{}", str(tmp_path)))
    config = configure(security)  # nothing is looked up yet
    with pytest.raises((KeyProblem, ConfigError), match=said):
        config.key  # noqa: B018
