"""Stage 2: from raw tables to standard ones, batch by batch.

In: the batches of `ops.batch` that this stage has not taken in. Out: `standard.*`. Each stream is one transaction that
ends with the batches noted in ops.watermark, so a kill loses nothing and a repetition does nothing. `full_refresh`
forgets what was standardised of the chosen sources and reads it all again.
"""

from pipeline.events import write_events
from pipeline.happenings import write_feedback, write_interactions, write_purchases
from pipeline.ingest import STALE
from pipeline.order_lines import write_separate_lines
from pipeline.records import write_consents, write_identifiers, write_records
from pipeline.sources import SourceStream, source_streams
from pipeline.stage import Count, Work, transaction
from pipeline.staging import Portion
from pipeline.values import count_rows
from warehouse.rights.removal import KEPT_LINE

STAGE = "standardise"
_BY_STREAM = ("record", "event", "purchase", "interaction", "feedback", "consent", "unparsed")


def standardise(work: Work) -> dict[str, Count]:
    """Standardise new batches of every stream; counts of rows written per table."""
    streams = list(source_streams(work.config, work.options.sources))
    chosen = {each.source.name for each in streams}
    if outdated := chosen if work.options.full_refresh else chosen & _stale_sources(work):
        _forget(work, sorted(outdated))
    batches, written = 0, dict.fromkeys(("records", "events", "purchases", "interactions", "feedback"), 0)
    for each in streams:
        waiting = _waiting(work, each)
        if not waiting:
            continue
        work.progress(f"{each.label}: {len(waiting)} batches")
        with transaction(work.con):
            _standardise(Portion(work, each, waiting), written)
            _mark_done(work, waiting)
        batches += len(waiting)
    return {
        "changed": batches,
        "batches": batches,
        "rows_out": sum(written.values()),
        **written,
        "unparsed": count_rows(work.con, "standard.unparsed"),
    }


def _standardise(portion: Portion, written: dict[str, int]) -> None:
    stream = portion.each.stream
    if stream.record:
        written["records"] += write_records(portion, stream.record)
    for identifier in stream.identifiers:
        write_identifiers(portion, identifier)
    for consent in stream.consents:
        write_consents(portion, consent)
    if stream.event:
        written["events"] += write_events(portion, stream.event)
    if stream.purchase:
        written["purchases"] += write_purchases(portion, stream.purchase, stream.purchase_line)
    elif stream.purchase_line:
        write_separate_lines(portion, stream.purchase_line)
    if stream.interaction:
        written["interactions"] += write_interactions(portion, stream.interaction)
    if stream.feedback:
        written["feedback"] += write_feedback(portion, stream.feedback)


def _waiting(work: Work, each: SourceStream) -> list[str]:
    rows = work.con.execute(
        """
        select batch_id from ops.batch
        where source = $source and stream = $stream and rows_loaded > 0
            and batch_id not in (select batch_id from ops.watermark where stage = $stage)
        order by delivered_on nulls first, batch_id
        """,
        {"source": each.source.name, "stream": each.stream.name, "stage": STAGE},
    ).fetchall()
    return [row[0] for row in rows]


def _stale_sources(work: Work) -> set[str]:
    """Sources with a batch whose delivery day turned out to be earlier than it was read with."""
    rows = work.con.execute(
        "select distinct source from ops.batch where batch_id in (select batch_id from ops.watermark where stage = ?)",
        [STALE],
    ).fetchall()
    return {row[0] for row in rows}


def _mark_done(work: Work, batches: list[str]) -> None:
    work.con.execute(
        "insert into ops.watermark select $stage, unnest($batches), $now",
        {"stage": STAGE, "batches": batches, "now": work.now},
    )


def _forget(work: Work, sources: list[str]) -> None:
    with transaction(work.con):
        parameters = {"sources": sources}
        chosen = "list_contains($sources, source)"
        work.con.execute(
            f"delete from standard.purchase_line where _line <> {KEPT_LINE} "
            f"and _batch_id in (select batch_id from ops.batch where {chosen})",
            parameters,
        )
        work.con.execute(
            f"delete from standard.identifier where record_id in "
            f"(select record_id from standard.record where {chosen})",
            parameters,
        )
        for table in _BY_STREAM:
            work.con.execute(f"delete from standard.{table} where {chosen} and _line <> {KEPT_LINE}", parameters)
        work.con.execute(
            f"delete from ops.watermark where stage in ($stage, $stale) and batch_id in "
            f"(select batch_id from ops.batch where {chosen})",
            {**parameters, "stage": STAGE, "stale": STALE},
        )
