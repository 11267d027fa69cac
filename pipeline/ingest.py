"""Stage 1: from files to raw tables.

In: the inbox. Out: `raw.*`, `ops.batch`, `ops.delivery`, `ops.quarantine`, and a copy of the original bytes in the
archive. Each delivery is one transaction and is loaded once, whatever name its bytes arrive under: a task killed
half-way leaves nothing behind and the next run takes the delivery again.
"""

import shutil
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb

from connectors.columns import raw_columns
from connectors.files.chunk import Chunk, UnreadableFile, rejected_only, rejects
from connectors.files.reading import read_file
from pipeline.deliveries import Delivery, deliveries, hash_of
from pipeline.keys import short_hash
from pipeline.sources import SourceStream, source_streams
from pipeline.stage import Count, StageFailed, Work, transaction
from warehouse.raw import append_raw, ensure_raw_table, folded, raw_columns_of, raw_table

# Mark in ops.watermark on a batch whose day changed after it may have been standardised.
STALE = "stale"


class StillWritten(ValueError):
    """A delivery's bytes changed while it was being copied."""


@dataclass
class _Tally:
    """Counts of one batch."""

    delivered: int = 0
    loaded: int = 0
    quarantined: int = 0
    new_columns: list[str] = field(default_factory=list)
    seen_columns: set[str] = field(default_factory=set)


def ingest(work: Work) -> dict[str, Count]:
    """Load every delivery that has not been loaded yet; counts of files and rows."""
    if not work.config.inbox.is_dir():
        raise StageFailed(f"the inbox {work.config.inbox} does not exist: create it, or name another with --inbox")
    files = duplicates = unsettled = 0
    totals = _Tally()
    for each in source_streams(work.config, work.options.sources):
        ensure_raw_table(work.con, each.source.name, each.stream.name, raw_columns(each.stream))
        known = _known(work.con, each)
        for delivery in deliveries(work.config.inbox, each.stream):
            if _is_later(delivery.delivered_on, work.options.delivered_until):
                continue
            try:
                tally = _load_once(work, each, delivery, known)
            except (FileNotFoundError, StillWritten):
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
    return {
        "changed": files,
        "files": files,
        "known_files": duplicates,
        "unsettled_files": unsettled,
        "rows_in": totals.delivered,
        "rows_out": totals.loaded,
        "quarantined": totals.quarantined,
    }


def _is_later(delivered_on: date | None, until: date | None) -> bool:
    return until is not None and delivered_on is not None and delivered_on > until


@dataclass(frozen=True)
class _Known:
    """What the warehouse already has of a stream: batches, the names their bytes were seen under, raw columns."""

    batches: set[str]
    sightings: set[tuple[str, str]]
    columns: set[str]


def _known(con: duckdb.DuckDBPyConnection, each: SourceStream) -> _Known:
    stream = {"source": each.source.name, "stream": each.stream.name}
    batches = con.execute(
        "select batch_id from ops.batch where source = $source and stream = $stream", stream
    ).fetchall()
    sightings = con.execute(
        "select file_name, batch_id from ops.delivery where source = $source and stream = $stream", stream
    ).fetchall()
    columns = raw_columns_of(con, each.source.name, each.stream.name)
    return _Known(
        {row[0] for row in batches}, {(row[0], row[1]) for row in sightings}, {folded(name) for name in columns}
    )


def _load_once(work: Work, each: SourceStream, delivery: Delivery, known: _Known) -> _Tally | None:
    """Load a delivery in one transaction; None when its bytes had been loaded before."""
    content_hash = delivery.content_hash()
    batch_id = short_hash(each.source.name, each.stream.name, content_hash)
    if batch_id in known.batches:
        if (delivery.name, batch_id) not in known.sightings:
            with transaction(work.con):
                _sight(work, each, delivery, batch_id, "duplicate")
                _keep_earliest_day(work, delivery, batch_id)
        return None
    work.progress(f"{each.label}: {delivery.name}")
    archived = _archive(work, each, delivery, batch_id, content_hash)
    with transaction(work.con):
        tally = _load(work, each, delivery, work.config.home / archived, batch_id, known)
        _check_reconciled(work.con, each, delivery, batch_id, tally)
        _record_batch(work, each, delivery, batch_id, content_hash, archived, tally)
        _sight(work, each, delivery, batch_id, "loaded")
    known.batches.add(batch_id)
    return tally


def _load(work: Work, each: SourceStream, delivery: Delivery, path: Path, batch_id: str, known: _Known) -> _Tally:
    tally = _Tally()
    try:
        if delivery.damage:
            raise UnreadableFile(delivery.damage)
        for chunk in read_file(work.con, path, each.stream.format, raw_columns(each.stream)):
            _add_columns(work, each, chunk, known, tally)
            _store(work, each, delivery, batch_id, chunk, tally)
    except UnreadableFile as error:
        # What was read before the damage stays loaded; the rest is one quarantine row, its bytes are archived.
        _store(work, each, delivery, batch_id, rejected_only(rejects([1], [str(error)], [None])), tally)
    return tally


def _add_columns(work: Work, each: SourceStream, chunk: Chunk, known: _Known, tally: _Tally) -> None:
    """Give the raw table the columns the chunk brings."""
    names = [name for name in chunk.rows.column_names if name != "_line"]
    tally.seen_columns.update(folded(name) for name in names)
    if any(folded(name) not in known.columns for name in names):
        added = ensure_raw_table(work.con, each.source.name, each.stream.name, names)
        known.columns.update(folded(name) for name in names)
        # What the first delivery brings is the stream's shape, not news.
        tally.new_columns += added if known.batches else []


def _store(work: Work, each: SourceStream, delivery: Delivery, batch_id: str, chunk: Chunk, tally: _Tally) -> None:
    if len(chunk.rows):
        append_raw(work.con, each.source.name, each.stream.name, chunk.rows, batch_id, work.now)
    if len(chunk.rejects):
        _quarantine(work, each, delivery, batch_id, chunk)
    tally.delivered += chunk.delivered
    tally.loaded += len(chunk.rows)
    tally.quarantined += len(chunk.rejects)


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


def _archive(work: Work, each: SourceStream, delivery: Delivery, batch_id: str, content_hash: str) -> str:
    """Copy the original bytes under the data directory, atomically; returns the relative path.

    The batch is read from this copy, so what is loaded is what was hashed; StillWritten when the bytes are others.
    """
    inner = delivery.member or delivery.name
    suffix = "".join(part for part in inner.rsplit("/", 1)[-1].partition(".")[1:])[-20:]
    target = work.config.archive / each.source.name / each.stream.name / f"{batch_id}{suffix}"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(target.name + ".part")
        with delivery.opened() as path:
            shutil.copyfile(path, partial)
        if hash_of(partial) != content_hash:
            partial.unlink()
            raise StillWritten(f"{delivery.name} changed while it was read")
        partial.replace(target)
    return target.relative_to(work.config.home).as_posix()


def _record_batch(
    work: Work,
    each: SourceStream,
    delivery: Delivery,
    batch_id: str,
    content_hash: str,
    archived: str,
    tally: _Tally,
) -> None:
    expected = raw_columns(each.stream)
    missing = [name for name in expected if folded(name) not in tally.seen_columns] if tally.loaded else []
    work.con.execute(
        """
        insert into ops.batch values ($batch_id, $source, $stream, $file_name, $delivered_on, $content_hash,
            $size_bytes, $archive_path, $delivered, $loaded, $quarantined, $new_columns, $missing_columns, $status,
            $now, $run_id)
        """,
        {
            "batch_id": batch_id,
            "source": each.source.name,
            "stream": each.stream.name,
            "file_name": delivery.name,
            "delivered_on": delivery.delivered_on,
            "content_hash": content_hash,
            "size_bytes": (work.config.home / archived).stat().st_size,
            "archive_path": archived,
            "delivered": tally.delivered,
            "loaded": tally.loaded,
            "quarantined": tally.quarantined,
            "new_columns": ", ".join(dict.fromkeys(tally.new_columns)) or None,
            "missing_columns": ", ".join(missing) or None,
            "status": "rejected" if tally.quarantined and not tally.loaded else "loaded",
            "now": work.now,
            "run_id": work.run_id,
        },
    )


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
