"""Where the key of a data directory is, and what [security] says. Never the key itself.

    [security]
    key_file = "/etc/guiyi/key"        # a file of mode 0600; GUIYI_KEY_FILE names another
    credentials = "airflow:guiyi_key"  # instead: an Airflow connection whose password is the key
    inbox = "remove"                   # delivered files that are archived: "remove" with a key, "keep" without

In: the environment, where GUIYI_KEY holds the key itself, and the TOML table. Out: the key, or None when none is
configured. The first place that names one counts: GUIYI_KEY, GUIYI_KEY_FILE, [security], AIRFLOW_CONN_GUIYI_KEY.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from warehouse.vault.key import Key, KeyProblem, parse_key, read_key_file

VARIABLE = "GUIYI_KEY"
FILE_VARIABLE = "GUIYI_KEY_FILE"
CONNECTION = "guiyi_key"
_KNOWN = ("key_file", "credentials", "inbox")
_INBOX = ("keep", "remove")


def check_security(table: Any) -> dict[str, Any]:
    """The table [security], checked; KeyProblem names the key to mend and never quotes a value."""
    if not isinstance(table, dict):
        raise KeyProblem("security must be a table, [security]")
    if unknown := set(table) - set(_KNOWN):
        raise KeyProblem(f"[security] has unknown keys {sorted(unknown)}; known are {sorted(_KNOWN)}")
    if "key_file" in table and "credentials" in table:
        raise KeyProblem("[security] names a key_file and credentials: keep one of them")
    if not str(table.get("credentials", "airflow:")).startswith(("airflow:", "env:")):
        raise KeyProblem('[security] credentials is a reference, "airflow:connection_id" or "env:NAME", never a key')
    if table.get("inbox", "keep") not in _INBOX:
        raise KeyProblem('[security] inbox is "keep" or "remove"')
    return dict(table)


def find_key(table: Mapping[str, Any], directory: Path) -> Key | None:
    """The configured key; `directory` is what a key file in [security] is relative to."""
    if found := _find_in_environment():
        return found
    if "key_file" in table:
        return read_key_file(directory / Path(str(table["key_file"])).expanduser(), "[security] key_file")
    if reference := table.get("credentials"):
        return _refer(str(reference))
    if f"AIRFLOW_CONN_{CONNECTION.upper()}" in os.environ:
        return _refer(f"airflow:{CONNECTION}")
    return None


def _find_in_environment() -> Key | None:
    text, named = os.environ.get(VARIABLE), os.environ.get(FILE_VARIABLE)
    given = parse_key(text, VARIABLE) if text else None
    filed = read_key_file(Path(named).expanduser(), FILE_VARIABLE) if named else None
    if given and filed and given != filed:
        # A new data directory would be encrypted with either of them.
        raise KeyProblem(f"{VARIABLE} and {FILE_VARIABLE} give different keys: unset the one that is not meant")
    return given or filed


def _refer(reference: str) -> Key:
    kind, _, place = reference.partition(":")
    where = f"[security] {reference}"
    if kind == "env":
        if not os.environ.get(place):
            raise KeyProblem(f"{where}: the environment lacks {place}")
        return parse_key(os.environ[place], where)
    from pipeline.credentials import read_password

    return parse_key(read_password(where, place), where)
