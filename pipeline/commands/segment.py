"""`guiyi segment list|count|extract`: what marketing uses."""

import argparse
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.config import load_config
from pipeline.stage import Options

_ABOUT = """\
Segments are defined in config/segments.toml. `count` says how many people are in one, how many may be contacted for
its purpose and channel, and how many are withheld; `extract` writes the file and logs who pulled it.
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
    extracting = actions.add_parser("extract", help="write the consented file", formatter_class=formatter)
    extracting.add_argument("name", metavar="NAME")
    extracting.add_argument("--by", required=True, metavar="WHO", help="who pulls it, for segment.extract_log")
    extracting.set_defaults(function=run_extract)
    for each in (listing, counting, extracting):
        each.add_argument("--config", type=Path, metavar="FILE", help="configuration (default config/guiyi.toml)")


def run_list(options: argparse.Namespace) -> int:
    """Print every segment's title, purpose, channel and owner."""
    from pipeline.extract import list_segments

    table = Table()
    for name in ("segment", "title", "purpose", "channel", "owner"):
        table.add_column(name)
    for segment in list_segments(load_config(options.config)):
        cells = (segment.name, segment.title, segment.purpose, segment.channel, segment.owner)
        table.add_row(*(Text(cell) for cell in cells))
    Console().print(table)
    return 0


def run_count(options: argparse.Namespace) -> int:
    """Print members, contactable and withheld of one segment."""
    from dataclasses import asdict

    from pipeline.extract import count_segment
    from warehouse.connection import open_readonly

    config = load_config(options.config)
    with open_readonly(config.warehouse) as con:
        counted = count_segment(con, config, options.name)
    for name, value in asdict(counted).items():
        Console().print(f"{name.replace('_', ' ')}: {value:,}", highlight=False)
    return 0


def run_extract(options: argparse.Namespace) -> int:
    """Write the extract of one segment."""
    from pipeline.run import run_stage

    config = load_config(options.config)
    # A full refresh, so that a pull is audited even when the file has not changed since the last one.
    asked = Options(segments=(options.name,), actor=options.by, full_refresh=True)
    report = run_stage("extract", config, options=asked)
    folder = config.extracts / options.name
    newest = max(folder.glob("*.csv"), key=lambda path: path.name, default=None) if folder.exists() else None
    Console(soft_wrap=True).print(
        f"{report.counts.get('consented', 0):,} people → {newest}; {report.counts.get('withheld', 0):,} withheld",
        highlight=False,
    )
    return 0
