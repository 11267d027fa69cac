"""`guiyi explain` and `guiyi decide`: why records are one person, and what people decided about it."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from pipeline.config import Config, load_config

_EXPLAIN = """\
Show the evidence behind a customer, or between two records, in bits: +1 bit doubles the odds that it is one person.
Record ids, sources, levels and bits are shown; values only with --values.

  guiyi explain C1f0a…                                     the links that hold a customer together, weakest last
  guiyi explain zoho/contacts/4001 'shopify/orders/#1001'  the waterfall between two records
  guiyi explain C1f0a… --html evidence.html                the same with a picture, as one file for a browser

A record is named by its record_id or by source/stream/key, and explained beside another one, never alone. The waterfall
starts at the odds of any two records, adds what each comparison says, and ends at the odds of these two. Where two
records of one customer share no link, the strongest links from one to the other are shown. For a customer, the weakest
bridge is named with what it rests on and which records would part without it, then what waits for a steward and what
was decided.

An existing FILE is not replaced unless --force is given. FILE holds no values even with --values.
"""

_DECIDE = """\
Record a person's decision that two records are the same person, or are not. It is stored by the records' source keys
and applied inside clustering on every run, before any score. The newest decision on a pair counts. Records decided the
same stay together whatever else was decided; where decisions contradict each other, both are kept and you are told.
A mistaken decision is undone by the opposite one on the same two records; a pair cannot be made undecided again.

  guiyi decide different zoho/contacts/4001 'shopify/orders/#1001' --by li.na --note "father and son"
"""


def add_parsers(commands: Any, formatter: Any) -> None:
    """Add `explain` and `decide`."""
    parser = commands.add_parser(
        "explain", help="the evidence, bit by bit", description=_EXPLAIN, formatter_class=formatter
    )
    parser.add_argument("subject", metavar="CUSTOMER_ID | RECORD", help="a customer, or the first of two records")
    parser.add_argument("other", nargs="?", metavar="RECORD", help="the second record")
    parser.add_argument("--html", type=Path, metavar="FILE", help="also write a page with a picture, all in one file")
    parser.add_argument("--force", action="store_true", help="let --html replace FILE if it exists")
    shown = "also show both records' values and how alike they are: personal data, on a terminal only, noted"
    parser.add_argument("--values", action="store_true", help=shown)
    parser.add_argument("--config", type=Path, metavar="FILE", help="configuration (default config/guiyi.toml)")
    parser.set_defaults(function=run_explain, refuse=parser.error)
    parser = commands.add_parser("decide", help="a steward's decision", description=_DECIDE, formatter_class=formatter)
    parser.add_argument("verdict", choices=["same", "different"])
    parser.add_argument("records", nargs=2, metavar="RECORD", help="record_id or source/stream/key")
    parser.add_argument("--by", required=True, metavar="WHO", help="who decided")
    parser.add_argument("--note", metavar="TEXT", help="why")
    parser.add_argument("--config", type=Path, metavar="FILE", help="configuration (default config/guiyi.toml)")
    parser.set_defaults(function=run_decide)


def run_explain(options: argparse.Namespace) -> int:
    """Print a customer's spanning links, or the waterfall of a pair; write the page if asked to."""
    from pipeline.evidence import read_evidence
    from pipeline.explanation_page import check_page, write_page

    console, config = Console(), load_config(options.config)
    _check_use(options)
    if options.html:
        check_page(options.html, replace=options.force)
    if options.values:
        _note_look(config, options)
    with read_evidence(config) as con:
        page = (
            _explain_customer(console, con, options) if options.other is None else _explain_pair(console, con, options)
        )
    if options.html:
        write_page(options.html, page, replace=options.force)
        Console(soft_wrap=True).print(f"page → {options.html}", markup=False, highlight=False)
    return 0


def _note_look(config: Config, options: argparse.Namespace) -> None:
    """Note in ops.audit whose values are looked at, by the records' ids."""
    from pipeline.access import acting_user
    from pipeline.disclosure import note_disclosure
    from pipeline.evidence import find_record, read_evidence

    with read_evidence(config) as con:
        left, right = (find_record(con, name).record_id for name in (options.subject, options.other))
    detail = {"what": "two records", "to": "terminal"}
    note_disclosure(config, actor=acting_user(), subject=f"{left} {right}", detail=detail)


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
    _print_outcome(Console(), options.verdict, outcome)
    return 0


def _print_outcome(console: Console, verdict: str, outcome: Any) -> None:
    """The decision, and the earlier ones it contradicts: a "same" overrules them, a "different" waits for them."""
    from pipeline.waterfall import plain_table

    applied = verdict == "same" or not outcome.contradicts
    said = "`guiyi run` applies it" if applied else "not applied, for other decisions make these records one person"
    console.print(f"decision {outcome.decision_id} stored; {said}", highlight=False)
    if not outcome.contradicts:
        return
    title = "it overrules" if applied else "it contradicts; decide one of these, or these two, the other way"
    table = plain_table(title)
    for name in ("record", "record", "decided", "by", "on"):
        table.add_column(name, overflow="fold")
    for each in outcome.contradicts:
        cells = (each.record_id_l, each.record_id_r, each.verdict, each.decided_by, f"{each.decided_at:%Y-%m-%d}")
        table.add_row(*(Text(cell) for cell in cells))
    console.print(table)


def _check_use(options: argparse.Namespace) -> None:
    """Options that make no sense together; values are for the eyes of whoever asks, not for a file or a log."""
    if options.force and not options.html:
        options.refuse("--force goes with --html")
    if options.values and options.other is None:
        options.refuse("--values compares two records: name both")
    if options.values and not sys.stdout.isatty():
        options.refuse("--values shows personal data on a terminal only; this output goes elsewhere")


def _explain_customer(console: Console, con: Any, options: argparse.Namespace) -> str:
    """Print a customer's evidence; the page of it."""
    from pipeline.commands.explanation import print_customer
    from pipeline.evidence import customer_evidence
    from pipeline.explanation_page import customer_page

    found = customer_evidence(con, options.subject)
    print_customer(console, found)
    return customer_page(found)


def _explain_pair(console: Console, con: Any, options: argparse.Namespace) -> str:
    """Print a pair's evidence, with values if asked for; the page of it, without."""
    from pipeline.commands.explanation import print_pair, print_values
    from pipeline.evidence import pair_evidence
    from pipeline.explanation_page import pair_page
    from pipeline.record_values import read_values

    found = pair_evidence(con, options.subject, options.other)
    print_pair(console, found)
    if options.values:
        told = found.explanation
        comparisons = (*(line.comparison for line in told.lines), *told.missing) if told else ()
        values = read_values(con, found.left.record_id, found.right.record_id, comparisons)
        print_values(console, values, found.decision.note if found.decision else None)
    return pair_page(found)
