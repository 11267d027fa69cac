"""Credentials by reference: what stands in guiyi.toml says where they are, never what they are.

    credentials = "env:ZOHO"           ZOHO_CLIENT_ID, ZOHO_CLIENT_SECRET, … in the environment
    credentials = "airflow:zoho_crm"   Airflow's connection of that id: its extra fields, with login and password for
                                       the first two names

In: the reference and the names an API asks for. Out: their values, which are not printed, logged or stored. A
connection in AIRFLOW_CONN_… needs no database of Airflow's.
"""

import json
import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from pipeline.config import ConfigError


class Secrets(dict[str, str]):
    """Values by name; printing shows the names alone."""

    def __repr__(self) -> str:
        """The names."""
        return f"Secrets({', '.join(sorted(self))})"

    __str__ = __repr__


def read_credentials(where: str, reference: str, names: tuple[str, ...]) -> Secrets:
    """The credentials called `names`; ConfigError says which are missing and where they were looked for."""
    kind, _, place = reference.partition(":")
    if kind == "env":
        values = {name: os.environ.get(f"{place}_{name}".upper(), "") for name in names}
        shown = {name: f"{place}_{name}".upper() for name in names}
    else:
        values = _from_airflow(where, place, names)
        shown = {name: name for name in names}
    if missing := [shown[name] for name in names if not values.get(name)]:
        found_in = "the environment" if kind == "env" else f"Airflow's connection {place}"
        raise ConfigError(f"{where}: {found_in} lacks {', '.join(missing)}")
    return Secrets({name: values[name] for name in names})


def read_password(where: str, conn_id: str) -> str:
    """The password of an Airflow connection; ConfigError when there is none."""
    _, password, _ = _find_connection(where, conn_id)
    if not password:
        raise ConfigError(f"{where}: Airflow's connection {conn_id} has no password")
    return password


def _from_airflow(where: str, conn_id: str, names: tuple[str, ...]) -> dict[str, str]:
    login, password, extra = _find_connection(where, conn_id)
    short = dict(zip(names, (login, password), strict=False))
    return {name: str(extra.get(name) or short.get(name) or "") for name in names}


_Found = tuple[str | None, str | None, Mapping[str, Any]]


def _find_connection(where: str, conn_id: str) -> _Found:
    """Login, password and extra fields."""
    found = _from_variable(conn_id)
    if found is None:
        try:
            from airflow.sdk import Connection

            found = _fields(Connection.get(conn_id))
        except ImportError:
            raise ConfigError(f"{where}: credentials are in Airflow, which is not installed here") from None
        except Exception:
            # The text of Airflow's error could quote the connection.
            found = None
    if found is None:
        raise ConfigError(f"{where}: Airflow has no connection {conn_id}")
    return found


def _from_variable(conn_id: str) -> _Found | None:
    """AIRFLOW_CONN_<ID> in one of Airflow's two forms, JSON or URI."""
    text = os.environ.get(f"AIRFLOW_CONN_{conn_id.upper()}")
    if text is None:
        return None
    if text.lstrip().startswith("{"):
        try:
            entry = json.loads(text)
            extra = entry.get("extra") or {}
            return entry.get("login"), entry.get("password"), json.loads(extra) if isinstance(extra, str) else extra
        except (ValueError, AttributeError):
            raise ConfigError(f"AIRFLOW_CONN_{conn_id.upper()} is not readable") from None
    parts = urlsplit(text)
    extra = dict(parse_qsl(parts.query))
    return unquote(parts.username or "") or None, unquote(parts.password or "") or None, extra


def _fields(connection: Any) -> _Found:
    return connection.login, connection.password, connection.extra_dejson
