"""What [source.NAME.api] says: which server, which streams, where the credentials are. Never the credentials.

    [source.zoho.api]
    base_url = "https://www.zohoapis.eu"      # the system's own default when left out
    credentials = "env:ZOHO"                  # or "airflow:connection_id": see pipeline/credentials.py
    streams = ["leads_api"]                   # all that the connector can pull when left out
    overlap_minutes = 10                      # how much before its watermark a pull starts

and the keys of the system's own (`options` in connectors/api/<system>.py). In: the TOML table. Out: checked settings;
ConfigError names the key to mend and never quotes a value.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from connectors.api.system import Api
from pipeline.config import Config, ConfigError, SourceConfig
from pipeline.sources import SourceStream, source_streams

_OWN = ("base_url", "credentials", "streams", "overlap_minutes")
_REFERENCE = re.compile(r"(env|airflow):[A-Za-z_][A-Za-z0-9_.-]*")
_SECRET = re.compile(
    r"secret|token|passw|permanent_?code|api_?key|access_?key|private|refresh|client_?id|app_?id|corp_?id"
)
_LOCAL = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class ApiSettings:
    """A source's API as configured, and its streams that are pulled."""

    source: SourceConfig
    api: Api
    base_url: str
    credentials: str
    overlap: float
    options: Mapping[str, Any]
    streams: tuple[SourceStream, ...] = field(repr=False)

    @property
    def where(self) -> str:
        """The table's name, for messages."""
        return f"[source.{self.source.name}.api]"


def api_settings(config: Config, only: tuple[str, ...] = ()) -> list[ApiSettings]:
    """The settings of every source that has any, or of those in `only`."""
    chosen = [config.sources[name] for name in (only or config.sources) if name in config.sources]
    return [_settings(config, source) for source in chosen if source.api is not None]


def has_api(config: Config, only: tuple[str, ...] = ()) -> bool:
    """True when there is anything to pull."""
    return any(config.sources[name].api is not None for name in (only or config.sources) if name in config.sources)


def _settings(config: Config, source: SourceConfig) -> ApiSettings:
    where, entry = f"[source.{source.name}.api]", dict(source.api or {})
    pullable = [each for each in source_streams(config, (source.name,)) if each.stream.pull]
    if not pullable or pullable[0].stream.pull is None:
        raise ConfigError(f"{where}: connector {source.connector} has no stream that is pulled from an API")
    api = pullable[0].stream.pull.api
    _refuse_secrets(where, entry, api)
    known = (*_OWN, *api.options)
    if unknown := sorted(set(entry) - set(known)):
        raise ConfigError(f"{where} has unknown keys {unknown}; known are {sorted(known)}")
    return ApiSettings(
        source,
        api,
        _base_url(where, entry.get("base_url", api.base_url)),
        _reference(where, entry.get("credentials")),
        _minutes(where, entry.get("overlap_minutes", 10)) * 60.0,
        {name: _option(where, name, default, entry) for name, default in api.options.items()},
        _chosen(where, pullable, entry.get("streams")),
    )


def _refuse_secrets(where: str, entry: Mapping[str, Any], api: Api) -> None:
    """A credential written into the file would be in every backup and commit of it."""
    for key, value in entry.items():
        if key in api.secrets or (key not in (*_OWN, *api.options) and _SECRET.search(key.lower())):
            raise ConfigError(
                f"{where}: {key} is a credential and must not stand in this file: take it out, renew it if the file "
                f'was shared, and name the place it is kept, as in credentials = "env:{api.name.upper()}"'
            )
        if isinstance(value, dict) and key not in api.options:
            _refuse_secrets(where, value, api)


def _reference(where: str, value: Any) -> str:
    if not isinstance(value, str) or not _REFERENCE.fullmatch(value):
        raise ConfigError(
            f'{where}: credentials names the place they are kept, "env:PREFIX" or "airflow:connection_id"; '
            "the credentials themselves must not stand in this file"
        )
    return value


def _base_url(where: str, value: Any) -> str:
    parts = urlsplit(value) if isinstance(value, str) else urlsplit("")
    if parts.username or parts.password:
        raise ConfigError(f"{where}: base_url must not hold credentials")
    if not parts.hostname or (parts.scheme != "https" and parts.hostname not in _LOCAL):
        raise ConfigError(f"{where}: base_url must be an https:// address; tokens are not sent in the clear")
    return str(value)


def _minutes(where: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ConfigError(f"{where}: overlap_minutes is a number of minutes, 0 or more")
    return float(value)


def _option(where: str, name: str, default: Any, entry: Mapping[str, Any]) -> Any:
    """The value of one of the system's own keys; a type as default says that the key must be given."""
    required = isinstance(default, type)
    kind = default if required else type(default)
    if name not in entry:
        if required:
            raise ConfigError(f"{where} lacks {name}")
        return default
    if type(entry[name]) is not kind:
        raise ConfigError(f"{where}: {name} must be {_KINDS[kind]}")
    if name.endswith("_url"):
        return _base_url(f"{where} {name}", entry[name])
    return entry[name]


_KINDS = {str: "text", int: "a whole number", bool: "true or false", dict: "a table", list: "a list", float: "a number"}


def _chosen(where: str, pullable: list[SourceStream], names: Any) -> tuple[SourceStream, ...]:
    if names is None:
        return tuple(pullable)
    known = {each.stream.name: each for each in pullable}
    if not isinstance(names, list) or any(name not in known for name in names):
        raise ConfigError(f"{where}: streams is a list of {sorted(known)}")
    return tuple(known[name] for name in names)
