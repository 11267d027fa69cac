"""`guiyi key new|rotate|snapshot`: the key that protects data at rest."""

import argparse
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from pipeline.config import load_config

_ABOUT = """\
With a key, the warehouse, the archive of deliveries, the full snapshot and extracts are encrypted. It is looked for in
GUIYI_KEY, in the file that GUIYI_KEY_FILE names (mode 0600, your own), and in the file or the Airflow connection that
`key_file` or `credentials` under security in guiyi.toml names.

  guiyi key new --out /etc/guiyi/key                     draw one; keep a copy elsewhere: a lost key opens nothing
  GUIYI_KEY_FILE=/etc/guiyi/key guiyi key rotate         encrypt what is there
  guiyi key rotate --new-key-file /etc/guiyi/key2        from the configured key to another

Everything under GUIYI_HOME and the key are a whole backup: copied elsewhere, it opens with the key.
"""
_ROTATE = """\
Re-encrypt the warehouse, archives, snapshots and extracts, file by file, each in one step. After a kill the same
command goes on. Without --new-key-file everything gets the configured key; --to-plain decrypts everything. Let the
configuration name the new key afterwards, and keep the old one for older backups.

The analysts' snapshot is made anew: pseudonyms come from the key, so they change with it. Blocks of the disk that held
the old files are not overwritten; where that matters, the disk itself has to be encrypted.
"""
_SNAPSHOT = """\
The sub-key that opens published/customers_full.duckdb, and nothing else:

  attach 'customers_full.duckdb' as customers (read_only, encryption_key '…'); use customers;
"""


def add_parsers(commands: Any, formatter: Any) -> None:
    """Add `key` with its own subcommands."""
    parser = commands.add_parser(
        "key", help="encryption of data at rest", description=_ABOUT, formatter_class=formatter
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    drawing = actions.add_parser("new", help="draw a key", formatter_class=formatter)
    drawing.add_argument("--out", type=Path, metavar="FILE", help="write it here (0600) instead of showing it")
    drawing.set_defaults(function=run_new)
    rotating = actions.add_parser("rotate", help="encrypt anew", description=_ROTATE, formatter_class=formatter)
    target = rotating.add_mutually_exclusive_group()
    target.add_argument("--new-key-file", type=Path, metavar="FILE", help="the key that files shall have")
    target.add_argument("--to-plain", action="store_true", help="decrypt everything; needs --yes")
    rotating.add_argument("--yes", action="store_true", help="yes, leave everything readable on the disk")
    rotating.set_defaults(function=run_rotate, refuse=rotating.error)
    showing = actions.add_parser(
        "snapshot", help="the full snapshot's sub-key", description=_SNAPSHOT, formatter_class=formatter
    )
    showing.add_argument("--out", type=Path, metavar="FILE", help="write it here (0600) instead of showing it")
    showing.set_defaults(function=run_snapshot, refuse=showing.error)
    for each in (rotating, showing):
        each.add_argument("--config", type=Path, metavar="FILE", help="configuration (default config/guiyi.toml)")


def run_new(options: argparse.Namespace) -> int:
    """Show a key, or write it to a new file."""
    from warehouse.vault.key import new_key, write_key_file

    if options.out is None:
        sys.stdout.write(new_key() + "\n")
        return 0
    write_key_file(options.out, new_key())
    Console(soft_wrap=True).print(
        f"key → {options.out}; keep a copy elsewhere: without it nothing can be read again",
        markup=False,
        highlight=False,
    )
    return 0


def run_rotate(options: argparse.Namespace) -> int:
    """Re-encrypt with progress, and say what the configuration has to name now."""
    from pipeline.access import acting_user
    from pipeline.rotation import rotate
    from warehouse.vault.key import KeyProblem, read_key_file

    if options.to_plain and not options.yes:
        options.refuse("--to-plain leaves everything readable on the disk: say --yes too")
    config, console = load_config(options.config), Console(soft_wrap=True)
    before = config.key
    new = read_key_file(options.new_key_file, "--new-key-file") if options.new_key_file else before
    if options.to_plain:
        new = None
    elif new is None:
        raise KeyProblem("no key is configured: `guiyi key new --out FILE`, then name FILE with --new-key-file")
    with console.status("rotating") as status:
        done = rotate(config, new, actor=acting_user(), progress=lambda text: status.update(escape(text)))
    console.print(
        f"{done.archives:,} archived deliveries, {done.sealed:,} extracts, {done.databases:,} databases "
        f"{'encrypted anew' if new else 'decrypted'}; {done.unchanged:,} files were so already", highlight=False,
    )  # fmt: skip
    if new != before:
        where = (
            "take the key out of the configuration"
            if new is None
            else f"let GUIYI_KEY_FILE name {options.new_key_file}"
        )
        console.print(f"from now on: {where}", markup=False, highlight=False)
    return 0


def run_snapshot(options: argparse.Namespace) -> int:
    """Show the sub-key on a terminal, or write it to a new file."""
    from warehouse.vault.key import KeyProblem, write_key_file

    if options.out is None and not sys.stdout.isatty():
        options.refuse("the sub-key is shown on a terminal only; name a file with --out")
    key = load_config(options.config).key
    if key is None:
        raise KeyProblem("no key is configured, so customers_full.duckdb is not encrypted")
    if options.out is None:
        sys.stdout.write(key.derive_text("snapshot") + "\n")
        return 0
    write_key_file(options.out, key.derive_text("snapshot"))
    Console(soft_wrap=True).print(f"sub-key → {options.out}", markup=False, highlight=False)
    return 0
