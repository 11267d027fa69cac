"""[source.….api] and credentials: what is refused, with a text that says what to do and shows no secret."""

import json
import sys
from dataclasses import replace

import pytest

from pipeline.api_settings import api_settings
from pipeline.config import ConfigError, load_config
from pipeline.credentials import Secrets, read_credentials

SECRET = "1000.top-secret-value"
NAMES = ("client_id", "client_secret", "refresh_token")

REFUSED = {
    "a secret": (f'client_secret = "{SECRET}"', "client_secret is a credential and must not stand in this file"),
    "another's secret": (f'api_key = "{SECRET}"', "api_key is a credential"),
    "a secret as reference": (f'credentials = "{SECRET}"', "credentials names the place they are kept"),
    "no reference": ("", "credentials names the place they are kept"),
    "unknown key": ('credentials = "env:Z"\nmodule = "Leads"', "unknown keys ['module']"),
    "in the clear": ('credentials = "env:Z"\nbase_url = "http://zohoapis.com"', "must be an https:// address"),
    "password in the address": (
        f'credentials = "env:Z"\nbase_url = "https://a:{SECRET}@zohoapis.com"',
        "must not hold",
    ),
    "no address": ('credentials = "env:Z"\nbase_url = "zohoapis.com"', "must be an https:// address"),
    "accounts in the clear": (
        'credentials = "env:Z"\naccounts_url = "http://zoho.com"',
        "accounts_url: base_url must be",
    ),
    "wrong kind": ('credentials = "env:Z"\nbulk = "yes"', "bulk must be true or false"),
    "overlap": ('credentials = "env:Z"\noverlap_minutes = -1', "overlap_minutes is a number"),
    "unknown stream": (
        'credentials = "env:Z"\nstreams = ["leads"]',
        "streams is a list of ['contacts_api', 'leads_api']",
    ),
}


def configured(tmp_path, lines, connector="zoho"):
    path = tmp_path / "guiyi.toml"
    path.write_text(f'[source.crm]\nconnector = "{connector}"\n[source.crm.api]\n{lines}\n', encoding="utf-8")
    return replace(load_config(path), home=tmp_path)


@pytest.mark.parametrize("case", REFUSED)
def test_refused(tmp_path, case):
    lines, text = REFUSED[case]
    with pytest.raises(ConfigError) as error:
        api_settings(configured(tmp_path, lines))
    assert "[source.crm.api]" in str(error.value)
    assert text in str(error.value)
    assert SECRET not in str(error.value)


def test_a_key_without_default_must_be_given(tmp_path):
    with pytest.raises(ConfigError, match="lacks user"):
        api_settings(configured(tmp_path, 'credentials = "env:F"', "fxiaoke"))


def test_a_connector_without_api(tmp_path):
    with pytest.raises(ConfigError, match="no stream that is pulled"):
        api_settings(configured(tmp_path, 'credentials = "env:F"', "survey"))


def test_defaults(tmp_path):
    (settings,) = api_settings(configured(tmp_path, 'credentials = "env:Z"'))
    assert settings.base_url == "https://www.zohoapis.com"
    assert settings.options == {"accounts_url": "https://accounts.zoho.com", "bulk": True, "fields": {}}
    assert [each.stream.name for each in settings.streams] == ["leads_api", "contacts_api"]
    assert settings.overlap == 600


def test_from_the_environment(monkeypatch):
    for name in NAMES:
        monkeypatch.setenv(f"ZOHO_{name.upper()}", f"the {name}")
    found = read_credentials("[source.zoho.api]", "env:ZOHO", NAMES)
    assert found == {name: f"the {name}" for name in NAMES}
    assert str(found) == repr(found) == "Secrets(client_id, client_secret, refresh_token)"


def test_missing_variables_are_named(monkeypatch):
    monkeypatch.setenv("ZOHO_CLIENT_SECRET", SECRET)
    with pytest.raises(ConfigError) as error:
        read_credentials("[source.zoho.api]", "env:ZOHO", NAMES)
    assert str(error.value) == "[source.zoho.api]: the environment lacks ZOHO_CLIENT_ID, ZOHO_REFRESH_TOKEN"


CONNECTIONS = {
    "json": json.dumps(
        {"conn_type": "http", "login": "the client_id", "password": "the client_secret",
         "extra": {"refresh_token": "the refresh_token"}}
    ),
    "json, extra as text": json.dumps(
        {"conn_type": "http", "extra": json.dumps({name: f"the {name}" for name in NAMES})}
    ),
    "uri": "http://the%20client_id:the%20client_secret@zohoapis.com/?refresh_token=the%20refresh_token",
}  # fmt: skip


@pytest.mark.parametrize("form", CONNECTIONS)
def test_from_an_airflow_variable(monkeypatch, form):
    monkeypatch.setenv("AIRFLOW_CONN_ZOHO_CRM", CONNECTIONS[form])
    assert read_credentials("zoho", "airflow:zoho_crm", NAMES) == {name: f"the {name}" for name in NAMES}


def test_unreadable_connection(monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_ZOHO_CRM", '{"login": "top secret"')
    with pytest.raises(ConfigError, match="AIRFLOW_CONN_ZOHO_CRM is not readable"):
        read_credentials("zoho", "airflow:zoho_crm", NAMES)


def test_without_airflow(monkeypatch):
    monkeypatch.setitem(sys.modules, "airflow.sdk", None)
    with pytest.raises(ConfigError, match="Airflow, which is not installed"):
        read_credentials("[source.zoho.api]", "airflow:nowhere", NAMES)


def test_secrets_do_not_print():
    assert SECRET not in f"{Secrets(client_secret=SECRET)} {Secrets(client_secret=SECRET)!r}"
