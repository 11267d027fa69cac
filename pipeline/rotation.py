"""Everything in the data directory from a key to another: `guiyi key rotate`.

In: the configuration and the key that files shall have from now on (None: plain). Out: how many files were changed.

1. Archives, extracts and other sealed files, one by one; then the snapshots.
   The warehouse is held meanwhile: a stage that writes is waited for, and none begins.
2. The warehouse itself.
3. In it the act is recorded, the head of the audit is signed with the new key, and the analysts' snapshot is made anew,
   since its pseudonyms come from the key.

Every file is changed in one step and tells which key it has, so after a kill the same command goes on. Until it has
ended, both keys are needed; afterwards the new one alone opens everything, and the configuration has to name it.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipeline.config import Config
from pipeline.logbook import FILE as LOGBOOK
from pipeline.publish import ANALYSTS, FULL, pseudonym_secret
from warehouse.audit import record_act
from warehouse.audit_head import FILE as HEAD
from warehouse.audit_head import head_key_id, write_head
from warehouse.connection import WAIT_SECONDS, open_readonly, open_warehouse
from warehouse.publishing import PublishingError, publish_pseudonymised
from warehouse.tables import create_tables
from warehouse.vault.key import Key, Purpose
from warehouse.vault.keyring import hold_key
from warehouse.vault.rotation import Keys, fitting_key, rotate_database, rotate_file
from warehouse.vault.sealing import SUFFIX

# Written next to a file and never read again: what a killed run left of them is removed.
_LEFTOVERS = ("rotating.part", "incoming.part", "replacing.part")


@dataclass
class Rotated:
    """Files changed, by kind, and files that were as they shall be."""

    archives: int = 0
    sealed: int = 0
    databases: int = 0
    unchanged: int = 0

    @property
    def changed(self) -> int:
        """All files changed."""
        return self.archives + self.sealed + self.databases


def rotate(
    config: Config, new: Key | None, *, actor: str, progress: Callable[[str], None] = lambda text: None
) -> Rotated:
    """Bring every file to the new key; KeyProblem names a file that no known key opens."""
    old = config.key
    keys, done = Keys(new, tuple(key for key in dict.fromkeys((old, new)) if key)), Rotated()
    was = fitting_key(config.warehouse, keys, "warehouse") if config.warehouse.exists() else new
    with _held(config, was):
        _remove_leftovers(config)
        for path, purpose in _files(config):
            progress(path.relative_to(config.home).as_posix())
            _count(done, "archives" if purpose == "archive" else "sealed", rotate_file(path, keys, purpose))
        for path, purpose in _snapshots(config):
            progress(path.relative_to(config.home).as_posix())
            _count(done, "databases", rotate_database(path, keys, purpose))
    if config.warehouse.exists():
        progress(config.warehouse.name)
        _count(done, "databases", rotate_database(config.warehouse, keys, "warehouse"))
        hold_key(config.home, lambda: new)
        _finish(config, was, keys, old, done, actor, progress)
    return done


@contextmanager
def _held(config: Config, key: Key | None) -> Iterator[None]:
    """The warehouse kept from everybody who would write to it, and to the archive, meanwhile."""
    hold_key(config.home, lambda: key)
    if not config.warehouse.exists():
        yield
        return
    with open_readonly(config.warehouse, wait_seconds=WAIT_SECONDS):
        yield


def _count(done: Rotated, name: str, changed: bool) -> None:
    name = name if changed else "unchanged"
    setattr(done, name, getattr(done, name) + 1)


def _files(config: Config) -> Iterator[tuple[Path, Purpose]]:
    """What is sealed with a key: all files of archive and extracts, and whatever else is sealed now."""
    for path in sorted(config.home.rglob("*")):
        if not path.is_file() or path.is_symlink():
            continue
        if path.is_relative_to(config.archive):
            yield path, "archive"
        # What lies in the inbox is a delivery, whatever it is called.
        elif path.is_relative_to(config.extracts) or (
            path.name.endswith(SUFFIX) and not path.is_relative_to(config.inbox)
        ):
            yield path, "extract"


def _snapshots(config: Config) -> Iterator[tuple[Path, Purpose]]:
    purposes: dict[str, Purpose] = {FULL: "snapshot", LOGBOOK: "warehouse"}
    for name, purpose in purposes.items():
        if (config.published / name).exists():
            yield config.published / name, purpose


def _remove_leftovers(config: Config) -> None:
    shutil.rmtree(config.opened, ignore_errors=True)
    shutil.rmtree(config.warehouse.with_name(config.warehouse.name + ".tmp"), ignore_errors=True)
    for name in _LEFTOVERS:
        for path in [*config.home.rglob(name), *config.home.rglob(name + SUFFIX)]:
            path.unlink()
    for building in config.home.rglob("*.building"):
        building.unlink()
    for waiting in config.extracts.rglob(".building-*"):
        shutil.rmtree(waiting, ignore_errors=True)


def _finish(
    config: Config,
    was: Key | None,
    keys: Keys,
    old: Key | None,
    done: Rotated,
    actor: str,
    progress: Callable[[str], None],
) -> None:
    """Step 3, unless an earlier run of the command got this far."""
    head, new = config.home / HEAD, keys.target
    if not done.changed and head_key_id(head) == (new.key_id if new else None):
        return
    # From plain, also when a killed run had got to the warehouse already, the head is not signed yet.
    before: tuple[Key | None, ...] = (new, old, None) if old in (None, new) else (new, old)
    now = datetime.now(UTC).replace(tzinfo=None)
    detail = {
        "from": was.key_id if was else "plain", "to": new.key_id if new else "plain", "archives": done.archives,
        "sealed": done.sealed, "databases": done.databases,
    }  # fmt: skip
    with open_warehouse(config.warehouse) as con:
        create_tables(con)
        record_act(con, acted_at=now, actor=actor, action="rotate", subject="key", detail=detail)
        progress(ANALYSTS)
        try:
            publish_pseudonymised(con, config.published / ANALYSTS, pseudonym_secret(config))
        except PublishingError:
            (config.published / ANALYSTS).unlink(missing_ok=True)
        # Last: by it a repetition knows that nothing is left to do.
        write_head(con, head, new, before=before)
