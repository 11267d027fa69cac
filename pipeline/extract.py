"""The extract stage: segments recomputed, and a consented file of each for marketing.

In: mart.customer_360 and customer.permission. Out: segment.membership and segment.change, the files under extracts/,
and a line about each in segment.extract_log and ops.audit. What has not changed is not written again.
"""

from collections import Counter
from dataclasses import asdict
from datetime import date

import duckdb

from pipeline.config import Config
from pipeline.stage import Count, StageFailed, Work, transaction
from warehouse.audit import record_act
from warehouse.extracts import extract_path, log_extract, render_extract, write_extract
from warehouse.membership import SegmentCount, compute_members, empty_members, find_abandoned, update_membership
from warehouse.segments import Segment, choose_segments, read_segments

COUNTS = ("segments", "members", "consented", "withheld", "entered", "left", "renamed", "files_written")


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
        total.update({"segments": 1, **_extract_segment(work, segment, day)})
    if not work.options.segments:
        total.update(_close_abandoned(work, [segment.name for segment in segments], day))
    changed = sum(total[name] for name in ("entered", "left", "renamed", "files_written"))
    return {**total, "changed": changed, "rows_in": total["members"], "rows_out": total["consented"]}


def _extract_segment(work: Work, segment: Segment, day: date) -> dict[str, int]:
    file = extract_path(work.config.extracts, segment, day)
    with transaction(work.con):
        count = compute_members(work.con, segment)
        change = update_membership(work.con, segment.name, day)
        content = render_extract(work.con, segment)
        is_new = log_extract(
            work.con, segment, count, file=file, home=work.config.home, content=content,
            extracted_at=work.now, actor=work.options.actor,
        )  # fmt: skip
        counts = {**asdict(count), **change, "files_written": int(is_new)}
        _audit(work, segment, counts)
    # After the log, so that no file is ever out without its line; a file lost to a kill here is written, and logged,
    # by the next run.
    if is_new:
        write_extract(file, content)
    return counts


def _close_abandoned(work: Work, known: list[str], day: date) -> dict[str, int]:
    """Everybody leaves a segment that is no longer defined."""
    total: Counter[str] = Counter()
    for name in find_abandoned(work.con, known):
        with transaction(work.con):
            empty_members(work.con)
            total.update(update_membership(work.con, name, day))
    return dict(total)


def _audit(work: Work, segment: Segment, counts: dict[str, int]) -> None:
    detail = {"purpose": segment.purpose, "channel": segment.channel, "run_id": work.run_id, **counts}
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
