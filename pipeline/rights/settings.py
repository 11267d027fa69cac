"""Settings of people's rights: rights.toml beside guiyi.toml.

    [rights]
    keep_orders = false      # erasure: true keeps orders, without the person, where bookkeeping must show them
    minimum_age = 14         # younger people are left out of extracts (PIPL Article 31; GDPR Article 8 says 13 to 16)

    [retention]              # days that rows and files are kept; what is not named is kept
    "standard.event" = 400

In: the file, which may be missing. Out: Rights. A wrong key or value is an error that names it.
"""

import tomllib
from dataclasses import dataclass, field
from typing import Any

from pipeline.config import Config, ConfigError

_RIGHTS: dict[str, type] = {"keep_orders": bool, "minimum_age": int}
_TABLES = ("rights", "retention", "register")


@dataclass(frozen=True)
class Rights:
    """What rights.toml says."""

    keep_orders: bool = False
    minimum_age: int = 14
    retention: dict[str, int] = field(default_factory=dict)
    register: dict[str, str] = field(default_factory=dict)


def read_rights(config: Config) -> Rights:
    """The settings; ConfigError says what to mend."""
    path = config.rights_settings
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Rights()
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}") from None
    for name, table in data.items():
        if name not in _TABLES or not isinstance(table, dict):
            raise ConfigError(f"{path}: there are the tables {', '.join(f'[{each}]' for each in _TABLES)}, no [{name}]")
    rights = data.get("rights", {})
    for name, value in rights.items():
        if name not in _RIGHTS:
            raise ConfigError(f"{path}: [rights] has no key {name}; known are {sorted(_RIGHTS)}")
        if type(value) is not _RIGHTS[name] or (type(value) is int and not 0 <= value <= 120):
            kind = "true or false" if _RIGHTS[name] is bool else "a number of years"
            raise ConfigError(f"{path}: {name} in [rights] is {kind}")
    retention = {name: _days(config, name, days) for name, days in data.get("retention", {}).items()}
    register = {name: str(text) for name, text in data.get("register", {}).items()}
    return Rights(**rights, retention=retention, register=register)


def _days(config: Config, name: str, days: Any) -> int:
    if type(days) is not int or days < 1:
        raise ConfigError(f"{config.rights_settings}: {name} in [retention] is a number of days, 1 or more")
    return days
