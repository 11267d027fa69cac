"""`guiyi dictionary`: what the tables and their columns mean."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

_ABOUT = """\
What the tables hold: one row per what, and every column with its type and meaning. Without TABLE, all tables.

  guiyi dictionary                      all tables, one line each
  guiyi dictionary mart.customer_360    its columns
  guiyi dictionary --out docs/tables.md everything as a page (`make docs`)
"""


def add_parsers(commands: Any, formatter: type[argparse.HelpFormatter]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "dictionary", help="what the tables and columns mean", description=_ABOUT, formatter_class=formatter
    )
    parser.add_argument("table", nargs="?", metavar="TABLE", help="schema.table, or the table's own name")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write all of it to a Markdown page instead")
    parser.set_defaults(function=run_dictionary)


def run_dictionary(options: argparse.Namespace) -> int:
    """Print the list or one table, or write the page."""
    from pipeline.dictionary import describe_table, describe_tables, write_page

    console = Console()
    if options.out:
        options.out.write_text(write_page(describe_tables()), encoding="utf-8")
        console.print(f"written to {options.out}", markup=False, highlight=False, soft_wrap=True)
    elif options.table:
        described = describe_table(options.table)
        console.print(f"{described.table}: {described.purpose}", style="bold", markup=False, highlight=False)
        console.print(f"one row per {described.grain}\n", markup=False, highlight=False)
        columns = [(column.name, column.kind.lower(), column.comment) for column in described.columns]
        console.print(_table(("column", "type", "meaning"), columns))
    else:
        rows = [(each.table, each.grain, each.purpose) for each in describe_tables()]
        console.print(_table(("table", "one row per", "what"), rows))
    return 0


def _table(names: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Table:
    table = Table()
    for name in names:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table
