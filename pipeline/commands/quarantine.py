"""`guiyi quarantine list|show|replay`: rows that were set aside, and reading them again."""

import argparse
import json
import os
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from pipeline.access import acting_user
from pipeline.config import Config, load_config
from pipeline.disclosure import note_disclosure
from pipeline.quarantine import Choice, Quarantined, list_files, list_quarantine, read_quarantine
from pipeline.stage import Options
from warehouse.connection import open_readonly

_ABOUT = """\
A delivered row that cannot be loaded, or that a quality rule sets aside, waits in quarantine with file, line and
reason; the delivered bytes are in the archive.

  guiyi quarantine list                          what is there, how much, and what to do about it
  guiyi quarantine show orders-2026-03-18.csv    its rows: file, line and reason
  guiyi quarantine replay --source taobao        read it again, after the cause was mended
"""

_REPLAY = """\
Read the archived bytes again with today's connectors and settings. Rows that can be read now are loaded under the same
batch and line and leave quarantine; the next `guiyi run` standardises their batch again. Rows that a quality rule set
aside are released and pass the gate of that run, or are set aside anew. What was loaded before never changes: where
today's reader would read it differently, you are told. Running it again does nothing.
"""


def add_parsers(commands: Any, formatter: Any) -> None:
    """Add `quarantine` with its own subcommands."""
    parser = commands.add_parser(
        "quarantine", help="rows set aside, and reading them again", description=_ABOUT, formatter_class=formatter
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="what is there, by source, stream and reason", formatter_class=formatter)
    listing.add_argument("--reason", metavar="TEXT", help="only reasons that contain this text")
    listing.add_argument("--files", action="store_true", help="file by file")
    listing.set_defaults(function=run_list)
    showing = actions.add_parser("show", help="the rows of a delivery", formatter_class=formatter)
    showing.add_argument("subject", metavar="BATCH_OR_FILE", help="a batch id, or a file's name or path in the inbox")
    showing.add_argument("--limit", type=int, default=50, metavar="N", help="at most so many rows (default 50)")
    shown = "also show what was delivered: personal data, on a terminal or into --out only; noted in ops.audit"
    showing.add_argument("--values", action="store_true", help=shown)
    showing.add_argument("--out", type=Path, metavar="FILE", help="write the rows here, one JSON object a line")
    showing.set_defaults(function=run_show, refuse=showing.error)
    replaying = actions.add_parser("replay", help="read them again", description=_REPLAY, formatter_class=formatter)
    replaying.add_argument("--batch", metavar="B", help="only this batch")
    replaying.add_argument("--by", default=Options().actor, metavar="WHO", help="who asks for it, for ops.audit")
    replaying.set_defaults(function=run_replay)
    for each in (listing, replaying):
        each.add_argument("--source", metavar="S", help="only this source")
        each.add_argument("--stream", metavar="T", help="only streams of this name")
    for each in (listing, showing, replaying):
        each.add_argument("--config", type=Path, metavar="FILE", help="configuration (default config/guiyi.toml)")


def run_list(options: argparse.Namespace) -> int:
    """Print groups or files."""
    choice = Choice(options.source, options.stream, reason=options.reason)
    with open_readonly(load_config(options.config).warehouse) as con:
        if options.files:
            head: tuple[str, ...] = ("batch", "file", "delivered", "stage", "reason", "rows", "first line")
            rows: list[tuple[Any, ...]] = [
                (row.batch_id, row.file_name, row.delivered_on, row.stage, row.reason, row.rows, row.first_line)
                for row in list_files(con, choice)
            ]
        else:
            head = ("source", "stream", "stage", "reason", "rows", "files", "first (UTC)", "last (UTC)", "what to do")
            rows = [
                (row.source, row.stream, row.stage, row.reason, row.rows, row.files, f"{row.first_at:%Y-%m-%d %H:%M}",
                 f"{row.last_at:%Y-%m-%d %H:%M}", row.advice)
                for row in list_quarantine(con, choice)
            ]  # fmt: skip
    if rows:
        _print_table(Console(), head, rows)
    else:
        Console().print("nothing of that is in quarantine")
    return 0


def run_show(options: argparse.Namespace) -> int:
    """Print or write the rows of a delivery."""
    if options.values and not options.out and not sys.stdout.isatty():
        options.refuse(
            "--values shows personal data on a terminal only; this output goes elsewhere: name a file with --out"
        )
    if options.limit < 1:
        options.refuse("--limit is at least 1")
    config = load_config(options.config)
    if options.values:
        _note_look(config, options)
    with open_readonly(config.warehouse) as con:
        rows = read_quarantine(con, options.subject, options.limit, values=options.values)
    if options.out:
        _write_rows(options.out, rows)
        Console(soft_wrap=True).print(f"{len(rows):,} rows → {options.out}", markup=False, highlight=False)
        return 0
    head = ("batch", "file", "line", "stage", "reason", *(("delivered",) if options.values else ()))
    _print_table(Console(), head, [
        (row.batch_id, row.file_name, row.line, row.stage, row.reason, *((row.raw,) if options.values else ()))
        for row in rows
    ])  # fmt: skip
    return 0


def _note_look(config: Config, options: argparse.Namespace) -> None:
    """Note in ops.audit whose deliveries are looked at; what was typed is not kept, it could hold a value."""
    with open_readonly(config.warehouse) as con:
        rows = read_quarantine(con, options.subject, options.limit)
    batches = sorted({row.batch_id for row in rows})
    place = "file" if options.out else "terminal"
    detail = {"what": "quarantine", "rows": len(rows), "batches": len(batches), "to": place}
    note_disclosure(config, actor=acting_user(), subject=batches[0], detail=detail)


def run_replay(options: argparse.Namespace) -> int:
    """Replay with progress; a line per delivery, exit code 1 when one could not be read at all."""
    from pipeline.replay import Replayed, replay
    from pipeline.run import _gate
    from pipeline.stage import execute

    config, console = load_config(options.config), Console()
    choice, done = Choice(options.source, options.stream, options.batch), list[Replayed]()
    with console.status("replay") as status:
        report = execute(
            "replay",
            partial(replay, choice=choice, done=done),
            config,
            # It writes what ingest writes, so the same suites look at it.
            gate=lambda work: _gate("ingest", work),
            options=Options(actor=options.by),
            progress=lambda text: status.update(escape(text)),
        )
    if not done:
        console.print("nothing of that is in quarantine")
        return 0
    head = ("source", "stream", "file", "added", "released", "still there", "what else")
    _print_table(console, head, [
        (each.batch.source, each.batch.stream, each.batch.file_name, each.added, each.released, each.still, _say(each))
        for each in done
    ])  # fmt: skip
    if report.counts["changed"]:
        console.print("`guiyi run` takes them further", highlight=False)
    return int(bool(report.counts["unreadable_batches"]))


def _say(each: Any) -> str:
    """What a replay of a delivery found beside the rows it added."""
    found = [each.problem] if each.problem else []
    if each.unknown:
        found.append(f"{each.unknown:,} rows found that were neither loaded nor quarantined: left out")
    if each.gone:
        found.append(f"{each.gone:,} loaded rows are no rows to today's reader: kept")
    if each.differing:
        found.append(f"{each.differing:,} loaded rows would read differently today: kept as they are")
    return "; ".join(found)


def _write_rows(path: Path, rows: list[Quarantined]) -> None:
    """A file of its own that others cannot read; an existing one is not replaced."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.writelines(json.dumps(asdict(row), ensure_ascii=False) + "\n" for row in rows)


def _print_table(console: Console, head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    table = Table()
    for name in head:
        table.add_column(
            name, overflow="fold", justify="right" if name in ("rows", "files", "line", "added") else "left"
        )
    for row in rows:
        table.add_row(*(Text(_printable(value)) for value in row))
    console.print(table)


def _printable(value: Any) -> str:
    """A cell's text, without what could steer the terminal."""
    text = "" if value is None else f"{value:,}" if isinstance(value, int) else str(value)
    return "".join(letter if letter.isprintable() else "�" for letter in text)
