"""`guiyi demo`: exports of every source system, made up, with truth."""

import argparse
from pathlib import Path
from typing import Any

from rich.console import Console

_ABOUT = """\
Write exports as the real systems write them, for made-up persons: Segment and access logs, Sensors Analytics,
WeChat and WeCom pages, Zoho and Fxiaoke, Shopify and Taobao, Zendesk, a survey. Several days of deliveries with
late, corrected, repeated and broken ones. OUT/truth.parquet says which record is which person.

The same seed writes the same bytes.  Example:  guiyi demo var/inbox --customers 20000
"""


def add_parsers(commands: Any, formatter: Any) -> None:
    """Add `demo`."""
    parser = commands.add_parser(
        "demo", help="write realistic exports of every source", description=_ABOUT, formatter_class=formatter
    )
    parser.add_argument("out", type=Path, metavar="OUT", help="folder to write to")
    parser.add_argument("--customers", type=_positive, default=2000, metavar="N", help="persons (default 2000)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="another seed, other persons (default 1)")
    parser.add_argument("--days", type=_positive, default=14, metavar="D", help="days of deliveries (default 14)")
    parser.add_argument(
        "--noise", type=float, default=1.0, metavar="X", help="errors and gaps: 0 none, 1 as usual, 2 twice as many"
    )
    parser.set_defaults(function=run_demo)


def run_demo(options: argparse.Namespace) -> int:
    """Write the exports and say where they are."""
    from pipeline.demo.exports import write_demo

    console = Console()
    with console.status("writing exports") as status:
        summary = write_demo(
            options.out,
            customers=options.customers,
            seed=options.seed,
            days=options.days,
            noise=options.noise,
            progress=status.update,
        )
    console.print(
        f"{summary.files:,} files, {summary.bytes / 1e6:,.0f} MB in {options.out}: {summary.customers:,} persons, "
        f"{summary.records:,} records, {summary.orders:,} orders, {summary.events:,} events",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
    return 0


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number
