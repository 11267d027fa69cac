"""`guiyi segment list|count|preview|history|extract|open`: what marketing uses."""

import argparse
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.commands.sealed import add_open
from pipeline.config import load_config
from pipeline.stage import Options

_ABOUT = """\
Segments are defined in config/segments.toml. `count` says how many people are in one, how many may be contacted for
its purpose and channel, and how many are withheld; `preview` shows more before anything is written; `extract` writes
the file and logs who pulled it and why.
"""
_ABOUT_PREVIEW = """\
How many people, how many may be contacted and why not the others, who they are by lifecycle stage, country and
channels, how many are in other segments too, who entered and left since the day before, and ten with masked values.
Nothing is written.

  guiyi segment preview high_value_slipping
  guiyi segment preview --where "orders > 3 and country = 'CN'" --channel wechat
"""
_ABOUT_EXTRACT = """\
Writes the segment's file, whatever its cadence, in its format, under extracts/ of the data directory.
With --delta it tells only who entered and left since the extract before, in a column `change`; of who left it has what
the receiver knows them by, and nothing else.
"""


def add_parsers(commands: Any, formatter: Any) -> None:
    """Add `segment` with its own subcommands."""
    parser = commands.add_parser(
        "segment", help="counts and consented extracts", description=_ABOUT, formatter_class=formatter
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="every segment", formatter_class=formatter)
    listing.set_defaults(function=run_list)
    counting = actions.add_parser("count", help="people in a segment", formatter_class=formatter)
    counting.add_argument("name", metavar="NAME")
    counting.set_defaults(function=run_count)
    others = (_add_preview(actions, formatter), _add_history(actions, formatter), _add_extract(actions, formatter))
    for each in (listing, counting, *others, add_open(actions, formatter)):
        each.add_argument("--config", type=Path, metavar="FILE", help="configuration (default config/guiyi.toml)")


def _add_preview(actions: Any, formatter: Any) -> Any:
    parser = actions.add_parser(
        "preview", help="look before anything is written", description=_ABOUT_PREVIEW, formatter_class=formatter
    )
    parser.add_argument("name", metavar="NAME", nargs="?", help="a segment of segments.toml")
    parser.add_argument("--where", metavar="CONDITION", help="a condition as in segments.toml, in place of a segment")
    parser.add_argument("--purpose", metavar="PURPOSE", help="marketing or sharing (default: the segment's)")
    parser.add_argument("--channel", metavar="CHANNEL", help="email, sms, phone or wechat (default: the segment's)")
    parser.set_defaults(function=run_preview)
    return parser


def _add_history(actions: Any, formatter: Any) -> Any:
    parser = actions.add_parser("history", help="who entered and left, by day", formatter_class=formatter)
    parser.add_argument("name", metavar="NAME")
    parser.add_argument(
        "--days", type=_positive, default=30, metavar="N", help="newest days with a change (default 30)"
    )
    parser.set_defaults(function=run_history)
    return parser


def _add_extract(actions: Any, formatter: Any) -> Any:
    parser = actions.add_parser(
        "extract", help="write the consented file", description=_ABOUT_EXTRACT, formatter_class=formatter
    )
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("--by", required=True, metavar="WHO", help="who pulls it, for segment.extract_log")
    parser.add_argument("--reason", default="", metavar="TEXT", help="why, for segment.extract_log")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument(
        "--delta", action="store_true", default=None, help="only who entered and left since the one before"
    )
    kind.add_argument(
        "--full", action="store_false", dest="delta", default=None, help="everybody, whatever segments.toml says"
    )
    parser.set_defaults(function=run_extract)
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def run_list(options: argparse.Namespace) -> int:
    """Print every segment's title, purpose, channel and owner."""
    from pipeline.extract import list_segments

    table = Table()
    for name in ("segment", "title", "purpose", "channel", "owner"):
        # The name is what the next command is given, so it is never cut.
        table.add_column(name, no_wrap=name == "segment", overflow="fold")
    for segment in list_segments(load_config(options.config)):
        cells = (segment.name, segment.title, segment.purpose, segment.channel, segment.owner)
        table.add_row(*(Text(cell) for cell in cells))
    Console().print(table)
    return 0


def run_count(options: argparse.Namespace) -> int:
    """Print members, contactable and withheld of one segment; rarer reasons where there are any."""
    from dataclasses import asdict

    from pipeline.extract import count_segment
    from warehouse.connection import open_readonly

    config = load_config(options.config)
    with open_readonly(config.warehouse) as con:
        counted = count_segment(con, config, options.name)
    for name, value in asdict(counted).items():
        if value or name not in ("suppressed", "minors", "holdout"):
            Console().print(f"{name.replace('_', ' ')}: {value:,}", highlight=False)
    return 0


def run_preview(options: argparse.Namespace) -> int:
    """Print what a segment would hold."""
    from pipeline.commands.segment_report import print_preview
    from pipeline.segment_view import preview
    from warehouse.connection import open_readonly

    config = load_config(options.config)
    with open_readonly(config.warehouse) as con:
        seen = preview(
            con, config, name=options.name, where=options.where, purpose=options.purpose, channel=options.channel
        )
    print_preview(Console(), seen)
    return 0


def run_history(options: argparse.Namespace) -> int:
    """Print who entered and left by day."""
    from pipeline.commands.segment_report import print_history
    from pipeline.segment_view import history
    from warehouse.connection import open_readonly

    config = load_config(options.config)
    with open_readonly(config.warehouse) as con:
        changes = history(con, config, options.name, options.days)
    print_history(Console(), options.name, changes)
    return 0


def run_extract(options: argparse.Namespace) -> int:
    """Write the extract of one segment."""
    from pipeline.run import run_stage
    from warehouse.connection import open_readonly
    from warehouse.segments.extract_file import find_extract
    from warehouse.segments.extract_log import newest_file

    config, console = load_config(options.config), Console(soft_wrap=True)
    # A full refresh, so that a pull is audited even when the file has not changed since the last one.
    asked = Options(
        segments=(options.name,), actor=options.by, full_refresh=True, reason=options.reason, delta=options.delta
    )
    counts = run_stage("extract", config, options=asked).counts
    with open_readonly(config.warehouse) as con:
        file = newest_file(con, options.name)
    if not counts.get("files"):
        console.print("nobody entered or left since the extract before; no file is written", highlight=False)
        return 0
    place = find_extract(config.home / file) if file else None
    console.print(
        f"{counts.get('consented', 0):,} people → {place}; {counts.get('withheld', 0):,} withheld", highlight=False
    )
    return 0
