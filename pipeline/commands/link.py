"""`guiyi link` and `guiyi evaluate`: the engine on any table, and how well it did."""

import argparse
import json
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.status import Status

from warehouse.connection import open_memory

_LINK = """\
Work out which rows of a CSV or Parquet table are the same person; no warehouse needed.

MAP.toml:
  id = "record_id"
  [columns]                       # standard name = column, or SQL expression over the columns
  given_name = "first_name"
  family_name = "surname"
  birth_date = "dob"
  address = "street_number || ' ' || street"
  identifier.passport = "passport_no"
  [[comparison]]                  # optional: a further attribute
  column = "occupation"
  kind = "category"               # name date category text number identifier
  [[blocking]]                    # optional: a further rule of which pairs to compare
  keys = ["family_name", "birth_date"]

Standard names: given_name family_name full_name birth_date gender email phone address city region postcode country
company national_id source updated_at, and any identifier.<namespace>. Without --columns, columns that already carry
standard names (Given Name is given_name) are used, and record_id, unique_id, rec_id or id is the id.

With --plan nothing is resolved or written. It says how the columns are filled, which rules choose the pairs to compare,
how many pairs each makes, and how much of the recall each is estimated to add:

  guiyi link people.csv --columns MAP.toml --out clusters.parquet
  guiyi link people.csv --columns MAP.toml --plan

A CSV may be separated by comma, semicolon, tab or bar; it is read as UTF-8 unless --encoding says otherwise.
"""

_EVALUATE = """\
Compare clusters with the truth: pair precision, recall and F1, B-cubed, over- and under-merged, as JSON.

CLUSTERS has record_id and customer_id; without it the warehouse's own customers are judged. TRUTH has record_id (or
source, stream and source_record_id) and person_id; name other columns with --record and --person.
"""


def add_parsers(commands: Any, formatter: Any) -> None:
    """Add `link` and `evaluate`."""
    parser = commands.add_parser("link", help="resolve any table", description=escape(_LINK), formatter_class=formatter)
    parser.add_argument("records", type=Path, metavar="RECORDS", help="CSV or Parquet, one row per record")
    parser.add_argument("--columns", type=Path, metavar="MAP.toml", help="what the columns mean")
    parser.add_argument("--out", type=Path, metavar="CLUSTERS", help="record_id, customer_id (Parquet)")
    parser.add_argument("--pairs", type=Path, metavar="PAIRS", help="also write the scored pairs")
    parser.add_argument("--plan", action="store_true", help="print rules, pairs and estimated recall; write nothing")
    parser.add_argument("--engine", choices=["duckdb"], default="duckdb", help="where it runs (default duckdb)")
    parser.add_argument("--encoding", default="utf-8", metavar="NAME", help="of a CSV: gb18030, cp1252 (default utf-8)")
    parser.add_argument("--settings", type=Path, metavar="FILE", help="engine settings (default: built in)")
    parser.add_argument("--country", metavar="CC", help="ISO code of phones and addresses that name no country")
    parser.set_defaults(function=run_link, refuse=parser.error)
    parser = commands.add_parser(
        "evaluate", help="compare clusters with the truth", description=_EVALUATE, formatter_class=formatter
    )
    parser.add_argument("clusters", type=Path, nargs="?", metavar="CLUSTERS", help="CSV or Parquet")
    parser.add_argument("--truth", type=Path, required=True, metavar="TRUTH", help="CSV or Parquet")
    parser.add_argument("--record", default="record_id", metavar="COL", help="id column of TRUTH (default record_id)")
    parser.add_argument("--person", default="person_id", metavar="COL", help="person column of TRUTH")
    parser.add_argument("--config", type=Path, metavar="FILE", help="configuration (default config/guiyi.toml)")
    parser.set_defaults(function=run_evaluate)


def run_link(options: argparse.Namespace) -> int:
    """Resolve a table and say how it went, or print the plan of it."""
    if options.plan:
        return _run_plan(options)
    if options.out is None:
        options.refuse("name a file for the clusters with --out, or ask for the --plan, which writes none")
    from pipeline.link import check_targets, guessed_columns, link, write_clusters, write_pairs

    console = Console(soft_wrap=True)
    check_targets(options.records, options.out, options.pairs)
    with open_memory() as con, console.status("reading") as status:
        found = link(con, options.records, options.columns, **_how(options, status))
        if not options.columns:
            console.print(_describe_guess(guessed_columns(con)), markup=False)
        customers = write_clusters(con, found, options.out)
        if options.pairs:
            write_pairs(con, found, options.pairs)
    share = found.records_in_large_customers / found.records
    console.print(
        f"{found.records:,} records → {customers:,} customers; {found.candidate_pairs:,} pairs compared, "
        f"largest customer {found.largest_customer}, {share:.2%} of records in customers over 20 → {options.out}",
        highlight=False,
        markup=False,
    )
    return 0


def _run_plan(options: argparse.Namespace) -> int:
    """Print which rules would run, what each costs and what it adds."""
    from pipeline.commands.plan import print_plan
    from pipeline.link import guessed_columns, plan

    console = Console()
    with open_memory() as con, console.status("reading") as status:
        found = plan(con, options.records, options.columns, **_how(options, status))
        guessed = [] if options.columns else guessed_columns(con)
    if guessed:
        console.print(f"{_describe_guess(guessed)}\n", markup=False, highlight=False)
    print_plan(console, found)
    if options.out or options.pairs:
        Console(stderr=True).print("--plan resolves nothing: no file was written", highlight=False)
    return 0


def _how(options: argparse.Namespace, status: Status) -> dict[str, Any]:
    """How the table is to be read, and where progress is shown."""
    return {
        "settings": options.settings,
        "country": options.country,
        "encoding": options.encoding,
        "progress": lambda text: status.update(escape(text)),
    }


def _describe_guess(columns: list[str]) -> str:
    return f"without a map, these columns were used: {', '.join(columns)}"


def run_evaluate(options: argparse.Namespace) -> int:
    """Print the measures as JSON."""
    from pipeline.judgement import judge_clusters, judge_warehouse

    if options.clusters:
        measures = judge_clusters(options.clusters, options.truth, options.record, options.person)
    else:
        from pipeline.config import load_config

        warehouse = load_config(options.config).warehouse
        measures = judge_warehouse(warehouse, options.truth, options.record, options.person)
    Console(soft_wrap=True).print_json(json.dumps(measures))
    return 0
