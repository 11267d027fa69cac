"""`guiyi status`: what ran, what was loaded, what is in quarantine, how fresh every stream is."""

import argparse
import re
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from pipeline.config import load_config
from pipeline.freshness import ALARMS, UNUSUAL, Freshness, end_of, read_freshness
from pipeline.logbook import Logbook, open_logbook
from pipeline.terminal import make_wide_console

_ABOUT = """\
Last run of every stage, pulls from APIs, deliveries and freshness of every stream, drift of their columns, quarantine
by reason, failed checks. While a stage is writing, a copy that the last finished stage left is read.

A stream is late when one delivery that is due is not there, missing when two are; small or large when its newest day
differs from earlier ones by far more than they do from each other. What is due is learned, or said in guiyi.toml:
`expected = "daily"` or `max_age_hours = 36` in [source.NAME].

  guiyi status --alarms || page-somebody     exit code 1: a stream is late or missing, an erasure not finished
  COLUMNS=150 guiyi status | less -S         with all figures of the freshness table, which a narrow terminal cuts
"""

_TABLES: dict[str, tuple[tuple[str, ...], str]] = {
    "stages, last run each": (
        ("stage", "status", "started (UTC)", "seconds", "run"),
        """
        select stage, status, strftime(started_at, '%Y-%m-%d %H:%M:%S'),
            round(epoch(finished_at) - epoch(started_at), 1), run_id
        from ops.run qualify row_number() over (partition by stage order by started_at desc) = 1 order by started_at
        """,
    ),
    "pulls from APIs, last of each stream": (
        ("source", "stream", "status", "watermark", "pages", "records", "error", "updated (UTC)"),
        """
        select source, stream, status, coalesce(watermark, since), pages, records, error,
            strftime(updated_at, '%Y-%m-%d %H:%M:%S')
        from ops.pull qualify row_number() over (partition by source, stream order by started_at desc) = 1
        order by all
        """,
    ),
    "streams": (
        ("source", "stream", "batches", "delivered", "loaded", "quarantined", "taken out", "last delivery"),
        """
        select source, stream, count(*), sum(rows_delivered)::bigint, sum(rows_loaded)::bigint,
            sum(rows_quarantined)::bigint, sum(rows_suppressed + rows_expired)::bigint, max(delivered_on)
        from ops.batch group by all order by all
        """,
    ),
    "columns that joined after a stream's first delivery": (
        ("source", "stream", "file", "columns"),
        "select source, stream, file_name, new_columns from ops.batch where new_columns is not null order by all",
    ),
    "columns that are not what they were, last change each": (
        ("source", "stream", "column", "change", "what was seen", "severity", "file"),
        """
        select drift.source, drift.stream, column_name, kind, detail, severity, batch.file_name
        from ops.drift as drift join ops.batch as batch using (batch_id)
        where kind <> 'added'
        qualify row_number() over (
            partition by drift.source, drift.stream, column_name, kind
            order by seen_at desc, delivered_on desc nulls last, file_name desc
        ) = 1
        order by severity = 'info', severity = 'warn', seen_at desc, drift.source, drift.stream, column_name limit 30
        """,
    ),
    "quarantine": (
        ("source", "stream", "stage", "reason", "rows"),
        "select source, stream, stage, reason, rows from quarantine_count order by rows desc, source, stream limit 20",
    ),
    "checks that did not hold in their last run": (
        ("table", "expectation", "severity", "rows"),
        """
        with latest as (
            select * from ops.quality_result
            qualify rank() over (partition by suite order by checked_at desc, run_id desc) = 1
        )
        select table_name, expectation, severity, failed_rows from latest where not success order by all
        """,
    ),
}
_BEGUN = """
    select act_id, strftime(erased_at, '%Y-%m-%d %H:%M') from ops.erasure where status = 'begun' order by erased_at
"""
# Words that are shown in a colour wherever they stand alone in a cell.
_STYLES = {
    **dict.fromkeys(("alarm", "failed", "fail"), "bold red"),
    **dict.fromkeys(("warn", "warning", *ALARMS), "red"),
    **dict.fromkeys(UNUSUAL, "yellow"),
}


def add_parsers(commands: Any, formatter: Any) -> None:
    """Add `status`."""
    parser = commands.add_parser("status", help="last runs, batches, quarantine, freshness", description=escape(_ABOUT),
                                 formatter_class=formatter)  # fmt: skip
    parser.add_argument(
        "--alarms", action="store_true", help="freshness alone; exit code 1 for late or missing streams"
    )
    parser.add_argument(
        "--as-of", type=date.fromisoformat, metavar="DAY", help="judge freshness for the end of this day"
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help="configuration (default config/guiyi.toml)")
    parser.set_defaults(function=run_status)


def run_status(options: argparse.Namespace) -> int:
    """Print the tables; with --alarms 1 when a stream is late or missing."""
    config, console, moment = load_config(options.config), make_wide_console(), end_of(options.as_of)
    with open_logbook(config) as book:
        if book.copied_at:
            console.print(f"a stage is writing; this is how things were at {book.copied_at:%Y-%m-%d %H:%M:%S} (UTC), "
                          "when the last one had finished", style="yellow", highlight=False)  # fmt: skip
        begun = _print_begun(console, book)
        fresh = read_freshness(book.con, config, moment) if book.has("ops.pull") else []
        if not options.alarms:
            for title, (columns, query) in _TABLES.items():
                _print_rows(console, book, title, columns, query)
    title = f"freshness at {moment:%Y-%m-%d %H:%M} (UTC)"
    chosen = [row for row in fresh if row.status in (*ALARMS, *UNUSUAL)] if options.alarms else fresh
    if chosen or not options.alarms:
        _print_freshness(console, title, chosen)
    else:
        console.print(f"{title}: nothing is late, missing or unusual", highlight=False)
    return int(options.alarms and (begun or any(row.status in ALARMS for row in fresh)))


def _print_begun(console: Console, book: Logbook) -> bool:
    """Erasures that were stopped on the way; until they are finished, bytes of the person may lie in the archive."""
    begun = book.con.execute(_BEGUN).fetchall() if book.has("ops.erasure") else []
    for act, moment in begun:
        console.print(f"erasure {act} was begun at {moment} (UTC) and is not finished: repeat the same `guiyi erase`",
                      style="bold red", highlight=False)  # fmt: skip
    return bool(begun)


def _print_rows(console: Console, book: Logbook, title: str, columns: tuple[str, ...], query: str) -> None:
    """One table, without what was not there yet when the warehouse was last written to; nothing to tell is no table."""
    if not all(book.has(name) for name in set(re.findall(r"ops\.\w+|quarantine_count", query))):
        return
    rows = book.con.execute(query).fetchall()
    if rows:
        _print_table(console, title, columns, rows)


def _print_freshness(console: Console, title: str, fresh: list[Freshness]) -> None:
    columns = ("source", "stream", "status", "last delivery", "next by", "every days", "missed", "rows", "usual", "off",
               "missing days", "twice")  # fmt: skip
    rows = [
        (row.source, row.stream, row.status, row.last_day, row.expected_by, row.cadence_days, row.missed,
         row.rows_last, row.rows_usual, row.deviations, row.missing_days, row.repeated)
        for row in fresh
    ]  # fmt: skip
    _print_table(console, title, columns, rows)


def _print_table(console: Console, title: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    table = Table(title=title, title_justify="left")
    for column in columns:
        # What a reader types into the next command is not cut on a narrow terminal; the figures beside it are.
        named = column in ("source", "stream")
        table.add_column(column, no_wrap=named, min_width=len("missing") if column == "status" else None)
    for row in rows:
        # Text, not markup: file and column names may hold brackets.
        cells = ("" if value is None else str(value) for value in row)
        table.add_row(*(Text(cell, style=_STYLES.get(cell, "")) for cell in cells))
    console.print(table)
