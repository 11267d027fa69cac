"""Which key belongs to which data directory, in this process.

In: a data directory and a way to find its key. Out: the key for any path in it, looked up when it is first needed, so
that commands which need none ask for none. The key is kept here and not handed through the stages: what is not an
argument stands in no traceback, log line or printed configuration.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from warehouse.vault.key import Key

_finders: dict[Path, Callable[[], Key | None]] = {}


def hold_key(home: Path, find: Callable[[], Key | None]) -> None:
    """From now on `find` says which key protects what lies under `home`; None: nothing is encrypted there."""
    _finders[home] = cache(find)


def key_of(path: Path) -> Key | None:
    """The key of the data directory that a path lies in; None where none is configured."""
    for folder in (path, *path.parents):
        if folder in _finders:
            return _finders[folder]()
    return None
