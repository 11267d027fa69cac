"""What [source.NAME.location] says: where a source's files lie when that is not the inbox. Never the credentials.

    [source.shopify.location]
    url = "s3://exports/shop"                  # or sftp://host:port/folder, https://host/folder, /mnt/exports
    credentials = "env:SHOP_S3"                # or "airflow:connection_id": see pipeline/credentials.py
    endpoint = "https://storage.example.com"   # s3: a store that is not Amazon's; region, when it asks for one
    host_key = "SHA256:…"                      # sftp: the server's key, as `ssh-keyscan HOST | ssh-keygen -lf -` says
    settle_seconds = 60                        # a file younger than this may still be written

The stream's file patterns are looked for below `url`. In: the TOML table. Out: checked settings; ConfigError names the
key to mend and never quotes a value.
"""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from pipeline.config import Config, ConfigError, SourceConfig
from pipeline.sources import SourceStream, source_streams

LOCAL = ("127.0.0.1", "localhost", "::1")
# Names of the credentials by the address' scheme; http servers may be open to all.
SECRETS = {
    "s3": ("access_key", "secret_key"),
    "sftp": ("username", "password"),
    "https": ("username", "password"),
    "http": ("username", "password"),
    "": (),
}
_KEYS = {"url", "credentials", "endpoint", "region", "host_key", "settle_seconds"}
_REFERENCE = re.compile(r"(env|airflow):[A-Za-z_][A-Za-z0-9_.-]*")
_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}=?")


@dataclass(frozen=True)
class LocationSettings:
    """A source's location as configured, and its streams that lie there. `scheme` is empty for a folder."""

    source: SourceConfig
    scheme: str
    url: str
    credentials: str | None
    endpoint: str | None
    region: str | None
    host_key: str | None
    settle_seconds: float
    streams: tuple[SourceStream, ...]

    @property
    def where(self) -> str:
        """The table's name, for messages."""
        return f"[source.{self.source.name}.location]"


def location_settings(config: Config, only: tuple[str, ...] = ()) -> list[LocationSettings]:
    """The settings of every source whose files lie elsewhere, or of those in `only`."""
    chosen = [config.sources[name] for name in (only or config.sources) if name in config.sources]
    return [_settings(config, source) for source in chosen if source.location is not None]


def has_location(config: Config, only: tuple[str, ...] = ()) -> bool:
    """True when there is anything to fetch."""
    return any(config.sources[name].location is not None for name in (only or config.sources) if name in config.sources)


def _settings(config: Config, source: SourceConfig) -> LocationSettings:
    where, entry = f"[source.{source.name}.location]", dict(source.location or {})
    if unknown := sorted(set(entry) - _KEYS):
        raise ConfigError(f"{where} has unknown keys {unknown}; known are {sorted(_KEYS)}")
    url = _text(where, entry, "url")
    if not url:
        raise ConfigError(f'{where} lacks url, as in url = "s3://bucket/folder"')
    scheme = _scheme(where, url)
    settings = LocationSettings(
        source,
        scheme,
        url.rstrip("/"),
        _reference(where, entry, scheme),
        _endpoint(where, entry, scheme),
        _text(where, entry, "region"),
        _fingerprint(where, entry, scheme),
        _seconds(where, entry),
        tuple(each for each in source_streams(config, (source.name,)) if not each.stream.files.startswith("api/")),
    )
    return settings


def _scheme(where: str, url: str) -> str:
    parts = urlsplit(url)
    if parts.username or parts.password:
        raise ConfigError(f'{where}: url must not hold credentials; name their place: credentials = "env:PREFIX"')
    if parts.scheme not in SECRETS:
        raise ConfigError(f"{where}: url must begin with s3://, sftp://, https:// or be a folder")
    if parts.scheme == "http" and parts.hostname not in LOCAL:
        raise ConfigError(f"{where}: url must be an https:// address; customers' data is not sent in the clear")
    if parts.scheme and not parts.hostname:
        raise ConfigError(f"{where}: url names no {'bucket' if parts.scheme == 's3' else 'server'}")
    if not parts.scheme and not url.startswith("/"):
        raise ConfigError(f"{where}: a folder is named from the root on: /mnt/exports")
    return parts.scheme


def _reference(where: str, entry: dict[str, Any], scheme: str) -> str | None:
    value = _text(where, entry, "credentials")
    if value is None:
        if scheme in ("s3", "sftp"):
            raise ConfigError(f'{where} lacks credentials, as in credentials = "env:PREFIX"')
        return None
    if not SECRETS[scheme] or not _REFERENCE.fullmatch(value):
        raise ConfigError(
            f'{where}: credentials names the place they are kept, "env:PREFIX" or "airflow:connection_id"; '
            "the credentials themselves must not stand in this file, and a folder has none"
        )
    return value


def _endpoint(where: str, entry: dict[str, Any], scheme: str) -> str | None:
    value = _text(where, entry, "endpoint")
    if value is None:
        return None
    parts = urlsplit(value)
    if scheme != "s3" or not parts.hostname or (parts.scheme != "https" and parts.hostname not in LOCAL):
        raise ConfigError(f"{where}: endpoint is the https:// address of an S3-compatible store")
    return value


def _fingerprint(where: str, entry: dict[str, Any], scheme: str) -> str | None:
    value = _text(where, entry, "host_key")
    if (scheme == "sftp") != (value is not None) or (value and not _FINGERPRINT.fullmatch(value)):
        raise ConfigError(
            f'{where}: host_key is the fingerprint of an SFTP server\'s key, "SHA256:…", and sftp needs it: else '
            "anyone could pretend to be that server"
        )
    return value


def _seconds(where: str, entry: dict[str, Any]) -> float:
    value = entry.get("settle_seconds", 60)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ConfigError(f"{where}: settle_seconds is a number of seconds, 0 or more")
    return float(value)


def _text(where: str, entry: dict[str, Any], key: str) -> str | None:
    value = entry.get(key)
    if value is not None and not isinstance(value, str):
        raise ConfigError(f"{where}: {key} must be text")
    return value
