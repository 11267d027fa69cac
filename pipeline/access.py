"""Who may do what: config/access.toml, asked before every command.

In: the command as it was typed and parsed. Out: nothing, or AccessRefused with who may do it instead. Without the file
everybody may do everything.

The file beside the configuration that is used counts, and so does the one beside the default configuration: naming
another configuration gives nobody more rights. It keeps people who work with the pipeline to what their task needs; it
is no barrier to somebody who can read the files and the key by other means.
"""

import argparse
import getpass
import os
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from pipeline.config import default_path

ROLES = ("admin", "steward", "marketing", "analyst")
SNAPSHOTS = ("full", "pseudonymised")
FILE = "access.toml"
USER_VARIABLE = "GUIYI_USER"
# What every user may ask for: it reads and writes nothing of the data directory.
_OPEN = ("demo", "key new")
# Columns of extracts that say what to do with a row.
_NOT_OF_PEOPLE = ("change", "add_tag", "remove_tag")
_KEYS = ("commands", "values", "snapshot", "columns")


class AccessRefused(ValueError):
    """The user's role does not include what was asked for; the text says whose does."""


class AccessError(ValueError):
    """access.toml says something that cannot be used."""


@dataclass(frozen=True)
class Role:
    """What people of a role may do."""

    name: str
    commands: tuple[str, ...]
    values: bool
    snapshot: str
    columns: tuple[str, ...]

    def may_use(self, command: str) -> bool:
        """Whether a command such as "segment extract" is theirs; "segment" includes it."""
        given = (*self.commands, *_OPEN)
        return any(each == "*" or command == each or command.startswith(f"{each} ") for each in given)

    def may_extract(self, column: str) -> bool:
        """Whether the column may be in their extracts."""
        return any(fnmatch(column, pattern) for pattern in self.columns)


@dataclass(frozen=True)
class Access:
    """access.toml: roles, and the role of every user; "*" stands for all others."""

    path: Path
    roles: dict[str, Role]
    users: dict[str, str]

    def role_of(self, user: str) -> Role | None:
        """The user's role; None for nobody's."""
        name = self.users.get(user) or self.users.get("*")
        return self.roles[name] if name else None

    def others(self, command: str) -> str:
        """The roles that may use a command."""
        return ", ".join(name for name, role in self.roles.items() if role.may_use(command)) or "nobody"


def acting_user() -> str:
    """GUIYI_USER, else the user of the operating system."""
    if named := os.environ.get(USER_VARIABLE):
        return named
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container whose user has no name
        return f"uid-{os.getuid()}"


def command_of(parser: argparse.ArgumentParser, arguments: Sequence[str]) -> str:
    """The command and its action, "segment extract", of arguments that parse."""
    names = []
    for argument in arguments:
        choices = next((each.choices for each in parser._actions if isinstance(each, argparse._SubParsersAction)), None)
        if not choices or argument not in choices:
            break
        names.append(argument)
        parser = choices[argument]
    return " ".join(names)


def check_access(command: str, options: argparse.Namespace) -> None:
    """AccessRefused unless every access.toml that counts lets the acting user do this."""
    named = getattr(options, "config", None)
    folders = {path.resolve().parent for path in (named, default_path()) if path}
    for path in sorted(folder / FILE for folder in folders):
        if path.exists():
            _check(read_access(path), acting_user(), command, options)


def read_access(path: Path) -> Access:
    """The file; AccessError says what to mend."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise AccessError(f"{path}: {error}") from None
    if unknown := set(data) - {"user", "role"}:
        raise AccessError(f"{path} has unknown tables {sorted(unknown)}; known are [user] and [role.NAME]")
    roles = {name: _role(path, name, entry) for name, entry in data.get("role", {}).items()}
    users = {str(user): str(role) for user, role in data.get("user", {}).items()}
    if missing := sorted(set(users.values()) - set(roles)):
        raise AccessError(f"{path}: [user] names roles without a table [role.…]: {', '.join(missing)}")
    return Access(path, roles, users)


def _role(path: Path, name: str, entry: Any) -> Role:
    if name not in ROLES:
        raise AccessError(f"{path}: no role is called {name}; there are {', '.join(ROLES)}")
    if not isinstance(entry, dict) or set(entry) - set(_KEYS):
        raise AccessError(f"{path}: [role.{name}] has the keys {', '.join(_KEYS)} and no others")
    snapshot = entry.get("snapshot", "pseudonymised")
    if snapshot not in SNAPSHOTS:
        raise AccessError(f'{path}: snapshot of {name} is "full" or "pseudonymised"')
    commands, columns = (_texts(path, name, key, entry.get(key, [])) for key in ("commands", "columns"))
    return Role(name, commands, entry.get("values", False) is True, snapshot, columns)


def _texts(path: Path, name: str, key: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise AccessError(f"{path}: {key} of {name} is a list of texts")
    return tuple(value)


def _check(access: Access, user: str, command: str, options: argparse.Namespace) -> None:
    role = access.role_of(user)
    if role is None:
        raise AccessRefused(f"{user} has no role: somebody who may edit {access.path} has to give one")
    who = f"{user} is {role.name} ({access.path})"
    if not role.may_use(command):
        raise AccessRefused(f"{who}; `guiyi {command}` is for {access.others(command)}")
    if getattr(options, "values", False) and not role.values:
        others = ", ".join(each.name for each in access.roles.values() if each.values)
        raise AccessRefused(f"{who}; --values shows personal data and is for {others}")
    if command == "key snapshot" and role.snapshot != "full":
        raise AccessRefused(f"{who}, whose snapshot is customers.duckdb; it needs no key")
    by = getattr(options, "by", None)
    # The audit says who did it.
    if by and by not in (user, "pipeline") and role.name != "admin":
        raise AccessRefused(f"{who}; --by {by} would say that somebody else did it")
    if command in ("segment extract", "segment open") and "*" not in role.columns:
        name, columns = _columns_of(options) if command == "segment extract" else _columns_in(options)
        if refused := [column for column in columns if not role.may_extract(column)]:
            raise AccessRefused(f"{who}; the columns {', '.join(refused)} of {name} are not for this role")


def _columns_of(options: argparse.Namespace) -> tuple[str, Sequence[str]]:
    """A segment and the columns of its extracts."""
    from pipeline.config import load_config
    from warehouse.segments.definition import read_segments

    segments = read_segments(load_config(options.config).segment_settings)
    return options.name, segments[options.name].columns if options.name in segments else ()


def _columns_in(options: argparse.Namespace) -> tuple[str, Sequence[str]]:
    """An extract that somebody may have made who has more columns, and all that it ever had."""
    from pipeline.config import load_config
    from warehouse.connection import open_readonly
    from warehouse.vault.sealing import SUFFIX

    config, path = load_config(options.config), options.file.resolve()
    name = path.name.removesuffix(SUFFIX)
    if not path.is_relative_to(config.extracts.resolve()):
        return name, ()  # which the command refuses itself
    with open_readonly(config.warehouse) as con:
        rows = con.execute(
            """
            select distinct unnest(string_split(columns, ',')) as name from segment.extract_log where file_name = ?
            order by name
            """,
            [path.with_name(name).relative_to(config.home.resolve()).as_posix()],
        ).fetchall()
    # A file that the log does not know has columns that nobody can tell.
    return name, [row[0].strip() for row in rows if row[0].strip() not in _NOT_OF_PEOPLE] or ["*"]
