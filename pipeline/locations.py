"""Files that lie elsewhere: folders, S3-compatible stores, SFTP and HTTP(S) servers, through fsspec.

In: the settings of a location and a pattern. Out: what lies there, and the bytes of a file in a local one. Nothing is
written to the location.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from pipeline.credentials import Secrets, read_credentials
from pipeline.location_settings import SECRETS, LocationSettings

TIMEOUT_SECONDS = 60


class UnreachableLocation(ValueError):
    """A location cannot be listed or read; the text names the source and the kind of error, no address or secret."""


@dataclass(frozen=True)
class RemoteFile:
    """A file at a location. `name` is relative to it; `version` changes with its content, as far as the server tells;
    `modified` is its time of change, where the server tells one."""

    name: str
    path: str
    size: int | None
    version: str
    modified: datetime | None


@dataclass(frozen=True)
class Location:
    """A location that answers."""

    source: str
    files: Any
    root: str

    def matching(self, pattern: str) -> Iterator[RemoteFile]:
        """Files whose names match, in order; folders are left out."""
        for path, facts in sorted(self.files.glob(f"{self.root}/{pattern}", detail=True).items()):
            if facts.get("type") == "file":
                # A web server's list of links tells names alone.
                yield self._file(path, facts if facts.get("size") is not None else self.files.info(path))

    def current(self, file: RemoteFile) -> RemoteFile:
        """The file as it is now."""
        self.files.invalidate_cache()
        return self._file(file.path, self.files.info(file.path))

    def copy(self, file: RemoteFile, target: Path) -> None:
        """The file's bytes into a local file, in blocks."""
        self.files.get_file(file.path, str(target))

    def _file(self, path: str, facts: dict[str, Any]) -> RemoteFile:
        modified = facts.get("LastModified") or facts.get("mtime")
        if isinstance(modified, int | float):
            modified = datetime.fromtimestamp(modified, UTC)
        if isinstance(modified, datetime) and modified.tzinfo is None:
            modified = modified.replace(tzinfo=UTC)
        tag = facts.get("ETag") or facts.get("etag")
        size = facts.get("size")
        known = (tag, modified.isoformat() if modified else None, size)
        name = path.removeprefix(self.root).lstrip("/")
        if self.root.startswith("http"):
            name = unquote(name)
        return RemoteFile(name, path, size, repr(known) if tag or modified else "", modified)


@contextmanager
def open_location(settings: LocationSettings) -> Iterator[Location]:
    """The location; UnreachableLocation for whatever goes wrong there, inside the block too."""
    secrets = (
        read_credentials(settings.where, settings.credentials, SECRETS[settings.scheme])
        if settings.credentials
        else Secrets()
    )
    files = None
    try:
        files = _file_system(settings, secrets)
        yield Location(settings.source.name, files, _root(settings))
    except Exception as error:
        # Libraries quote addresses, user names and answers in their texts: the kind must do.
        raise UnreachableLocation(
            f"{settings.source.name}: the location cannot be read ({type(error).__name__}); see {settings.where}"
        ) from None
    finally:
        _close(files)


def _file_system(settings: LocationSettings, secrets: Secrets) -> Any:
    import fsspec

    # Listings are asked for anew: what another run saw is not what lies there now.
    fresh: dict[str, Any] = {"skip_instance_cache": True, "use_listings_cache": False}
    parts = urlsplit(settings.url)
    if settings.scheme == "s3":
        given = {"endpoint_url": settings.endpoint, "region_name": settings.region}
        client = {key: value for key, value in given.items() if value}
        return fsspec.filesystem(
            "s3", key=secrets["access_key"], secret=secrets["secret_key"], client_kwargs=client,
            config_kwargs={"connect_timeout": TIMEOUT_SECONDS, "read_timeout": TIMEOUT_SECONDS}, **fresh,
        )  # fmt: skip
    if settings.scheme == "sftp":
        # What fsspec does not know it hands to the connection, listings' settings included.
        return fsspec.filesystem(
            "sftp", host=parts.hostname, port=parts.port or 22, username=secrets["username"],
            password=secrets["password"], host_key_policy=_pinned(settings.host_key or ""), look_for_keys=False,
            allow_agent=False, timeout=TIMEOUT_SECONDS, skip_instance_cache=True,
        )  # fmt: skip
    if settings.scheme in ("http", "https"):
        from aiohttp import ClientTimeout

        session: dict[str, Any] = {
            "timeout": ClientTimeout(total=None, sock_connect=TIMEOUT_SECONDS, sock_read=TIMEOUT_SECONDS)
        }
        if secrets:
            pair = f"{secrets['username']}:{secrets['password']}".encode()
            session["headers"] = {"Authorization": "Basic " + base64.b64encode(pair).decode()}
        return fsspec.filesystem("http", client_kwargs=session, **fresh)
    return fsspec.filesystem("file", **fresh)


def _pinned(fingerprint: str) -> Any:
    """A policy that takes the one key it was told of and no other."""
    from paramiko import MissingHostKeyPolicy, SSHException

    class Pinned(MissingHostKeyPolicy):
        def missing_host_key(self, client: Any, hostname: str, key: Any) -> None:
            found = "SHA256:" + base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip("=")
            if not hmac.compare_digest(found, fingerprint.rstrip("=")):
                raise SSHException("the server's key is not the one in host_key")

    return Pinned()


def _root(settings: LocationSettings) -> str:
    parts = urlsplit(settings.url)
    if settings.scheme == "s3":
        return f"{parts.netloc}{parts.path}".rstrip("/")
    if settings.scheme == "sftp":
        return parts.path.rstrip("/")
    return settings.url


def _close(files: Any) -> None:
    client = getattr(files, "client", None)
    if client is not None and hasattr(client, "close"):
        client.close()
