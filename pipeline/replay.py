"""Replay: quarantined rows are read again from the archived bytes, with today's reader and settings.

In: batches with quarantined rows. Out, per batch in one transaction: rows that can be read now, in raw, under the same
batch and line; ops.quarantine and the counts in ops.batch without them; the batch waiting to be standardised again; a
row in ops.audit. Where nothing has changed nothing is written, so that a repetition does nothing.

1. The archived bytes must be those that were delivered.
2. Every row found again is new (its line was quarantined), known (it was loaded) or unknown (neither). New rows are
   added. Known rows stay as they are: a replay never changes what was loaded, it says how many rows would read
   differently. Unknown rows are counted and left out.
3. Where nothing of the delivery had been loaded, or its rest was quarantined as a whole, every row that was not loaded
   is new, and what still cannot be read is quarantined line by line.
4. Rows that quality set aside are released: standardised again, they pass the gate or are set aside anew.
"""

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from connectors.columns import raw_columns
from connectors.files.archive import is_archive
from connectors.files.chunk import REJECT_SCHEMA, Bulk, Chunk, UnreadableFile
from connectors.files.reading import read_delivery
from connectors.secrets import without_columns
from pipeline.archive import clear_opened, find_copy, opened_copy
from pipeline.deliveries import hash_of
from pipeline.limits import expansion
from pipeline.quarantine import Choice
from pipeline.rights.archives import SUFFIX as REDACTED
from pipeline.sources import SourceStream, source_streams
from pipeline.stage import Count, StageFailed, Work, transaction
from pipeline.standardise import STAGE as STANDARDISE
from warehouse.audit import record_act
from warehouse.raw import append_query, ensure_raw_table, folded, quoted, raw_columns_of, raw_table
from warehouse.vault.sealing import SealBroken

_LINK = "a link that leads out of the inbox"
_OTHER_BYTES = "the bytes in the archive are not those that were delivered"


@dataclass(frozen=True)
class Batch:
    """A batch with quarantined rows, as ops.batch has it, with what of it was set aside by which stage."""

    batch_id: str
    source: str
    stream: str
    file_name: str
    archive_path: str | None
    content_hash: str
    rows_loaded: int
    set_aside: int
    released: int
    is_cut_short: bool
    is_link: bool


@dataclass
class Replayed:
    """What a replay of one batch did (added, released) and found (the rest); `problem` says why it could not be read.

    `still` are rows that are quarantined after it; `unknown` rows that were neither loaded nor quarantined, `gone`
    those loaded before that are not found as rows any more, `differing` those loaded that would read differently now.
    """

    batch: Batch
    added: int = 0
    released: int = 0
    still: int = 0
    unknown: int = 0
    gone: int = 0
    differing: int = 0
    problem: str | None = None
    new_columns: list[str] = field(default_factory=list)
    seen_columns: set[str] = field(default_factory=set)

    @property
    def disagrees(self) -> bool:
        """True when today's reader sees more in the delivery than the quarantined rows differently."""
        return bool(self.unknown or self.gone or self.differing)


def replay(work: Work, choice: Choice, done: list[Replayed]) -> dict[str, Count]:
    """Replay the chosen batches, each into `done`; counts of batches and rows."""
    streams = {(each.source.name, each.stream.name): each for each in source_streams(work.config)}
    clear_opened(work.config.opened)
    for batch in _batches(work.con, choice):
        work.progress(f"{batch.source}/{batch.stream}: {batch.file_name}")
        each = streams.get((batch.source, batch.stream))
        done.append(_replay_batch(work, each, batch) if each else Replayed(batch, problem="no longer configured"))
    return {
        "changed": sum(bool(each.added or each.released) for each in done),
        "batches": len(done),
        "rows_in": sum(each.batch.set_aside + each.batch.released for each in done),
        "rows_out": sum(each.added for each in done),
        "released": sum(each.released for each in done),
        "still_quarantined": sum(each.still for each in done),
        "disagreeing_batches": sum(each.disagrees for each in done),
        "unreadable_batches": sum(each.problem is not None for each in done),
    }


def _batches(con: duckdb.DuckDBPyConnection, choice: Choice) -> list[Batch]:
    rows = con.execute(
        f"""
        with chosen as (select distinct batch_id from ops.quarantine where {choice.condition})
        select batch_id, batch.source, batch.stream, batch.file_name, archive_path, content_hash, rows_loaded,
            count(*) filter (row.stage = 'ingest'), count(*) filter (row.stage = 'quality'),
            coalesce(bool_or(row.raw is null) filter (row.stage = 'ingest'), false),
            bool_or(starts_with(row.reason, $link))
        from ops.batch as batch join chosen using (batch_id) join ops.quarantine as row using (batch_id)
        group by all order by batch.source, batch.stream, any_value(delivered_on) nulls first, batch_id
        """,
        {**choice.parameters, "link": _LINK},
    ).fetchall()
    return [Batch(*row) for row in rows]


def _replay_batch(work: Work, each: SourceStream, batch: Batch) -> Replayed:
    found = Replayed(batch, still=batch.set_aside)
    with transaction(work.con):
        if batch.set_aside:
            _read_again(work, each, found)
        if batch.released:
            found.released = _release(work.con, batch)
        if found.added or found.released:
            _standardise_again(work.con, each, batch)
            _audit(work, found)
    return found


def _read_again(work: Work, each: SourceStream, found: Replayed) -> None:
    """Steps 1 to 3."""
    batch = found.batch
    copy = work.config.home / batch.archive_path if batch.archive_path else None
    if batch.is_link:
        found.problem = "a link was delivered, and no bytes"
    elif copy and copy.name.endswith(REDACTED):
        found.problem = "rows of an erased person were in it; its bytes went with them, its other rows are loaded"
    elif copy is None or find_copy(copy) is None:
        found.problem = "its bytes are no longer in the archive"
    else:
        try:
            with opened_copy(copy, work.config.key, work.config.opened) as path:
                _read_copy(work, each, found, path)
        except SealBroken:
            found.problem = _OTHER_BYTES


def _read_copy(work: Work, each: SourceStream, found: Replayed, path: Path) -> None:
    """Step 1 with the bytes at hand, then 2 and 3."""
    batch = found.batch
    if problem := _find_problem(batch, path):
        found.problem = problem
        return
    is_open = batch.is_cut_short or batch.rows_loaded == 0
    _prepare(work.con, each, batch)
    damage = _read(work, each, path, found, everything=is_open)
    _count_disagreement(work.con, found, damage, everything=is_open)
    if found.added or (batch.is_cut_short and batch.rows_loaded and not damage):
        _update_quarantine(work, found, damage, everything=is_open)
        _update_batch(work.con, each, found)
    elif damage:
        found.problem = damage
    work.con.execute("drop table _loaded; drop table _waiting; drop table _good; drop table _bad")


def _find_problem(batch: Batch, path: Path) -> str | None:
    """Why the archived bytes cannot be read as this delivery."""
    if hash_of(path) != batch.content_hash:
        return _OTHER_BYTES
    if is_archive(path):
        return "an archive as a whole; `guiyi ingest` takes in the members it finds in the inbox"
    return None


def _prepare(con: duckdb.DuckDBPyConnection, each: SourceStream, batch: Batch) -> None:
    """Which lines were loaded, and which wait in quarantine by themselves."""
    ensure_raw_table(con, each.source.name, each.stream.name, raw_columns(each.stream))
    con.execute(
        f"create or replace temp table _loaded as select _line as line from "
        f"{raw_table(each.source.name, each.stream.name)} where _batch_id = ?",
        [batch.batch_id],
    )
    con.execute(
        "create or replace temp table _waiting as select distinct line from ops.quarantine "
        "where batch_id = ? and stage = 'ingest' and raw is not null",
        [batch.batch_id],
    )
    con.execute("create or replace temp table _good (line bigint)")
    con.execute("create or replace temp table _bad (line bigint, reason varchar, raw varchar)")


def _read(work: Work, each: SourceStream, path: Path, found: Replayed, *, everything: bool) -> str | None:
    """Add what is new, note what was seen; the reason when the delivery could not be read to its end."""
    present = {folded(name) for name in raw_columns_of(work.con, each.source.name, each.stream.name)}
    try:
        expected, limits = raw_columns(each.stream), expansion(work.config.limits)
        parts = read_delivery(work.con, path, each.stream.format, expected, limits, present)
        with closing(parts):
            for part in parts:
                _take(work, each, without_columns(part, each.stream.drop), found, everything=everything)
    except UnreadableFile as error:
        return str(error)
    return None


def _take(work: Work, each: SourceStream, part: Chunk | Bulk, found: Replayed, *, everything: bool) -> None:
    con, names = work.con, _stage_part(work.con, part)
    found.seen_columns.update(folded(name) for name in names)
    found.differing += _count_differing(con, each, found.batch, names)
    con.execute("insert into _good select _line from _part")
    wanted = "anti join _loaded" if everything else "semi join _waiting"
    query = f"select * from _part {wanted} on line = _line"
    if con.execute(f"select 1 from ({query}) limit 1").fetchone():
        stream = (each.source.name, each.stream.name)
        found.new_columns += ensure_raw_table(con, *stream, names)
        found.added += append_query(con, *stream, names, query, {}, found.batch.batch_id, work.now)
    con.execute("drop table _part")


def _stage_part(con: duckdb.DuckDBPyConnection, part: Chunk | Bulk) -> list[str]:
    """The part's rows as `_part`, its rejects in `_bad`; names of its columns."""
    if isinstance(part, Bulk):
        con.execute(f"create or replace temp table _part as {part.query}", part.parameters)
        return part.names
    _with_table(con, part.rows, "create or replace temp table _part as from _read_again")
    if len(part.rejects):
        _with_table(con, part.rejects.cast(REJECT_SCHEMA), "insert into _bad from _read_again")
    return [name for name in part.rows.column_names if name != "_line"]


def _with_table(con: duckdb.DuckDBPyConnection, table: pa.Table, statement: str) -> None:
    con.register("_read_again", table)
    try:
        con.execute(statement)
    finally:
        con.unregister("_read_again")


def _count_differing(con: duckdb.DuckDBPyConnection, each: SourceStream, batch: Batch, names: Iterable[str]) -> int:
    """Rows of `_part` that were loaded with other values than they have now."""
    stored = raw_columns_of(con, each.source.name, each.stream.name)
    now = {folded(name): name for name in names}
    differences = [
        f"held.{quoted(name)} is distinct from "
        + (f"part.{quoted(now[folded(name)])}" if folded(name) in now else "null")
        for name in stored
        if name not in ("_batch_id", "_line", "_loaded_at")
    ]
    if not differences:
        return 0
    row = con.execute(
        f"""
        select count(*) from _part as part
        join {raw_table(each.source.name, each.stream.name)} as held
            on held._batch_id = $batch_id and held._line = part._line
        where part._line in (select line from _loaded) and ({" or ".join(differences)})
        """,
        {"batch_id": batch.batch_id},
    ).fetchone()
    return int(row[0]) if row else 0


def _count_disagreement(
    con: duckdb.DuckDBPyConnection, found: Replayed, damage: str | None, *, everything: bool
) -> None:
    """What today's reader sees of lines that were not quarantined; a damaged end says nothing about them."""
    row = con.execute(
        """
        select (select count(*) from _loaded where line not in (select line from _good)),
            (select count(*) from (select line from _good union all select line from _bad)
             where line not in (select line from _loaded) and line not in (select line from _waiting))
        """
    ).fetchone()
    gone, unknown = row or (0, 0)
    found.gone = 0 if damage else gone
    found.unknown = 0 if everything else unknown


def _update_quarantine(work: Work, found: Replayed, damage: str | None, *, everything: bool) -> None:
    """Rows that were added leave; where every line was open, what cannot be read is told anew."""
    con, batch = work.con, found.batch
    waiting = "batch_id = $batch_id and stage = 'ingest'"
    if not everything:
        con.execute(
            f"delete from ops.quarantine where {waiting} and line in (select line from _good)",
            {"batch_id": batch.batch_id},
        )
        return
    con.execute(f"delete from ops.quarantine where {waiting}", {"batch_id": batch.batch_id})
    rest = " union all select 1, $damage, null" if damage else ""
    parameters: dict[str, Any] = {"damage": damage} if damage else {}
    con.execute(
        f"""
        insert into ops.quarantine
        select $batch_id, $source, $stream, $file_name, line, 'ingest', reason, raw, $now
        from (select line, reason, raw from _bad where line not in (select line from _loaded){rest})
        """,
        {**parameters, "batch_id": batch.batch_id, "source": batch.source, "stream": batch.stream,
         "file_name": batch.file_name, "now": work.now},
    )  # fmt: skip


def _update_batch(con: duckdb.DuckDBPyConnection, each: SourceStream, found: Replayed) -> None:
    """Counts from the tables, and the reconciliation that must hold: what was there and is added is all there is."""
    batch = found.batch
    row = con.execute(
        f"""
        select (select count(*) from {raw_table(each.source.name, each.stream.name)} where _batch_id = $batch_id),
            (select count(*) from ops.quarantine where batch_id = $batch_id and stage = 'ingest')
        """,
        {"batch_id": batch.batch_id},
    ).fetchone()
    loaded, quarantined = row or (0, 0)
    if loaded != batch.rows_loaded + found.added:
        raise StageFailed(
            f"{each.label}, {batch.file_name}: {found.added} rows read again but {loaded - batch.rows_loaded} of them "
            "are there; nothing of this file was changed. This is a defect of the replay: please report it"
        )
    found.still = quarantined
    missing = [name for name in raw_columns(each.stream) if folded(name) not in found.seen_columns]
    con.execute(
        """
        update ops.batch set rows_delivered = $loaded + $quarantined + rows_suppressed + rows_expired,
            rows_loaded = $loaded,
            rows_quarantined = $quarantined, status = if($loaded > 0, 'loaded', status),
            missing_columns = if(rows_loaded > 0, missing_columns, $missing),
            new_columns = nullif(concat_ws(', ', new_columns, $added), '')
        where batch_id = $batch_id
        """,
        {
            "batch_id": batch.batch_id,
            "loaded": loaded,
            "quarantined": quarantined,
            "missing": ", ".join(missing) or None,
            "added": ", ".join(dict.fromkeys(found.new_columns)) or None,
        },
    )


def _release(con: duckdb.DuckDBPyConnection, batch: Batch) -> int:
    """Step 4."""
    row = con.execute(
        "delete from ops.quarantine where batch_id = ? and stage = 'quality'", [batch.batch_id]
    ).fetchone()
    return int(row[0]) if row else 0


def _standardise_again(con: duckdb.DuckDBPyConnection, each: SourceStream, batch: Batch) -> None:
    """The next standardise takes the batch in once more; what it wrote before is the same again."""
    con.execute("delete from ops.watermark where stage = ? and batch_id = ?", [STANDARDISE, batch.batch_id])
    if each.stream.purchase_line:
        # An order is the sum of its lines: its version must lose to the same one with the lines that are there now.
        con.execute("update standard.purchase set _line = 0 where _batch_id = ?", [batch.batch_id])


def _audit(work: Work, found: Replayed) -> None:
    names = ("added", "released", "still", "unknown", "gone", "differing")
    record_act(
        work.con, acted_at=work.now, actor=work.options.actor, action="replay", subject=found.batch.batch_id,
        detail={name: getattr(found, name) for name in names},
    )  # fmt: skip
