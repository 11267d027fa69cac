"""Stage 1: from files to raw tables.

In: the inbox. Out: `raw.*`, `ops.batch`, `ops.delivery`, `ops.quarantine`, and a copy of the original bytes in the
archive, sealed where a key is configured; what is archived then leaves the inbox (inbox.py). Each delivery is one
transaction and is loaded once, whatever name its bytes arrive under: a task killed half-way leaves nothing behind and
the next run takes the delivery again.
"""

from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb

from connectors.columns import raw_columns
from connectors.files.chunk import Bulk, Chunk, UnreadableFile, rejected_only, rejects
from connectors.files.reading import read_delivery
from connectors.secrets import is_secret, without_columns
from pipeline.archive import Copy, StillWritten, clear_opened, copy_delivery, is_unchanged, name_copy, opened_copy
from pipeline.deliveries import Delivery, deliveries
from pipeline.inbox import Emptying
from pipeline.keys import short_hash
from pipeline.limits import expansion
from pipeline.observation import observe
from pipeline.rights.inbox_copies import clear_copies
from pipeline.rights.redelivery import suppress
from pipeline.sources import SourceStream, source_streams
from pipeline.stage import Count, StageFailed, Work, transaction
from warehouse.raw import append_query, append_raw, ensure_raw_table, folded, raw_columns_of, raw_table

# Mark in ops.watermark on a batch whose day changed after it may have been standardised.
STALE = "stale"
# A delivery can bring hundreds of columns; so many of their names are told in ops.batch.
_NAMES_TOLD = 50


@dataclass
class _Tally:
    """Counts of one batch."""

    delivered: int = 0
    loaded: int = 0
    quarantined: int = 0
    suppressed: int = 0
    new_columns: list[str] = field(default_factory=list)
    seen_columns: set[str] = field(default_factory=set)


def ingest(work: Work) -> dict[str, Count]:
    """Load every delivery that has not been loaded yet; counts of files and rows."""
    if not work.config.inbox.is_dir():
        raise StageFailed(f"the inbox {work.config.inbox} does not exist: create it, or name another with --inbox")
    files = duplicates = unsettled = 0
    totals, emptying, limits = _Tally(), Emptying(work.config.inbox), expansion(work.config.limits)
    clear_opened(work.config.opened)
    for each in source_streams(work.config, work.options.sources):
        ensure_raw_table(work.con, each.source.name, each.stream.name, raw_columns(each.stream))
        known = _known(work, each)
        for delivery in deliveries(work.config.inbox, each.stream, limits):
            if _is_later(delivery.delivered_on, work.options.delivered_until):
                emptying.keep(delivery.path)
                continue
            try:
                emptying.meet(delivery)
                tally, copy = _load_once(work, each, delivery, known)
                emptying.take(delivery, copy)
            except (FileNotFoundError, StillWritten):
                emptying.keep(delivery.path)
                work.progress(
                    f"{each.label}: {delivery.name} is being written or was taken away; left for the next run"
                )
                unsettled += 1
                continue
            if tally is None:
                duplicates += 1
                continue
            files += 1
            totals.delivered += tally.delivered
            totals.loaded += tally.loaded
            totals.quarantined += tally.quarantined
            totals.suppressed += tally.suppressed
    cleared = clear_copies(work.con, work.config)
    for name in cleared.outside:
        work.progress(f"{name} holds rows of erased people and lies outside the data directory: remove it there")
    if work.config.empties_inbox:
        _empty(work, emptying)
    return {
        "changed": files,
        "files": files,
        "known_files": duplicates,
        "unsettled_files": unsettled,
        "rows_in": totals.delivered,
        "rows_out": totals.loaded,
        "quarantined": totals.quarantined,
        "suppressed": totals.suppressed,
        "files_to_remove": len(cleared.outside),
        **observe(work),
    }


def _empty(work: Work, emptying: Emptying) -> None:
    """Remove what is archived, except what streams of sources that this run leaves out may want."""
    for each in source_streams(work.config):
        if work.options.sources and each.source.name not in work.options.sources:
            for path in work.config.inbox.glob(each.stream.files):
                emptying.keep(path)
    if removed := emptying.remove():
        work.progress(f"{removed:,} archived files removed from the inbox")


def _is_later(delivered_on: date | None, until: date | None) -> bool:
    return until is not None and delivered_on is not None and delivered_on > until


@dataclass(frozen=True)
class _Known:
    """What the warehouse already has of a stream: batches with their copies, the sizes of their bytes, the names these
    were seen under with the copies in the archive, and raw columns."""

    batches: dict[str, Path | None]
    sizes: set[int]
    sightings: set[tuple[str, str]]
    copies: dict[str, list[Path]]
    columns: set[str]


def _known(work: Work, each: SourceStream) -> _Known:
    stream = {"source": each.source.name, "stream": each.stream.name}
    batches = work.con.execute(
        "select batch_id, size_bytes, archive_path from ops.batch where source = $source and stream = $stream", stream
    ).fetchall()
    sightings = work.con.execute(
        """
        select seen.file_name, seen.batch_id, batch.archive_path
        from ops.delivery as seen left join ops.batch as batch using (batch_id)
        where seen.source = $source and seen.stream = $stream
        """,
        stream,
    ).fetchall()
    copies: dict[str, list[Path]] = {}
    for name, _, archived in sightings:
        copies.setdefault(name, []).extend([work.config.home / archived] if archived else [])
    columns = raw_columns_of(work.con, each.source.name, each.stream.name)
    return _Known(
        {row[0]: work.config.home / row[2] if row[2] else None for row in batches},
        {row[1] for row in batches},
        {(row[0], row[1]) for row in sightings},
        copies,
        {folded(name) for name in columns},
    )


def _load_once(work: Work, each: SourceStream, delivery: Delivery, known: _Known) -> tuple[_Tally | None, Path | None]:
    """Load a delivery in one transaction; its counts, None when its bytes had been loaded before, and its copy."""
    is_file = delivery.member is None and delivery.instead is None
    for kept in known.copies.get(delivery.name, []) if is_file else []:
        if is_unchanged(delivery.path, kept):
            return None, kept
    # A file of a size never seen is new: it is hashed while it is copied. All others are hashed first.
    content_hash = None if is_file and delivery.path.stat().st_size not in known.sizes else delivery.content_hash()
    if content_hash and (batch_id := _batch_id(each, content_hash)) in known.batches:
        if (delivery.name, batch_id) not in known.sightings:
            with transaction(work.con):
                _sight(work, each, delivery, batch_id, "duplicate")
                _keep_earliest_day(work, delivery, batch_id)
        return None, known.batches[batch_id]
    work.progress(f"{each.label}: {delivery.name}")
    key, directory = work.config.key, work.config.archive / each.source.name / each.stream.name
    copy = copy_delivery(delivery, directory, content_hash, key=key)
    batch_id = _batch_id(each, copy.content_hash)
    # The batch is read from the copy, so what is loaded is what was hashed.
    path = name_copy(copy, delivery, batch_id)
    with opened_copy(path, key, work.config.opened) as opened, transaction(work.con):
        tally = _load(work, each, delivery, opened, batch_id, known)
        _check_reconciled(work.con, each, delivery, batch_id, tally)
        _record_batch(work, each, delivery, batch_id, copy, path, tally)
        _sight(work, each, delivery, batch_id, "loaded")
        loaded, quarantined, path = suppress(work, each, batch_id, path)
    tally.loaded, tally.quarantined = tally.loaded - loaded, tally.quarantined - quarantined
    tally.suppressed = loaded + quarantined
    known.batches[batch_id] = path
    known.sizes.add(copy.size_bytes)
    return tally, path


def _batch_id(each: SourceStream, content_hash: str) -> str:
    return short_hash(each.source.name, each.stream.name, content_hash)


def _load(work: Work, each: SourceStream, delivery: Delivery, path: Path, batch_id: str, known: _Known) -> _Tally:
    tally, expected = _Tally(), raw_columns(each.stream)
    try:
        if delivery.damage:
            raise UnreadableFile(delivery.damage)
        limits = expansion(work.config.limits)
        parts = read_delivery(work.con, path, each.stream.format, expected, limits, known.columns)
        with closing(parts):
            for whole in parts:
                part = without_columns(whole, each.stream.drop)
                _add_columns(work, each, part, known, tally)
                _store(work, each, delivery, batch_id, part, tally)
    except UnreadableFile as error:
        # What was read before the damage stays loaded; the rest is one quarantine row, its bytes are archived.
        _store(work, each, delivery, batch_id, rejected_only(rejects([1], [str(error)], [None])), tally)
    return tally


def _add_columns(work: Work, each: SourceStream, part: Chunk | Bulk, known: _Known, tally: _Tally) -> None:
    """Give the raw table the columns the part brings."""
    names = part.names if isinstance(part, Bulk) else [name for name in part.rows.column_names if name != "_line"]
    tally.seen_columns.update(folded(name) for name in names)
    if any(folded(name) not in known.columns for name in names):
        added = ensure_raw_table(work.con, each.source.name, each.stream.name, names)
        known.columns.update(folded(name) for name in names)
        # What the first delivery brings is the stream's shape, not news.
        tally.new_columns += added if known.batches else []


def _store(
    work: Work, each: SourceStream, delivery: Delivery, batch_id: str, part: Chunk | Bulk, tally: _Tally
) -> None:
    stream = (each.source.name, each.stream.name)
    tally.delivered += part.delivered
    if isinstance(part, Bulk):
        tally.loaded += append_query(work.con, *stream, part.names, part.query, part.parameters, batch_id, work.now)
        return
    if len(part.rows):
        append_raw(work.con, *stream, part.rows, batch_id, work.now)
    if len(part.rejects):
        _quarantine(work, each, delivery, batch_id, part)
    tally.loaded += len(part.rows)
    tally.quarantined += len(part.rejects)


def _quarantine(work: Work, each: SourceStream, delivery: Delivery, batch_id: str, chunk: Chunk) -> None:
    work.con.register("_rejects", chunk.rejects)
    work.con.execute(
        """
        insert into ops.quarantine
        select $batch_id, $source, $stream, $file_name, line, 'ingest', reason, raw, $now from _rejects
        """,
        {
            "batch_id": batch_id,
            "source": each.source.name,
            "stream": each.stream.name,
            "file_name": delivery.name,
            "now": work.now,
        },
    )
    work.con.unregister("_rejects")


def _check_reconciled(
    con: duckdb.DuckDBPyConnection, each: SourceStream, delivery: Delivery, batch_id: str, tally: _Tally
) -> None:
    """Promise 1, per batch: what the reader found is what lies in the raw table plus what lies in quarantine."""
    row = con.execute(
        f"""
        select (select count(*) from {raw_table(each.source.name, each.stream.name)} where _batch_id = $batch_id),
            (select count(*) from ops.quarantine where batch_id = $batch_id and stage = 'ingest')
        """,
        {"batch_id": batch_id},
    ).fetchone()
    loaded, quarantined = row if row else (0, 0)
    if tally.delivered != loaded + quarantined:
        raise StageFailed(
            f"{each.label}, {delivery.name}: {tally.delivered} rows delivered but {loaded} loaded and {quarantined} "
            "quarantined; nothing of this file was kept. This is a defect of the reader: please report it"
        )


def _record_batch(
    work: Work,
    each: SourceStream,
    delivery: Delivery,
    batch_id: str,
    copy: Copy,
    path: Path,
    tally: _Tally,
) -> None:
    expected = raw_columns(each.stream)
    lacking = [name for name in expected if folded(name) not in tally.seen_columns] if tally.loaded else []
    missing = [name for name in lacking if not is_secret(name, each.stream.drop)]
    work.con.execute(
        """
        insert into ops.batch (
            batch_id, source, stream, file_name, delivered_on, content_hash, size_bytes, archive_path, rows_delivered,
            rows_loaded, rows_quarantined, new_columns, missing_columns, status, loaded_at, run_id
        ) values (
            $batch_id, $source, $stream, $file_name, $delivered_on, $content_hash, $size_bytes, $archive_path,
            $delivered, $loaded, $quarantined, $new_columns, $missing_columns, $status, $now, $run_id
        )
        """,
        {
            "batch_id": batch_id,
            "source": each.source.name,
            "stream": each.stream.name,
            "file_name": delivery.name,
            "delivered_on": delivery.delivered_on,
            "content_hash": copy.content_hash,
            "size_bytes": copy.size_bytes,
            "archive_path": path.relative_to(work.config.home).as_posix(),
            "delivered": tally.delivered,
            "loaded": tally.loaded,
            "quarantined": tally.quarantined,
            "new_columns": _told(tally.new_columns),
            "missing_columns": ", ".join(missing) or None,
            "status": "rejected" if tally.quarantined and not tally.loaded else "loaded",
            "now": work.now,
            "run_id": work.run_id,
        },
    )


def _told(names: list[str]) -> str | None:
    """Column names for ops.batch, the first of them if there are many."""
    names = list(dict.fromkeys(names))
    more = [f"and {len(names) - _NAMES_TOLD:,} more"] if len(names) > _NAMES_TOLD else []
    return ", ".join(names[:_NAMES_TOLD] + more) or None


def _sight(work: Work, each: SourceStream, delivery: Delivery, batch_id: str, outcome: str) -> None:
    """Note that these bytes were seen under this name."""
    work.con.execute(
        "insert into ops.delivery values (?, ?, ?, ?, ?, ?)",
        [delivery.name, each.source.name, each.stream.name, batch_id, outcome, work.now],
    )


def _keep_earliest_day(work: Work, delivery: Delivery, batch_id: str) -> None:
    """A batch counts as delivered on the earliest day its bytes were; learning that late makes its source stale.

    Streams without times of their own are ordered by that day, so it must not depend on which copy came first.
    """
    if delivery.delivered_on is None:
        return
    parameters = {"batch_id": batch_id, "day": delivery.delivered_on}
    moved = work.con.execute(
        "update ops.batch set delivered_on = $day where batch_id = $batch_id and delivered_on > $day", parameters
    ).fetchone()
    if moved and moved[0]:
        work.con.execute("insert into ops.watermark values (?, ?, ?)", [STALE, batch_id, work.now])
