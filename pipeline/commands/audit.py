"""`guiyi audit verify|list`: who did what to personal data, and whether that record is whole."""

import argparse
import json
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.config import load_config
from pipeline.terminal import make_wide_console

_ABOUT = """\
Every pull of personal data, decision, replay, erasure and key rotation is a row of ops.audit, chained to the row before
it by a hash.

  guiyi audit list --action extract      who pulled what
  guiyi audit verify                     whether a row was changed, removed, put in or cut off

The newest hash is kept in GUIYI_HOME/audit.head, signed where a key is configured. Note it elsewhere now and then: with
`guiyi audit verify --head HASH` even whoever can write to the whole data directory cannot take rows back unseen.
"""


def add_parsers(commands: Any, formatter: Any) -> None:
    """Add `audit` with its own subcommands."""
    parser = commands.add_parser(
        "audit", help="who did what to personal data", description=_ABOUT, formatter_class=formatter
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    verifying = actions.add_parser("verify", help="check the chain; 1 when it is broken", formatter_class=formatter)
    verifying.add_argument("--head", metavar="HASH", help="a hash noted earlier, which must be in the chain")
    verifying.set_defaults(function=run_verify)
    listing = actions.add_parser("list", help="the newest acts", formatter_class=formatter)
    listing.add_argument("--actor", metavar="WHO", help="only acts of this person")
    listing.add_argument("--action", metavar="WHAT", help="only acts of this kind")
    listing.add_argument("--limit", type=int, default=30, metavar="N", help="at most so many (default 30)")
    listing.set_defaults(function=run_list, refuse=listing.error)
    for each in (verifying, listing):
        each.add_argument("--config", type=Path, metavar="FILE", help="configuration (default config/guiyi.toml)")


def run_verify(options: argparse.Namespace) -> int:
    """Check the chain and its head; 1 names the first broken row."""
    from warehouse.audit_head import FILE, verify_audit
    from warehouse.connection import open_readonly

    config, console = load_config(options.config), Console(soft_wrap=True)
    with open_readonly(config.warehouse) as con:
        found = verify_audit(con, config.home / FILE, config.key, options.head)
    if found.problem:
        console.print(f"broken at row {found.broken}: {found.problem}", style="red", markup=False, highlight=False)
        return 1
    console.print(f"{found.acts:,} acts, none changed, removed or put in", highlight=False)
    console.print(f"newest: {found.sequence} {found.hash}", highlight=False)
    return 0


def run_list(options: argparse.Namespace) -> int:
    """Print the newest acts, the newest last."""
    from warehouse.audit import read_acts
    from warehouse.connection import open_readonly

    if options.limit < 1:
        options.refuse("--limit is at least 1")
    with open_readonly(load_config(options.config).warehouse) as con:
        acts = read_acts(con, actor=options.actor, action=options.action, limit=options.limit)
    table = Table()
    for name in ("number", "when (UTC)", "who", "what", "about", "detail"):
        table.add_column(name, overflow="fold")
    for act in acts:
        when = f"{act.acted_at:%Y-%m-%d %H:%M:%S}"
        cells = (act.sequence, when, act.actor, act.action, act.subject, _tell(act.detail))
        table.add_row(*(Text("" if cell is None else str(cell)) for cell in cells))
    make_wide_console().print(table)
    return 0


def _tell(detail: str | None) -> str:
    """The detail's names and values, without the signs of JSON."""
    found = json.loads(detail) if detail else {}
    return ", ".join(
        f"{name} {value}" for name, value in found.items() if value not in (None, "", 0) and name != "run_id"
    )
