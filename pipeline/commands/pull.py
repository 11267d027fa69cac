"""`guiyi pull`: records from the systems' APIs into the inbox."""

import argparse
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from pipeline.config import Config, load_config
from pipeline.stage import Options
from warehouse.connection import open_readonly

_ABOUT = """\
Ask the APIs of all sources with [source.NAME.api] settings for what changed since the last pull, and put it into the
inbox as files. A pull that was stopped goes on where it was. `guiyi run` does this first.
"""

_PULLS = """
select source, stream, status, pages, records, requests, round(waited_seconds)::bigint, since, watermark
from ops.pull where run_id = ? order by started_at, source, stream
"""


def add_parsers(commands: Any, formatter: Any) -> None:
    """Add `pull`."""
    parser = commands.add_parser("pull", help="records from systems' APIs into the inbox", description=escape(_ABOUT),
                                 formatter_class=formatter)  # fmt: skip
    parser.add_argument("--config", type=Path, metavar="FILE", help="configuration (default config/guiyi.toml)")
    parser.add_argument("--inbox", type=Path, metavar="DIR", help="folder of deliveries (default GUIYI_HOME/inbox)")
    parser.add_argument(
        "--source", action="append", default=[], metavar="S", help="only this source; may be repeated (default all)"
    )
    parser.add_argument("--full", action="store_true", help="forget watermarks and places, and pull everything")
    parser.set_defaults(function=run_pull)


def run_pull(options: argparse.Namespace) -> int:
    """Pull with progress, then a line per stream, also when one of them failed."""
    from pipeline.run import run_stage
    from pipeline.stage import new_run_id

    config, console, run_id = load_config(options.config, inbox=options.inbox), Console(), new_run_id()
    asked = Options(sources=tuple(options.source), full_refresh=options.full)
    try:
        with console.status("pull") as status:
            run_stage("pull", config, run_id=run_id, options=asked, progress=lambda text: status.update(escape(text)))
    finally:
        print_pulls(console, config, run_id)
    return 0


def print_pulls(console: Console, config: Config, run_id: str) -> None:
    """What a run's pulls brought."""
    if not config.warehouse.exists():
        return
    with open_readonly(config.warehouse) as con:
        rows = con.execute(_PULLS, [run_id]).fetchall()
    if not rows:
        return
    table = Table(title="pull", title_justify="left")
    for column in ("source", "stream", "status", "pages", "records", "requests", "waited s", "from", "up to"):
        table.add_column(column, justify="right" if column in ("pages", "records", "requests", "waited s") else "left")
    for row in rows:
        table.add_row(*(Text("" if value is None else f"{value:,}" if isinstance(value, int) else str(value))
                        for value in row))  # fmt: skip
    console.print(table)
