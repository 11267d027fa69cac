"""The suppression list: addresses and ids that nobody may be written to at, whatever was consented to.

In: identifiers, one or a file of them, with channel, who and why. Out: rows of ops.suppression, an act in ops.audit,
and customer.permission at once, so that the next extract knows it. Values are kept as keyed hashes: the list must
outlive the person it protects, erasure included, and is no list of addresses for whoever gets hold of it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.csv as pc

from pipeline.config import Config
from pipeline.rights.restrictions import carrier_text, update_restrictions
from pipeline.rights.subject import Request, SubjectNotFound, find_values
from pipeline.sources import source_streams
from pipeline.stage import Count, Options, StageReport, Work, execute, transaction
from transforms.emails import standardise_emails
from transforms.identifiers import clean_identifiers
from transforms.phones import standardise_phones
from warehouse.audit import record_act
from warehouse.connection import WarehouseMissing, open_readonly
from warehouse.rights.digest import DigestKey, open_key
from warehouse.tables import derive_table

STAGE = "suppress"
CHANNELS = ("any", "email", "sms", "phone", "wechat")


class UnusableList(ValueError):
    """A file of identifiers cannot be read; the text says what it must be."""


@dataclass(frozen=True)
class Listed:
    """Rows of the list that were added together."""

    namespace: str
    channel: str
    reason: str
    added_by: str
    added_at: datetime
    identifiers: int


def add(config: Config, request: Request, channel: str, *, actor: str, reason: str) -> StageReport:
    """Suppress one identifier on a channel."""
    values = find_values(config, request)
    _check_namespace(config, request.namespace)
    if not values:
        raise SubjectNotFound(f"that is no {request.namespace or 'identifier'}; name it as NAMESPACE:VALUE")
    return _change(config, lambda work, key: _insert(work, key, request.namespace, values, channel, reason), actor)


def add_file(config: Config, file: Path, namespace: str, channel: str, *, actor: str, reason: str) -> StageReport:
    """Suppress every value in the first column of a CSV with a header; counts say how many could not be read."""
    _check_namespace(config, namespace)
    values, unread = _read(config, file, namespace)

    def change(work: Work, key: DigestKey) -> dict[str, Count]:
        return {**_insert(work, key, namespace, values, channel, reason), "not_understood": unread}

    return _change(config, change, actor)


def remove(config: Config, request: Request, channel: str | None, *, actor: str, reason: str) -> StageReport:
    """Take an identifier off the list, on one channel or all."""
    values = find_values(config, request)

    def change(work: Work, key: DigestKey) -> dict[str, Count]:
        digests = [key.digest(carrier_text(request.namespace, value)) for value in values]
        gone = work.con.execute(
            """
            delete from ops.suppression where namespace = $namespace and list_contains($digests::varchar[], digest)
                and ($channel is null or channel = $channel)
            """,
            {"namespace": request.namespace, "digests": digests, "channel": channel},
        ).fetchone()
        _audit(work, "unsuppress", request.namespace, channel or "any", int(gone[0]) if gone else 0, reason)
        return {"removed": int(gone[0]) if gone else 0}

    return _change(config, change, actor)


def read_list(config: Config) -> list[Listed]:
    """What is on the list, the newest first, without values."""
    with open_readonly(config.warehouse) as con:
        if not _exists(con, "ops", "suppression"):
            return []
        rows = con.execute(
            """
            select namespace, channel, reason, added_by, added_at, count(*) from ops.suppression
            group by all order by added_at desc, namespace, channel
            """
        ).fetchall()
    return [Listed(*row) for row in rows]


def _check_namespace(config: Config, namespace: str) -> None:
    """Nobody would be known by an entry of a kind that no source gives, and whoever made it would rely on it."""
    known = {"email", "phone"} | {
        each.namespace for stream in source_streams(config) for each in stream.stream.identifiers
    }
    if namespace not in known:
        raise UnusableList(f"no source gives identifiers of that kind; there are {', '.join(sorted(known))}")


def _change(config: Config, change: Callable[[Work, DigestKey], dict[str, Count]], actor: str) -> StageReport:
    """Change the list and what follows from it, in one transaction."""
    if not config.warehouse.exists():  # opening it for writing would make an empty one
        raise WarehouseMissing(f"{config.warehouse} does not exist yet: run `guiyi run` first")

    def work(work: Work) -> dict[str, Count]:
        hashed = work.con.execute("select 1 from ops.tombstone union all select 1 from ops.suppression").fetchone()
        key = open_key(config.home, create=not hashed)
        with transaction(work.con):
            counts = change(work, key)
            if _exists(work.con, "customer", "consent"):
                counts["restrictions"] = update_restrictions(work.con, config, _day(work))
                derive_table(work.con, "customer.permission")
        return {"changed": 1, **counts}

    return execute(STAGE, work, config, options=Options(actor=actor))


def _insert(
    work: Work, key: DigestKey, namespace: str, values: list[str], channel: str, reason: str
) -> dict[str, Count]:
    digests = [key.digest(carrier_text(namespace, value)) for value in values]
    added = work.con.execute(
        """
        insert into ops.suppression
        select distinct $namespace, digest, $channel, $reason, $actor, $now::timestamp
        from (select unnest($digests::varchar[]) as digest)
        where (digest, $channel) not in (select (digest, channel) from ops.suppression where namespace = $namespace)
        """,
        {"namespace": namespace, "digests": digests, "channel": channel, "reason": reason,
         "actor": work.options.actor, "now": work.now},
    ).fetchone()  # fmt: skip
    _audit(work, "suppress", namespace, channel, int(added[0]) if added else 0, reason)
    return {"added": int(added[0]) if added else 0, "known": len(set(digests)) - (int(added[0]) if added else 0)}


def _audit(work: Work, action: str, namespace: str, channel: str, identifiers: int, reason: str) -> None:
    record_act(
        work.con, acted_at=work.now, actor=work.options.actor, action=action, subject=f"{namespace}, {channel}",
        detail={"identifiers": identifiers, "reason": reason},
    )  # fmt: skip


def _read(config: Config, file: Path, namespace: str) -> tuple[list[str], int]:
    """Standardised values of the first column, and how many of its values could not be read."""
    try:
        table = pc.read_csv(file, convert_options=pc.ConvertOptions(strings_can_be_null=True))
    except (pa.ArrowInvalid, UnicodeDecodeError):
        raise UnusableList(f"{file} is no CSV in UTF-8 with a header and identifiers in its first column") from None
    given = table.column(0).cast(pa.string()).combine_chunks().drop_null()
    readings = list(_readings(config, namespace, given))
    values = {value for reading in readings for value in reading if value}
    unread = sum(not any(each) for each in zip(*readings, strict=True))
    return sorted(values), unread


def _readings(config: Config, namespace: str, given: pa.Array) -> Iterator[list[str | None]]:
    """What the values may mean; of a phone without a country, one number per country that sources have."""
    if namespace == "email":
        yield standardise_emails(given)["email"].to_pylist()
    elif namespace == "phone":
        for country in [None, *sorted({each.country for each in config.sources.values() if each.country})]:
            asked = pa.table({"phone": given, "country": pa.array([country] * len(given), pa.string())})
            yield standardise_phones(asked)["phone"].to_pylist()
    else:
        yield clean_identifiers(given)["identifier"].to_pylist()


def _day(work: Work) -> date:
    """The day the marts look back from."""
    row = work.con.execute(
        """
        select json_extract_string(detail, '$.counts.as_of') from ops.run
        where stage = 'profile' and status = 'done' order by started_at desc limit 1
        """
    ).fetchone()
    return date.fromisoformat(row[0]) if row and row[0] else work.now.date()


def _exists(con: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    found = con.execute(
        "select 1 from duckdb_tables() where schema_name = ? and table_name = ? and database_name = current_database()",
        [schema, table],
    ).fetchone()
    return found is not None
