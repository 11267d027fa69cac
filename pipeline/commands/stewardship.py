"""`guiyi explain` and `guiyi decide`: why records are one person, and what people decided about it."""

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from pipeline.config import load_config

_EXPLAIN = """\
Show the evidence behind a customer, or between two records, in bits: +1 bit doubles the odds that it is one person.
Levels and bits are shown, never values.

  guiyi explain C1f0a…                                     the links that hold a customer together, weakest last
  guiyi explain zoho/contacts/4001 'shopify/orders/#1001'  the waterfall between two records

A record is named by its record_id or by source/stream/key.
"""

_DECIDE = """\
Record a person's decision that two records are the same person, or are not. It is stored by the records' source keys
and applied inside clustering on every run, before any score. The newest decision on a pair counts.

  guiyi decide different zoho/contacts/4001 'shopify/orders/#1001' --by li.na --note "father and son"
"""


def add_parsers(commands: Any, formatter: Any) -> None:
    """Add `explain` and `decide`."""
    parser = commands.add_parser(
        "explain", help="the evidence, bit by bit", description=_EXPLAIN, formatter_class=formatter
    )
    parser.add_argument("subject", metavar="CUSTOMER_ID | RECORD", help="a customer, or the first of two records")
    parser.add_argument("other", nargs="?", metavar="RECORD", help="the second record")
    parser.add_argument("--config", type=Path, metavar="FILE", help="configuration (default config/guiyi.toml)")
    parser.set_defaults(function=run_explain)
    parser = commands.add_parser("decide", help="a steward's decision", description=_DECIDE, formatter_class=formatter)
    parser.add_argument("verdict", choices=["same", "different"])
    parser.add_argument("records", nargs=2, metavar="RECORD", help="record_id or source/stream/key")
    parser.add_argument("--by", required=True, metavar="WHO", help="who decided")
    parser.add_argument("--note", metavar="TEXT", help="why")
    parser.add_argument("--config", type=Path, metavar="FILE", help="configuration (default config/guiyi.toml)")
    parser.set_defaults(function=run_decide)


def run_explain(options: argparse.Namespace) -> int:
    """Print a customer's spanning links, or the waterfall of a pair."""
    from pipeline.evidence import find_record, pair_evidence, read_evidence

    console, config = Console(), load_config(options.config)
    with read_evidence(config) as con:
        if options.other is None:
            _print_customer(console, con, options.subject)
        else:
            left, right = find_record(con, options.subject), find_record(con, options.other)
            _print_pair(console, con, pair_evidence(con, left.record_id, right.record_id))
    return 0


def run_decide(options: argparse.Namespace) -> int:
    """Store the decision; the next `guiyi resolve` applies it."""
    from pipeline.decide import decide

    outcome = decide(
        load_config(options.config),
        options.verdict,
        options.records[0],
        options.records[1],
        decided_by=options.by,
        note=options.note,
        decided_at=datetime.now(UTC).replace(tzinfo=None),
    )
    Console().print(f"decision {outcome} stored; `guiyi run` applies it", highlight=False)
    return 0


def _print_customer(console: Console, con: Any, customer_id: str) -> None:
    from pipeline.evidence import customer_evidence

    found, records = customer_evidence(con, customer_id)
    console.print(f"customer {found.customer_id}: {found.records} records", highlight=False)
    members = Table(title="records", title_justify="left")
    for name in ("record", "source", "stream"):
        members.add_column(name)
    for record in records:
        members.add_row(record.record_id, record.source, record.stream)
    console.print(members)
    links = Table(title="links that hold it together, weakest last", title_justify="left")
    for name in ("record", "record", "bits", "probability"):
        links.add_column(name, justify="right" if name in ("bits", "probability") else "left")
    for bridge in found.tree:
        links.add_row(
            bridge.record_id_l, bridge.record_id_r, f"{bridge.match_weight:+.1f}", f"{bridge.match_probability:.4f}"
        )
    console.print(links)
    if found.unlinked:
        console.print(f"held by a decision alone: {', '.join(found.unlinked)}", highlight=False)


def _print_pair(console: Console, con: Any, found: Any) -> None:
    table = Table(title=f"{found.record_id_l} and {found.record_id_r}", title_justify="left")
    for name in ("comparison", "level"):
        table.add_column(name)
    table.add_column("bits", justify="right")
    table.add_column("total", justify="right")
    table.add_column("")
    for line in found.lines:
        colour = "green" if line.bits >= 0 else "red"
        bar = f"[{colour}]{'█' * max(1, min(40, round(abs(line.bits))))}[/]"
        table.add_row(line.comparison, line.level, f"{line.bits:+.1f}", f"{line.total:+.1f}", bar)
    console.print(table)
    console.print(
        f"weight {found.match_weight:+.1f} bits, probability {found.match_probability:.4f}; found by "
        f"{', '.join(found.rules)}",
        highlight=False,
    )
