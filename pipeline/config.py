"""The configuration: where data lives and which sources there are.

Read from config/guiyi.toml (or --config, or GUIYI_CONFIG), with GUIYI_HOME for the data directory and GUIYI_INBOX for
the inbox. Everything the pipeline writes is under the data directory.
"""

import os
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from pipeline.key_settings import check_security, find_key
from pipeline.limits import check_limits
from pipeline.omissions import read_kinds, read_patterns
from warehouse.vault.key import Key, KeyProblem
from warehouse.vault.keyring import hold_key, key_of

PROJECT = Path(__file__).resolve().parent.parent


class ConfigError(ValueError):
    """The configuration says something that cannot be used; the text names the file and the key."""


@dataclass(frozen=True)
class SourceConfig:
    """What the configuration says about one source system; see config/guiyi.toml for the keys."""

    name: str
    connector: str | None = None
    country: str | None = None
    zone: str | None = None
    currency: str | None = None
    issuer: str = ""
    files: dict[str, str] = field(default_factory=dict)
    streams: dict[str, Any] = field(default_factory=dict)
    api: dict[str, Any] | None = field(default=None, repr=False)
    location: dict[str, Any] | None = field(default=None, repr=False)
    freshness: dict[str, Any] = field(default_factory=dict)
    leave_out: tuple[str, ...] = ()
    drop: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Config:
    """Paths, limits and sources of one installation."""

    home: Path
    inbox: Path
    directory: Path
    sources: dict[str, SourceConfig]
    threads: int = 0
    memory_limit: str = ""
    freshness: dict[str, Any] = field(default_factory=dict)
    security: dict[str, Any] = field(default_factory=dict)
    limits: dict[str, float] = field(default_factory=dict)

    @property
    def key(self) -> Key | None:
        """The key that protects the data directory; None: nothing is encrypted."""
        return key_of(self.home)

    @property
    def empties_inbox(self) -> bool:
        """Whether a delivered file is removed from the inbox once its copy is in the archive."""
        chosen = self.security.get("inbox")
        return chosen == "remove" if chosen else self.key is not None

    @property
    def warehouse(self) -> Path:
        """The writer's DuckDB file: the pipeline's alone."""
        return self.home / "warehouse.duckdb"

    @property
    def archive(self) -> Path:
        """Original bytes of every delivery."""
        return self.home / "archive"

    @property
    def opened(self) -> Path:
        """Where a sealed file is opened for as long as it is read."""
        return self.home / "opened"

    @property
    def access_settings(self) -> Path:
        """access.toml beside guiyi.toml: who may do what."""
        return self.directory / "access.toml"

    @property
    def published(self) -> Path:
        """Snapshots that analysts open."""
        return self.home / "published"

    @property
    def extracts(self) -> Path:
        """Segment extracts for marketing."""
        return self.home / "extracts"

    @property
    def data_docs(self) -> Path:
        """Great Expectations' report."""
        return self.home / "data_docs"

    @property
    def identity_settings(self) -> Path:
        """identity.toml beside guiyi.toml."""
        return self.directory / "identity.toml"

    @property
    def customer_settings(self) -> Path:
        """customer.toml beside guiyi.toml: survivorship."""
        return self.directory / "customer.toml"

    @property
    def rights_settings(self) -> Path:
        """rights.toml beside guiyi.toml: erasure, minors, retention."""
        return self.directory / "rights.toml"

    @property
    def published_columns(self) -> Path:
        """How columns appear in the analysts' snapshot: a part of the program, an edit of which is published anew."""
        return PROJECT / "warehouse" / "published_columns.py"

    @property
    def segment_settings(self) -> Path:
        """segments.toml beside guiyi.toml."""
        return self.directory / "segments.toml"


def load_config(path: Path | None = None, *, inbox: Path | None = None) -> Config:
    """Read the configuration; ConfigError says what to mend."""
    path = path or default_path()
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path} does not exist: name a configuration with --config") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}") from None
    for table in ("paths", "duckdb", "source", "freshness"):
        if not isinstance(data.get(table, {}), dict):
            raise ConfigError(f"{path}: {table} must be a table, [{table}]")
    home = Path(os.environ.get("GUIYI_HOME") or "var").resolve()
    chosen = inbox or os.environ.get("GUIYI_INBOX") or data.get("paths", {}).get("inbox", "inbox")
    limits = data.get("duckdb", {})
    if not isinstance(limits.get("threads", 0), int):
        raise ConfigError(f"{path}: threads in [duckdb] is a number; 0 means all cores")
    security = _security(path, data.get("security", {}))
    # Looked for when it is first needed: a DAG file that is parsed asks Airflow for nothing.
    hold_key(home, partial(find_key, security, path.resolve().parent))
    return Config(
        home=home,
        inbox=_inbox(chosen, home, given=inbox is not None),
        directory=path.resolve().parent,
        sources={name: _source(path, name, entry) for name, entry in data.get("source", {}).items()},
        threads=int(limits.get("threads", 0)),
        memory_limit=str(limits.get("memory_limit", "")),
        freshness=dict(data.get("freshness", {})),
        security=security,
        limits=_read(f"{path}:", check_limits, data.get("limits", {})),
    )


def _read(where: str, reader: Callable[[Any], Any], value: Any) -> Any:
    """What the reader makes of a value; its error with the place."""
    try:
        return reader(value)
    except ValueError as error:
        raise ConfigError(f"{where} {error}") from None


def _security(path: Path, table: Any) -> dict[str, Any]:
    try:
        return check_security(table)
    except KeyProblem as error:
        raise ConfigError(f"{path}: {error}") from None


def default_path() -> Path:
    """GUIYI_CONFIG, else config/guiyi.toml of the working directory, else the one that comes with the project."""
    if named := os.environ.get("GUIYI_CONFIG"):
        return Path(named)
    local = Path("config/guiyi.toml")
    return local if local.exists() else PROJECT / "config" / "guiyi.toml"


def _inbox(chosen: str | Path, home: Path, *, given: bool) -> Path:
    # An inbox named on the command line is relative to the working directory, one in the file to the data directory.
    path = Path(chosen).expanduser()
    return path.resolve() if given or path.is_absolute() else (home / path).resolve()


def _source(path: Path, name: str, entry: dict[str, Any]) -> SourceConfig:
    known = {"connector", "country", "zone", "currency", "issuer", "files", "stream", "api", "location"}
    known |= {"expected", "max_age_hours", "leave_out", "drop"}
    if unknown := set(entry) - known:
        raise ConfigError(f"{path}: [source.{name}] has unknown keys {sorted(unknown)}; known are {sorted(known)}")
    if ("connector" in entry) == ("stream" in entry):
        raise ConfigError(f"{path}: [source.{name}] needs either `connector` or [source.{name}.stream.…] tables")
    for key in ("api", "location"):
        if not isinstance(entry.get(key, {}), dict):
            raise ConfigError(f"{path}: {key} of {name} must be a table, [source.{name}.{key}]")
    return SourceConfig(
        name=name,
        connector=entry.get("connector"),
        country=entry.get("country"),
        zone=entry.get("zone"),
        currency=entry.get("currency"),
        issuer=str(entry.get("issuer", "")),
        files=dict(entry.get("files", {})),
        streams=dict(entry.get("stream", {})),
        api=entry.get("api"),
        location=entry.get("location"),
        freshness={key: entry[key] for key in ("expected", "max_age_hours") if key in entry},
        leave_out=_read(f"{path}: [source.{name}]", read_kinds, entry.get("leave_out", [])),
        drop=_read(f"{path}: [source.{name}]", read_patterns, entry.get("drop", [])),
    )
