"""`guiyi review`: the pairs that wait for a steward, the most pressing first."""

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from pipeline.config import load_config

_REVIEW = """\
The steward's queue: pairs of records of which it is doubtful whether they are one person, the one whose decision would
move most records first. Record ids, bits and reasons are shown, no values.

  guiyi review                         the first twenty
  guiyi review --kind conflict         of one kind; the kinds are counted at the end
  guiyi explain RECORD RECORD          the evidence on a pair, with --values what the records say
  guiyi decide same RECORD RECORD --by li.na

A pair leaves the queue with its decision, which the next `guiyi run` applies.
"""
_LIMIT = 20


def add_parsers(commands: Any, formatter: Any) -> None:
    """Add `review`."""
    parser = commands.add_parser(
        "review", help="doubtful pairs, waiting for a decision", description=_REVIEW, formatter_class=formatter
    )
    parser.add_argument("--limit", type=int, default=_LIMIT, metavar="N", help=f"so many pairs (default {_LIMIT})")
    parser.add_argument("--kind", metavar="KIND", help="pairs of this kind alone")
    parser.add_argument("--config", type=Path, metavar="FILE", help="configuration (default config/guiyi.toml)")
    parser.set_defaults(function=run_review, refuse=parser.error)


def run_review(options: argparse.Namespace) -> int:
    """Print the queue."""
    from pipeline.evidence import read_evidence, read_queue

    if options.limit < 1:
        options.refuse("--limit is at least 1")
    with read_evidence(load_config(options.config)) as con:
        waiting = read_queue(con)
    _print_queue(Console(), waiting, options.kind, options.limit)
    return 0


def _print_queue(console: Console, waiting: Sequence[Any], kind: str | None, limit: int) -> None:
    from pipeline.explanation_text import spell_bits
    from pipeline.waterfall import plain_table

    kinds = Counter(each.kind for each in waiting)
    chosen = [each for each in waiting if kind in (None, each.kind)]
    if chosen:
        table = plain_table()
        table.add_column("records", min_width=16, no_wrap=True)
        table.add_column("bits", justify="right", min_width=5)
        table.add_column("moves", justify="right", min_width=5)
        table.add_column("why")
        for each in chosen[:limit]:
            pair = Text(f"{each.record_id_l}\n{each.record_id_r}")
            why = Text.assemble((each.kind, "yellow"), f": {each.detail}")
            table.add_row(pair, spell_bits(each.match_weight), f"{each.records_affected:,}", why)
        console.print(table)
    counts = ", ".join(f"{count:,} {name}" for name, count in kinds.most_common())
    said = [f"{min(limit, len(chosen)):,} of {len(waiting):,} pairs that wait for a steward", f"({counts})"]
    console.print(" ".join(said) if waiting else "nothing waits for a steward", highlight=False)
    if kind and not chosen and waiting:
        console.print(Text(f"none of kind {kind}; there are {', '.join(kinds)}"))
    if chosen:
        console.print("`guiyi explain RECORD RECORD` shows the evidence, `guiyi decide` settles a pair", markup=False)
