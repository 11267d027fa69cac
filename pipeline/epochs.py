"""The epochs in the warehouse: what was learned, kept by name, one of them in force.

In: the four temporary tables of identity/epoch.py. Out: `identity.epoch` and, by epoch, `identity.model`,
`identity.frequency`, `identity.dropped_key` and `identity.spelling`; and back again.
"""

from dataclasses import dataclass
from datetime import datetime

import duckdb

from identity.epoch import fingerprint
from identity.settings import Settings

# Temporary table of the engine -> where it is kept.
KEPT = {
    "identity_model": "identity.model",
    "identity_frequency": "identity.frequency",
    "identity_dropped": "identity.dropped_key",
    "identity_spelling": "identity.spelling",
}
# Past epochs, and as many candidates, whose tables are kept beside the current one's; of older ones the weights stay,
# their values go.
KEPT_EPOCHS = 3


class EpochError(ValueError):
    """There is no such epoch, or it cannot be used; the text says what to do."""


@dataclass(frozen=True)
class KnownEpoch:
    """A row of identity.epoch."""

    epoch: str
    learned_at: datetime
    records: int
    threshold: float
    fingerprint: str
    status: str
    pinned: bool
    applied: bool
    switched_at: datetime | None

    def fits(self, settings: Settings) -> bool:
        """Whether it was learned with these settings and this engine."""
        return self.fingerprint == fingerprint(settings)


def list_epochs(con: duckdb.DuckDBPyConnection) -> list[KnownEpoch]:
    """All epochs, the newest first."""
    rows = con.execute("""
        select epoch, learned_at, records, threshold, fingerprint, status, pinned, applied, switched_at
        from identity.epoch order by learned_at desc, epoch
    """).fetchall()
    return [KnownEpoch(*row) for row in rows]


def find_epoch(con: duckdb.DuckDBPyConnection, name: str) -> KnownEpoch:
    """The epoch of that name; EpochError when there is none or its tables are gone."""
    known = {each.epoch: each for each in list_epochs(con)}
    if name not in known:
        raise EpochError(f"there is no epoch {name}; there are {', '.join(known) or 'none'}")
    if not con.execute("select 1 from identity.frequency where epoch = ? limit 1", [name]).fetchone():
        raise EpochError(f"epoch {name} is too old: only its weights are kept; choose a newer one or train anew")
    return known[name]


def current_epoch(con: duckdb.DuckDBPyConnection) -> KnownEpoch | None:
    """The epoch in force."""
    return next((each for each in list_epochs(con) if each.status == "current"), None)


def previous_epoch(con: duckdb.DuckDBPyConnection) -> KnownEpoch | None:
    """The epoch that was in force before the current one."""
    past = [each for each in list_epochs(con) if each.status == "past"]
    return max(past, key=lambda each: each.switched_at or each.learned_at, default=None)


def usable_epochs(con: duckdb.DuckDBPyConnection, settings: Settings) -> set[str]:
    """The names of the epochs that could be put in force."""
    known = [each.epoch for each in list_epochs(con) if each.fits(settings)]
    if not known:
        return set()
    return {row[0] for row in con.execute("select distinct epoch from identity.frequency").fetchall()} & set(known)


def store_epoch(con: duckdb.DuckDBPyConnection, settings: Settings, records: int, now: datetime) -> str:
    """Keep the engine's tables under the epoch's name, as a candidate; the same weights are the same epoch.

    One that is known already keeps its date, and is good for these settings from now on; what was resolved with other
    settings does not count as applied any more.
    """
    row = con.execute("""
        with hashed as (
            select sum(hash(model)) as hash from identity_model as model
            union all select sum(hash(frequency)) from identity_frequency as frequency
            union all select sum(hash(dropped)) from identity_dropped as dropped
            union all select sum(hash(spelling)) from identity_spelling as spelling
        )
        select 'E' || left(sha256(string_agg(hash::varchar, ';' order by hash)), 11),
            (select max(threshold) from identity_model)
        from hashed
    """).fetchone()
    if row is None:
        raise EpochError("nothing was learned")
    name, threshold = str(row[0]), float(row[1])
    known = next((each for each in list_epochs(con) if each.epoch == name), None)
    learned_at = known.learned_at if known else now
    for temporary, table in KEPT.items():
        con.execute(
            f"create table if not exists {table} as select ''::varchar as epoch, null::timestamp as learned_at, * "
            f"from {temporary} limit 0"
        )
        con.execute(f"delete from {table} where epoch = $epoch", {"epoch": name})
        con.execute(
            f"insert into {table} by name select $epoch as epoch, $at::timestamp as learned_at, * from {temporary}",
            {"epoch": name, "at": learned_at},
        )
    if known is None:
        con.execute(
            "insert into identity.epoch values ($epoch, $now, $records, $threshold, $print, 'candidate', false, false, "
            "null)",
            {"epoch": name, "now": now, "records": records, "threshold": threshold, "print": fingerprint(settings)},
        )
    elif not known.fits(settings):
        con.execute(
            "update identity.epoch set fingerprint = ?, applied = false where epoch = ?", [fingerprint(settings), name]
        )
    return name


def load_epoch(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """The engine's temporary tables as the epoch left them."""
    for temporary, table in KEPT.items():
        con.execute(
            f"create or replace temp table {temporary} as "
            f"select * exclude (epoch, learned_at) from {table} where epoch = $epoch",
            {"epoch": name},
        )


def switch_epoch(
    con: duckdb.DuckDBPyConnection, name: str, now: datetime, *, pinned: bool = False, applied: bool = False
) -> None:
    """Put an epoch in force. applied: whether identity.* already follows it, with what an increment needs."""
    con.execute(
        "update identity.epoch set status = 'past', applied = false, pinned = false "
        "where status = 'current' and epoch <> ?",
        [name],
    )
    con.execute(
        """
        update identity.epoch
        set status = 'current', applied = $applied, pinned = pinned or $pinned,
            switched_at = case when status = 'current' then switched_at else $now end
        where epoch = $epoch
        """,
        {"epoch": name, "now": now, "pinned": pinned, "applied": applied},
    )
    forget_epochs(con)


def unpin_epochs(con: duckdb.DuckDBPyConnection) -> None:
    """Leave the choice of epochs to the pipeline again."""
    con.execute("update identity.epoch set pinned = false")


def forget_epochs(con: duckdb.DuckDBPyConnection, keep: str | None = None) -> None:
    """Drop the value tables of epochs that nobody will go back to; the weights stay, links may refer to them.

    Candidates and past epochs are counted apart, so that learning a few times leaves the way back open.
    """
    old = f"""
        select epoch from identity.epoch where status <> 'current' and epoch is distinct from $keep
        qualify row_number() over (
            partition by status order by coalesce(switched_at, learned_at) desc, epoch
        ) > {KEPT_EPOCHS}
    """
    for temporary, table in KEPT.items():
        if temporary != "identity_model":
            con.execute(f"delete from {table} where epoch in ({old})", {"keep": keep})
