"""The `guiyi` command: the parser, and the exit codes every subcommand shares.

0: fine. 1: the data or the run failed, with a text that says what to do. 2: wrong use.
"""

import argparse
import sys
from collections.abc import Sequence

import duckdb
from rich.console import Console
from rich_argparse import RawDescriptionRichHelpFormatter

from pipeline.commands import demo, link, run, segment, status, stewardship

_ABOUT = """\
From website, app, social, CRM and store exports to one record per customer.

  guiyi demo var/inbox       exports as the real systems write them
  guiyi run                  the whole pipeline, with progress and a summary
  guiyi status               what ran, what was loaded, what is in quarantine
  guiyi segment list         segments and how many people they hold

Everything is written under GUIYI_HOME (default ./var). Sources are configured in config/guiyi.toml.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse, run, and turn errors that say what to do into exit code 1."""
    options = build_parser().parse_args(arguments)
    try:
        return int(options.function(options) or 0)
    except BrokenPipeError:
        return 0
    except KeyboardInterrupt:
        Console(stderr=True).print("stopped; what was finished is kept, run again to go on", style="yellow")
        return 1
    except (ValueError, OSError, duckdb.IOException) as error:
        if not _is_ours(error):
            raise
        Console(stderr=True, soft_wrap=True).print(f"guiyi: {error}", style="red", markup=False, highlight=False)
        return 1


def build_parser() -> argparse.ArgumentParser:
    """The parser of all subcommands."""
    parser = argparse.ArgumentParser(prog="guiyi", description=_ABOUT, formatter_class=RawDescriptionRichHelpFormatter)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in (demo, run, link, stewardship, segment, status):
        module.add_parsers(commands, RawDescriptionRichHelpFormatter)
    return parser


def _is_ours(error: Exception) -> bool:
    """Errors of our own classes speak to the user; a bare ValueError is a defect and keeps its traceback."""
    return type(error) is not ValueError


if __name__ == "__main__":
    sys.exit(main())
