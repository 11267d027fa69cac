"""Segments looked at: a preview of one that is defined or only thought of, and a segment's history. Writes nothing."""

from dataclasses import replace

import duckdb

from pipeline.config import Config
from warehouse.segments.definition import ad_hoc_segment, choose_segments, read_segments
from warehouse.segments.errors import SegmentError
from warehouse.segments.preview import Change, Preview, preview_segment, read_history


def preview(
    con: duckdb.DuckDBPyConnection,
    config: Config,
    *,
    name: str | None,
    where: str | None,
    purpose: str | None,
    channel: str | None,
) -> Preview:
    """Look at segment `name`, or at whoever `where` holds for; purpose and channel may differ from the defined ones."""
    defined = read_segments(config.segment_settings)
    if (name is None) == (where is None):
        raise SegmentError("name a segment, or give a condition with --where: one of the two")
    if where is not None:
        segment = ad_hoc_segment(where, purpose=purpose or "marketing", channel=channel or "email")
        return preview_segment(con, segment, list(defined.values()))
    (segment,) = choose_segments(defined, (name or "",))
    chosen = replace(segment, purpose=purpose or segment.purpose, channel=channel or segment.channel)
    return preview_segment(con, chosen, list(defined.values()))


def history(con: duckdb.DuckDBPyConnection, config: Config, name: str, days: int) -> list[Change]:
    """A segment's newest days with a change; one that is no longer defined still has a history."""
    changes = read_history(con, name, days)
    if not changes:
        choose_segments(read_segments(config.segment_settings), (name,))
    return changes
