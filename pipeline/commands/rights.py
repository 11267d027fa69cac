"""`guiyi erase`, `export`, `suppress`, `retention` and `register`: people's rights."""

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from pipeline.config import load_config

_IDENTIFIER = "kind and value, e.g. email:li.na@example.com, phone:+8613800000000, wechat_unionid:o6_…"

_ERASE = """\
Remove a person from every layer: raw rows, standard tables, who is who, customers, marts, segments, quarantine, the
archived deliveries, the inbox, the extracts and the snapshots under GUIYI_HOME. Without --yes nothing is written: what
would go is listed, in counts.

  guiyi erase --identifier email:li.na@example.com
  guiyi erase --identifier email:li.na@example.com --yes --by dpo --reason "request of 3 March"

The customer who carries the identifier goes, with all records. Where several carry it, name those that are the person
with --customer; --record adds single records that were not joined. Values that others carry too, as a household's
phone, stay with them. Keyed hashes remain, by which the person is known and dropped when a source delivers the person
again; the source systems themselves have to be told by you. Repeated after an interruption it finishes what was begun.

The identifier stands in the shell's history: clear it there.
"""

_EXPORT = """\
Write everything held about a person into DIR: person.html to read, in Chinese and English, and person.json to take
elsewhere (PIPL Article 45; GDPR Articles 15 and 20). Both are readable by you alone; hand them over on a safe way, to
nobody but the person. The export is audited.

  guiyi export --identifier email:li.na@example.com --out /safe/place/case-17 --by dpo
"""

_SUPPRESS = """\
Addresses and ids that nobody may be written to at, whatever was consented to. They are kept as keyed hashes: a list
cannot be read back, and an erased person stays suppressed. It holds at once: extracts leave out whoever carries one.

  guiyi suppress add --identifier email:li.na@example.com --channel any --by dpo --reason "asked by letter"
  guiyi suppress import bounces.csv --namespace email --channel email --by dpo --reason "hard bounces of March"
"""

_RETENTION = """\
Rows and files older than config/rights.toml says, per layer or table. Without --yes they are counted. `guiyi run` takes
them out by itself where something is configured; here the warehouse file is written anew too, so that no bytes of them
stay in it.
"""

_REGISTER = """\
The register of processing that GDPR Article 30 and PIPL Articles 55 and 56 ask for, from the configuration: sources
with the kinds of data they bring, segments with purpose and recipient, retention, security. No value of a person is
in it.

  guiyi register --out docs/register.md
"""


def add_parsers(commands: Any, formatter: Any) -> None:
    """Add `erase`, `export`, `suppress`, `retention` and `register`."""
    parser = commands.add_parser("erase", help="remove a person", description=_ERASE, formatter_class=formatter)
    _add_person(parser)
    parser.add_argument("--yes", action="store_true", help="do it; without it what would go is listed")
    parser.add_argument(
        "--readmit", action="store_true", help="let an erased person who is a customer again be taken in again"
    )
    parser.add_argument("--by", metavar="WHO", help="who carries it out; needed with --yes")
    parser.add_argument("--reason", metavar="TEXT", help="why, without naming the person; needed with --yes")
    parser.set_defaults(function=run_erase, refuse=parser.error)
    parser = commands.add_parser("export", help="a person's own data", description=_EXPORT, formatter_class=formatter)
    _add_person(parser)
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="folder to write to, best an empty one")
    parser.add_argument("--by", required=True, metavar="WHO", help="who hands it out, for ops.audit")
    parser.set_defaults(function=run_export)
    _add_suppress(commands, formatter)
    parser = commands.add_parser(
        "retention", help="what was kept long enough", description=_RETENTION, formatter_class=formatter
    )
    parser.add_argument("--yes", action="store_true", help="take it out; without it, it is counted")
    parser.add_argument("--by", default="pipeline", metavar="WHO", help="who does, for ops.audit")
    parser.add_argument("--config", type=Path, metavar="FILE", help="configuration (default config/guiyi.toml)")
    parser.set_defaults(function=run_retention)
    parser = commands.add_parser(
        "register", help="the register of processing", description=_REGISTER, formatter_class=formatter
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="Markdown file to write (default: print)")
    parser.add_argument("--config", type=Path, metavar="FILE", help="configuration (default config/guiyi.toml)")
    parser.set_defaults(function=run_register)


def _add_suppress(commands: Any, formatter: Any) -> None:
    parser = commands.add_parser(
        "suppress", help="addresses nobody may write to", description=_SUPPRESS, formatter_class=formatter
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    adding = actions.add_parser("add", help="put an identifier on the list", formatter_class=formatter)
    removing = actions.add_parser("remove", help="take an identifier off the list", formatter_class=formatter)
    for each in (adding, removing):
        each.add_argument("--identifier", required=True, metavar="NAMESPACE:VALUE", help=_IDENTIFIER)
    loading = actions.add_parser("import", help="put a CSV's first column on the list", formatter_class=formatter)
    loading.add_argument("file", type=Path, metavar="FILE", help="CSV in UTF-8 with a header")
    loading.add_argument("--namespace", required=True, help="kind of the values: email, phone, wechat_openid, …")
    listing = actions.add_parser("list", help="what is on the list, in counts", formatter_class=formatter)
    channels = ("any", "email", "sms", "phone", "wechat")
    for each in (adding, loading):
        each.add_argument("--channel", choices=channels, default="any", help="where not to write to (default any)")
    removing.add_argument("--channel", choices=channels, help="only this entry (default all)")
    for each in (adding, removing, loading):
        each.add_argument("--by", required=True, metavar="WHO", help="who changes the list")
        each.add_argument("--reason", required=True, metavar="TEXT", help="why, without naming the person")
    for each, action in ((adding, "add"), (removing, "remove"), (loading, "import"), (listing, "list")):
        each.add_argument("--config", type=Path, metavar="FILE", help="configuration (default config/guiyi.toml)")
        each.set_defaults(function=run_suppress, action=action)


def run_erase(options: argparse.Namespace) -> int:
    """List what would go, or remove it."""
    from pipeline.rights.erasure import erase, plan_erasure

    if (options.yes or options.readmit) and not (options.by and options.reason):
        options.refuse("--yes and --readmit need --by and --reason")
    config, console, request = load_config(options.config), Console(), _request(options)
    if options.readmit:
        return _readmit(config, console, request, options)
    with console.status("looking") as status:
        progress = lambda text: status.update(escape(text))  # noqa: E731
        if not options.yes:
            plan = plan_erasure(config, request, progress)
        else:
            outcome = erase(config, request, actor=options.by, reason=options.reason, progress=progress)
    if not options.yes:
        _print_plan(console, plan)
        console.print("nothing was written; --yes --by WHO --reason TEXT carries it out", highlight=False)
        return 0
    _print_outcome(console, outcome)
    return 1 if outcome.remaining else 0


def run_export(options: argparse.Namespace) -> int:
    """Write a person's file."""
    from pipeline.rights.export import export

    config, request = load_config(options.config), _request(options)
    page, data = export(config, request, options.out, actor=options.by)
    console = Console(soft_wrap=True)
    console.print(f"page → {page}", markup=False, highlight=False)
    console.print(f"data → {data}", markup=False, highlight=False)
    return 0


def run_suppress(options: argparse.Namespace) -> int:
    """Change or show the suppression list."""
    from pipeline.rights.subject import Request
    from pipeline.rights.suppression import add, add_file, read_list, remove

    config, console = load_config(options.config), Console()
    if options.action == "list":
        _print_listed(console, read_list(config))
        return 0
    told = {"actor": options.by, "reason": options.reason}
    if options.action == "import":
        report = add_file(config, options.file, options.namespace, options.channel, **told)
    else:
        change = add if options.action == "add" else remove
        report = change(config, Request(options.identifier), options.channel, **told)
    for name, value in report.counts.items():
        if name != "changed":
            console.print(f"{name.replace('_', ' ')}: {value:,}", highlight=False)
    return 0


def run_retention(options: argparse.Namespace) -> int:
    """Count, or take out, what is too old."""
    from pipeline.rights.retention import find_expired
    from pipeline.run import RETENTION, run_stage
    from pipeline.stage import Options
    from warehouse.rights.compaction import compact

    config, console = load_config(options.config), Console()
    found = find_expired(config)
    if not found:
        console.print(
            f"nothing is configured: {config.rights_settings}, [retention]",
            highlight=False,
            soft_wrap=True,
            markup=False,
        )
        return 0
    table = Table()
    for name in ("what", "days", "before", "rows or files"):
        table.add_column(name)
    for each in found:
        table.add_row(Text(each.name), f"{each.days:,}", f"{each.before:%Y-%m-%d}", f"{each.count:,}")
    console.print(table)
    if not options.yes:
        console.print("nothing was taken out; --yes does it", highlight=False)
        return 0
    report = run_stage(RETENTION, config, options=Options(actor=options.by))
    if report.counts.get("changed"):
        compact(config.warehouse)
    console.print(f"{report.counts.get('changed', 0):,} rows and files are gone", highlight=False)
    return 0


def run_register(options: argparse.Namespace) -> int:
    """Write or print the register."""
    from pipeline.rights.register import describe_processing

    text, console = describe_processing(load_config(options.config)), Console(soft_wrap=True)
    if options.out is None:
        console.print(text, markup=False, highlight=False)
        return 0
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(text, encoding="utf-8")
    console.print(f"register → {options.out}", markup=False, highlight=False)
    return 0


def _print_listed(console: Console, listed: list[Any]) -> None:
    table = Table()
    for name in ("kind", "channel", "identifiers", "reason", "by", "on"):
        table.add_column(name)
    for each in listed:
        cells = (each.namespace, each.channel, f"{each.identifiers:,}", each.reason, each.added_by)
        table.add_row(*(Text(cell) for cell in (*cells, f"{each.added_at:%Y-%m-%d}")))
    console.print(table)


def _readmit(config: Any, console: Console, request: Any, options: argparse.Namespace) -> int:
    from pipeline.rights.readmission import readmit

    acts = readmit(config, request, actor=options.by, reason=options.reason)
    console.print(f"{acts:,} erasures forgotten; the next delivery that holds the person is taken in", highlight=False)
    return 0


def _add_person(parser: Any) -> None:
    parser.add_argument("--identifier", required=True, metavar="NAMESPACE:VALUE", help=_IDENTIFIER)
    parser.add_argument(
        "--customer", action="append", default=[], metavar="ID", help="this customer, if several carry it"
    )
    parser.add_argument(
        "--record", action="append", default=[], metavar="SOURCE/STREAM/KEY", help="this record too; may be repeated"
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help="configuration (default config/guiyi.toml)")


def _request(options: argparse.Namespace) -> Any:
    from pipeline.rights.subject import Request

    return Request(options.identifier, tuple(options.customer), tuple(options.record))


def _print_plan(console: Console, plan: Any) -> None:
    """Tables with rows that go, then files; no value of the person."""
    subject = plan.subject
    table = Table(title="rows that go", title_justify="left")
    table.add_column("table")
    table.add_column("rows", justify="right")
    layer = ""
    for name, rows in plan.rows.items():
        schema = name.partition(".")[0]
        if layer and schema != layer:
            table.add_section()
        layer = schema
        table.add_row(Text(name), f"{rows:,}")
    console.print(f"customer {', '.join(subject.customers) or 'none'}: {subject.records:,} records, {subject.own:,} "
                  "identifiers of this person alone", highlight=False)  # fmt: skip
    for namespace, count in subject.shared.items():
        console.print(f"stays with others who carry it too: {count:,} {namespace}", highlight=False)
    console.print(table)
    _print_names(console, "archived deliveries written anew", plan.batches)
    _print_names(console, "extracts", plan.extracts)


def _print_names(console: Console, title: str, names: Iterable[str]) -> None:
    listed = "\n".join(f"  {name}" for name in names)
    if listed:
        console.print(Text(f"{title}:\n{listed}"), soft_wrap=True)


def _print_outcome(console: Console, outcome: Any) -> None:
    if outcome.plan is None:
        console.print(f"act {outcome.act_id}, begun before, is finished", highlight=False)
    else:
        _print_plan(console, outcome.plan)
        console.print(f"act {outcome.act_id} is done", highlight=False)
    _print_names(console, "copies in the inbox, removed or written anew", outcome.cleared.removed)
    for name in outcome.cleared.outside:
        console.print(Text(f"outside the data directory and not touched: {name}; remove it there", style="yellow"))
    for name in outcome.remaining:
        console.print(Text(f"still holds a value of the person: {name}", style="red"))
