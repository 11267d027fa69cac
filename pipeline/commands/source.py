"""`guiyi source infer|check|list|new|docs`: adding a source, and what the sources are."""

import argparse
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from pipeline.config import load_config

_ABOUT = (
    "Add a source: propose one from a file, try one on a file, list them, start a connector, write docs/sources.md."
)

_INFER = """\
Propose the [source.NAME] tables for a CSV, TSV, XLSX, JSON, NDJSON or Parquet file (compressed or in a zip archive,
too), say what each column was taken for and why, and try the proposal: the file is ingested and standardised in a
temporary data directory.

  guiyi source infer members.xlsx --name club --out club.toml

Values are never printed. "understood" is the share of a column's distinct values that the pipeline's own normaliser of
that meaning can read; of countries, states and genders it is the share of rows.

  sure       the header says it, and at least 0.9 is understood
  likely     the header says it, and at least 0.5 is understood, or only the header can tell (a key, a city);
             or the header does not say it, and at least 0.9 looks like nothing else
  doubtful   the header says it, but the values do not agree: not used
"""

_CHECK = """\
Try a configured source: FILE, or the newest file of each stream in the inbox, is ingested and standardised in a
temporary data directory, without the quality gate.
"""


def add_parsers(commands: Any, formatter: Any) -> None:
    """Add `source` with its own subcommands."""
    parser = commands.add_parser("source", help="propose, try and list sources; start a connector", description=_ABOUT,
                                 formatter_class=formatter)  # fmt: skip
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    _add_infer(actions, formatter)
    checking = actions.add_parser("check", help="try a configured source", description=_CHECK,
                                  formatter_class=formatter)  # fmt: skip
    checking.add_argument("name", metavar="NAME")
    checking.add_argument("file", type=Path, nargs="?", metavar="FILE", help="a file (default: the newest ones)")
    checking.add_argument("--stream", metavar="STREAM", help="which stream FILE is of, when names do not tell")
    checking.add_argument("--config", type=Path, metavar="FILE", help="configuration (default config/guiyi.toml)")
    checking.set_defaults(function=run_check)
    listing = actions.add_parser("list", help="configured sources and files that wait", formatter_class=formatter)
    listing.add_argument("--config", type=Path, metavar="FILE", help="configuration (default config/guiyi.toml)")
    listing.set_defaults(function=run_list)
    starting = actions.add_parser("new", help="start a connector: code, test and entries", formatter_class=formatter)
    starting.add_argument("name", metavar="NAME", help="lower-case letters, digits, underscores")
    starting.add_argument("--channel", default="store", metavar="CHANNEL",
                          help="website, app, social, crm, store, service, feedback (default store)")  # fmt: skip
    starting.set_defaults(function=run_new)
    writing = actions.add_parser("docs", help="write docs/sources.md from the connectors", formatter_class=formatter)
    writing.add_argument("--out", type=Path, metavar="FILE", help="where to (default docs/sources.md)")
    writing.set_defaults(function=run_docs)


def _add_infer(actions: Any, formatter: Any) -> None:
    parser = actions.add_parser(
        "infer", help="propose a source for a file", description=escape(_INFER), formatter_class=formatter
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--name", metavar="NAME", help="the source's name (default: made from the file's)")
    parser.add_argument("--out", type=Path, metavar="FILE.toml", help="write the tables here instead of printing them")
    parser.add_argument("--kind", choices=["people", "orders", "events"], help="what the rows are (default: guessed)")
    parser.add_argument("--sheet", metavar="SHEET", help="name or number of a workbook's sheet")
    parser.add_argument("--at", metavar="PATH", help="path of the records in a JSON document, such as $.data.list")
    parser.add_argument("--names", metavar="A,B,…", help="names of the columns of a file without a header")
    parser.add_argument("--country", metavar="CC", help="of phones without a prefix (default: guessed)")
    parser.add_argument("--zone", metavar="ZONE", help="of times without an offset, such as Asia/Shanghai")
    parser.add_argument("--currency", metavar="CUR", help="of amounts that name none")
    parser.add_argument("--date-order", choices=["dmy", "mdy", "ymd"], help="of days that can be read two ways")
    parser.add_argument("--no-try", action="store_true", help="do not run the file through the proposal")
    parser.set_defaults(function=run_infer)


def run_infer(options: argparse.Namespace) -> int:
    """Propose, explain, write, try."""
    from pipeline.commands.source_report import print_outcome, print_proposal
    from pipeline.inference.file_shape import Choices
    from pipeline.inference.source_inference import infer_source, try_inference
    from pipeline.inference.understanding import Context

    console = Console()
    names = tuple(name.strip() for name in (options.names or "").split(",") if name.strip())
    with console.status("reading"):
        found = infer_source(
            options.file,
            options.name,
            kind=options.kind,
            choices=Choices(options.sheet, options.at, names),
            stated=Context(options.country, options.zone, options.currency, options.date_order),
        )
    print_proposal(console, found)
    if options.out:
        options.out.write_text(found.toml(), encoding="utf-8")
        console.print(f"written to {options.out}", markup=False, highlight=False, soft_wrap=True)
    else:
        console.print(found.toml(), markup=False, highlight=False, soft_wrap=True)
    if not found.proposal.is_usable:
        return 1
    if options.no_try:
        return 0
    with console.status("trying") as status:
        outcome = try_inference(found, lambda text: status.update(escape(text)))
    print_outcome(console, outcome)
    if outcome.works:
        place = f"deliveries into the inbox as {found.proposal.stream['files']}"
        said = f"next: put the tables into config/guiyi.toml and {place}, then `guiyi run`"
        console.print(said, markup=False, highlight=False, soft_wrap=True)
    return 0 if outcome.works else 1


def run_check(options: argparse.Namespace) -> int:
    """Try a configured source."""
    from pipeline.commands.source_report import print_outcome
    from pipeline.overlap import find_overlaps
    from pipeline.source_check import check_source

    console, config = Console(), load_config(options.config)
    with console.status("trying") as status:
        outcome = check_source(
            config, options.name, options.file, options.stream, lambda text: status.update(escape(text))
        )
    print_outcome(console, outcome)
    for each in find_overlaps(config) if outcome.tables.get("purchase") else []:
        if options.name in (each.tracker, each.shop):
            console.print(f"· {each}", markup=False, highlight=False, soft_wrap=True)
    return 0 if outcome.works else 1


def run_list(options: argparse.Namespace) -> int:
    """Print the configured sources."""
    from pipeline.source_check import list_sources

    config = load_config(options.config)
    table = Table()
    for name in ("source", "connector", "channel", "streams", "API", "files", "waiting"):
        table.add_column(name, justify="right" if name in ("files", "waiting") else "left", overflow="fold")
    for line in list_sources(config):
        cells = (line.name, line.connector, line.channel, ", ".join(line.streams), "yes" if line.has_api else "",
                 f"{line.files:,}", f"{line.waiting:,}")  # fmt: skip
        table.add_row(*(Text(cell) for cell in cells))
    console = Console()
    console.print(table)
    console.print(f"files lie in {config.inbox}", markup=False, highlight=False, soft_wrap=True)
    return 0


def run_new(options: argparse.Namespace) -> int:
    """Write the files of a new connector."""
    from pipeline.config import PROJECT
    from pipeline.scaffold import start_connector

    console = Console(soft_wrap=True)
    for path in start_connector(PROJECT, options.name, options.channel):
        console.print(path.relative_to(PROJECT).as_posix(), markup=False, highlight=False)
    console.print(
        f"now: .venv/bin/python -m pytest -q tests/spec/connectors -k {options.name}; `make docs`; and a table "
        f"[source.{options.name}] in config/guiyi.toml",
        markup=False,
        highlight=False,
    )
    return 0


def run_docs(options: argparse.Namespace) -> int:
    """Write docs/sources.md."""
    from pipeline.config import PROJECT
    from pipeline.source_catalogue import describe_sources

    path = options.out or PROJECT / "docs" / "sources.md"
    path.write_text(describe_sources(), encoding="utf-8")
    Console(soft_wrap=True).print(f"written to {path}", markup=False, highlight=False)
    return 0
