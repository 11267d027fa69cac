"""The extract stage: segments recomputed, and a consented file of each for marketing.

In: mart.customer_360 and customer.permission. Out: segment.membership and segment.change, the files under extracts/,
and a line about each in segment.extract_log and ops.audit. A segment nobody asked for by name has a file only when its
cadence says so, and what has not changed is not written again.
"""

from collections import Counter
from dataclasses import asdict
from datetime import date
from pathlib import Path

import duckdb

from pipeline.config import Config
from pipeline.stage import Count, StageFailed, Work, transaction
from warehouse.audit import record_act
from warehouse.segments.definition import Segment, choose_segments, read_segments, with_delta
from warehouse.segments.errors import SegmentError
from warehouse.segments.extract_file import (
    discard_staged,
    extract_path,
    file_columns,
    find_extract,
    find_staged,
    holds_extract,
    release_extract,
    render_extract,
    stage_extract,
)
from warehouse.segments.extract_log import (
    DELTA,
    FULL,
    Extract,
    find_deltas,
    is_due,
    is_last_logged,
    is_logged,
    log_extract,
)
from warehouse.segments.extract_rows import fill_rows, forget_file, gather_standing, keep_changes, record_sent
from warehouse.segments.membership import (
    SegmentCount,
    compute_members,
    empty_members,
    find_abandoned,
    has_consent,
    update_membership,
)

COUNTS = ("segments", "members", "consented", "withheld", "entered", "left", "renamed", "files", "files_written")


def list_segments(config: Config) -> list[Segment]:
    """The segments defined in segments.toml, in its order."""
    return list(read_segments(config.segment_settings).values())


def count_segment(con: duckdb.DuckDBPyConnection, config: Config, name: str) -> SegmentCount:
    """How many people are in a segment now, and how many of them may be contacted; writes nothing."""
    (segment,) = choose_segments(read_segments(config.segment_settings), (name,))
    return compute_members(con, segment)


def extract(work: Work) -> dict[str, Count]:
    """Recompute and extract all segments, or those of `options.segments`; counts are sums over them."""
    segments = choose_segments(read_segments(work.config.segment_settings), work.options.segments)
    day = _day(work)
    total: Counter[str] = Counter(dict.fromkeys(COUNTS, 0))
    for segment in segments:
        work.progress(f"extracting {segment.name}")
        chosen = segment if work.options.delta is None else with_delta(segment, work.options.delta)
        total.update({"segments": 1, **_extract_segment(work, chosen, day)})
    if not work.options.segments:
        total.update(_close_abandoned(work, [segment.name for segment in segments], day))
    changed = sum(total[name] for name in ("entered", "left", "renamed", "files_written"))
    return {**total, "changed": changed, "rows_in": total["members"], "rows_out": total["consented"]}


def _extract_segment(work: Work, segment: Segment, day: date) -> dict[str, int]:
    asked = bool(work.options.segments)
    _finish_staged(work, segment)
    with transaction(work.con):
        count = compute_members(work.con, segment)
        # A delta of people who all withdrew their consent is what takes them back.
        if asked and not segment.delta:
            _check_consent(work.con, segment, count)
        change = update_membership(work.con, segment.name, day)
        made = _make_extract(work, segment, day) if asked or is_due(work.con, segment, day) else None
        if asked and made is None:
            _check_consent(work.con, segment, count)
        is_new = made is not None and not _is_out(work, segment, made)
        if made is not None and (is_new or asked):
            log_extract(
                work.con, segment, count, made,
                extracted_at=work.now, actor=work.options.actor, reason=work.options.reason,
            )  # fmt: skip
        counts = {**asdict(count), **change, "files": int(made is not None), "files_written": int(is_new)}
        _audit(work, segment, counts, made)
        # Last, so that a disk without room takes all of it back: a delta that is logged and not there would be lost.
        if made is not None and is_new:
            stage_extract(work.config.home / made.file_name, made.content)
    # After the log, so that no file is ever out without its line; a run killed here has the next one do it.
    if made is not None and is_new:
        release_extract(work.config.home / made.file_name)
    return counts


def _finish_staged(work: Work, segment: Segment) -> None:
    """Put in place what a killed run has logged, and remove what it has not."""
    for file, content in find_staged(work.config.extracts / segment.name).items():
        file_name = file.relative_to(work.config.home).as_posix()
        if is_last_logged(work.con, segment, file_name, content):
            release_extract(file)
        else:
            discard_staged(file)


def _check_consent(con: duckdb.DuckDBPyConnection, segment: Segment, count: SegmentCount) -> None:
    """Nobody pulls an empty file and wonders: say when it is the consent itself that nobody ever gave."""
    if count.members and not count.consented and not has_consent(con, segment):
        raise SegmentError(
            f"[segment.{segment.name}] nobody has granted {segment.purpose} by {segment.channel}, so none of its "
            f"{count.members:,} members may be extracted: ask them for that consent, or choose a purpose and channel "
            "they consented to"
        )


def _make_extract(work: Work, segment: Segment, day: date) -> Extract | None:
    """The segment's next file, which is not written yet; None when a delta has nothing to tell."""
    file = _next_file(work, segment, day)
    file_name = file.relative_to(work.config.home).as_posix()
    fill_rows(work.con, segment)
    gather_standing(work.con, segment)
    record_sent(work.con, segment, file_name)
    entered, removed = keep_changes(work.con, segment) if segment.delta else (None, None)
    if segment.delta and not entered and not removed:
        return None
    content = render_extract(work.con, segment, day=day, folder=file.parent)
    columns = tuple(file_columns(work.con, segment))
    return Extract(file_name, DELTA if segment.delta else FULL, content, columns, day, entered, removed)


def _next_file(work: Work, segment: Segment, day: date) -> Path:
    """The day's file; of deltas each is another file, because the one before may be in use, unless it was lost."""
    if not segment.delta:
        return extract_path(work.config.extracts, segment, day)
    earlier = find_deltas(work.con, segment, day)
    if earlier and find_extract(work.config.home / earlier[-1]) is None:
        forget_file(work.con, segment, earlier[-1])
        return work.config.home / earlier[-1]
    return extract_path(work.config.extracts, segment, day, delta_number=len(earlier) + 1)


def _is_out(work: Work, segment: Segment, made: Extract) -> bool:
    """Whether this very file has been logged and written."""
    return is_logged(work.con, segment, made) and holds_extract(work.config.home / made.file_name, made.content)


def _close_abandoned(work: Work, known: list[str], day: date) -> dict[str, int]:
    """Everybody leaves a segment that is no longer defined."""
    total: Counter[str] = Counter()
    for name in find_abandoned(work.con, known):
        with transaction(work.con):
            empty_members(work.con, name)
            total.update(update_membership(work.con, name, day))
    return dict(total)


def _audit(work: Work, segment: Segment, counts: dict[str, int], made: Extract | None) -> None:
    detail: dict[str, object] = {
        "purpose": segment.purpose, "channel": segment.channel, "run_id": work.run_id, **counts,
    }  # fmt: skip
    if made is not None:
        detail |= {"format": segment.format, "kind": made.kind, "file": made.file_name}
    if work.options.reason:
        detail["reason"] = work.options.reason
    record_act(
        work.con, acted_at=work.now, actor=work.options.actor, action="extract", subject=segment.name, detail=detail
    )  # fmt: skip


def _day(work: Work) -> date:
    """The day mart.customer_360 looks back from, which the extract is of."""
    try:
        row = work.con.execute("select max(as_of) from mart.customer_360").fetchone()
    except duckdb.CatalogException:
        raise StageFailed("mart.customer_360 does not exist yet: run `guiyi profile` first") from None
    day = row[0] if row else None
    if work.options.as_of and day and work.options.as_of != day:
        raise StageFailed(f"the marts are of {day}, not {work.options.as_of}: run `guiyi profile` for that day first")
    return day or work.options.as_of or work.now.date()
