"""Epochs on request: learn a new one, compare it with what is in force, switch, go back, or leave it to the pipeline.

Out: a candidate in identity.epoch and a comparison of it (train, compare), or another epoch in force and a row in
ops.audit (switch, roll_back, unpin). Who is who changes with the next resolve alone.
"""

from collections.abc import Callable
from dataclasses import dataclass

import duckdb

from identity.resolution import resolve as resolve_records
from identity.settings import Settings, load_settings
from pipeline.config import Config
from pipeline.epoch_comparison import EpochComparison, compare_epochs, find_waiting
from pipeline.epochs import (
    EpochError,
    KnownEpoch,
    current_epoch,
    find_epoch,
    forget_epochs,
    list_epochs,
    load_epoch,
    previous_epoch,
    store_epoch,
    switch_epoch,
    unpin_epochs,
    usable_epochs,
)
from pipeline.resolve import count_live, read_inputs
from pipeline.stage import Count, Options, Progress, Work, execute, transaction
from pipeline.values import count_rows
from warehouse.audit import record_act
from warehouse.connection import WAIT_SECONDS, open_readonly

NOTHING = "nothing has been resolved yet: run `guiyi run` first"


@dataclass(frozen=True)
class EpochList:
    """The epochs, the newest first, and the records there are now.

    usable: names of those that could be put in force. waiting: stages that changed something since the last resolve.
    """

    epochs: tuple[KnownEpoch, ...]
    usable: frozenset[str]
    records: int
    waiting: tuple[str, ...]


@dataclass(frozen=True)
class Switched:
    """The epoch that is in force now, and the one before."""

    epoch: str
    before: str | None

    @property
    def changed(self) -> bool:
        """Whether it is another one."""
        return self.epoch != self.before


def read_epochs(config: Config) -> EpochList:
    """What there is to choose from."""
    with open_readonly(config.warehouse) as con:
        _check_resolved(con)
        usable = usable_epochs(con, load_settings(config.identity_settings))
        records = count_live(con)
        return EpochList(tuple(list_epochs(con)), frozenset(usable), records, tuple(find_waiting(con)))


def train(config: Config, progress: Progress | None = None) -> EpochComparison:
    """Learn from all records there are, keep what was learned as a candidate, and compare it."""
    _check(config)
    found: list[EpochComparison] = []

    def work(work: Work) -> dict[str, Count]:
        con, settings = work.con, load_settings(work.config.identity_settings)
        resolution = resolve_records(con, *read_inputs(con), settings, work.progress, explain=False)
        with transaction(con):
            name = store_epoch(con, settings, resolution.records, work.now)
            forget_epochs(con, keep=name)
        work.progress("comparing")
        found.append(compare_epochs(con, current_epoch(con), find_epoch(con, name), resolution))
        return _counts(found[0])

    execute("train", work, config, progress=progress)
    return found[0]


def compare(config: Config, name: str, progress: Progress | None = None) -> EpochComparison:
    """What would change if the epoch came into force."""
    _check(config, lambda con, settings: _find_usable(con, name, settings))
    found: list[EpochComparison] = []

    def work(work: Work) -> dict[str, Count]:
        con, settings = work.con, load_settings(work.config.identity_settings)
        epoch = _find_usable(con, name, settings)
        load_epoch(con, name)
        resolution = resolve_records(con, *read_inputs(con), settings, work.progress, learned=True, explain=False)
        work.progress("comparing")
        found.append(compare_epochs(con, current_epoch(con), epoch, resolution))
        return _counts(found[0])

    execute("train", work, config, progress=progress)
    return found[0]


def switch(config: Config, name: str, *, by: str) -> Switched:
    """Put an epoch in force and pin it; the next resolve applies it."""
    return _put_in_force(config, "switch", lambda con, settings: _find_usable(con, name, settings), by)


def roll_back(config: Config, *, by: str) -> Switched:
    """Put the epoch in force that was in force before the current one, and pin it."""
    return _put_in_force(config, "rollback", _find_previous, by)


def unpin(config: Config, *, by: str) -> str | None:
    """Leave the choice to the pipeline again; the epoch that was pinned."""
    _check(config)
    pinned: list[str] = []

    def work(work: Work) -> dict[str, Count]:
        pinned.extend(each.epoch for each in list_epochs(work.con) if each.pinned)
        if pinned:
            with transaction(work.con):
                unpin_epochs(work.con)
                _audit(work, "automatic", pinned[0], {})
        # The next resolve has to choose, even if nothing else is new.
        return {"changed": len(pinned)}

    execute("train", work, config, options=Options(actor=by))
    return pinned[0] if pinned else None


def _put_in_force(
    config: Config, action: str, find: Callable[[duckdb.DuckDBPyConnection, Settings], KnownEpoch], by: str
) -> Switched:
    _check(config, find)
    switched: list[Switched] = []

    def work(work: Work) -> dict[str, Count]:
        con = work.con
        epoch, before = find(con, load_settings(work.config.identity_settings)), current_epoch(con)
        done = Switched(epoch.epoch, before.epoch if before else None)
        with transaction(con):
            # An epoch that is in force already is only pinned: what follows it goes on following it.
            switch_epoch(con, epoch.epoch, work.now, pinned=True, applied=epoch.applied and not done.changed)
            _audit(work, action, epoch.epoch, {"before": done.before})
        switched.append(done)
        return {"changed": int(done.changed), "epoch": epoch.epoch}

    execute("train", work, config, options=Options(actor=by))
    return switched[0]


def _check(config: Config, find: Callable[[duckdb.DuckDBPyConnection, Settings], KnownEpoch] | None = None) -> None:
    """Refuse before anything is recorded: a failed stage would make the later ones look again."""
    with open_readonly(config.warehouse, wait_seconds=WAIT_SECONDS) as con:
        _check_resolved(con)
        if find:
            find(con, load_settings(config.identity_settings))


def _check_resolved(con: duckdb.DuckDBPyConnection) -> None:
    tables = con.execute(
        "select count(*) from duckdb_tables() where schema_name || '.' || table_name in "
        "('standard.record', 'identity.record_customer', 'identity.epoch')"
    ).fetchone()
    if tables != (3,) or not count_rows(con, "standard.record") or not count_rows(con, "identity.record_customer"):
        raise EpochError(NOTHING)


def _find_usable(con: duckdb.DuckDBPyConnection, name: str, settings: Settings) -> KnownEpoch:
    epoch = find_epoch(con, name)
    if not epoch.fits(settings):
        raise EpochError(
            f"epoch {name} was learned with other identity settings or another version of DuckDB: bring those back, or "
            "learn anew with `guiyi train`"
        )
    return epoch


def _find_previous(con: duckdb.DuckDBPyConnection, settings: Settings) -> KnownEpoch:
    previous = previous_epoch(con)
    if previous is None:
        raise EpochError("there is no epoch to go back to: none was in force before the current one")
    return _find_usable(con, previous.epoch, settings)


def _audit(work: Work, action: str, epoch: str, detail: dict[str, str | None]) -> None:
    record_act(
        work.con, acted_at=work.now, actor=work.options.actor, action=action, subject=epoch, detail=detail
    )  # fmt: skip


def _counts(found: EpochComparison) -> dict[str, Count]:
    """For ops.run; nothing that resolve would have to look at has changed."""
    return {
        "changed": 0,
        "epoch": found.after.epoch or "",
        "rows_in": found.after.records,
        "customers": found.after.customers,
        "merged": found.merged,
        "split": found.split,
        "records_regrouped": found.records_regrouped,
    }
