"""The `guiyi` command: the parser, and the exit codes every subcommand shares.

0: fine. 1: the data or the run failed, with a text that says what to do. 2: wrong use.
"""

import argparse
import os
import sys
import traceback
from collections.abc import Mapping, Sequence

import duckdb
from rich.console import Console
from rich_argparse import RawDescriptionRichHelpFormatter

from pipeline.access import check_access, command_of
from pipeline.commands import (
    audit,
    demo,
    dictionary,
    key,
    link,
    pull,
    quarantine,
    review,
    rights,
    run,
    segment,
    source,
    status,
    stewardship,
    train,
)
from pipeline.errors import speaks_to_the_user

_ABOUT = """\
From website, app, social, CRM and store exports to one record per customer.

  guiyi demo var/inbox       exports as the real systems write them
  guiyi run                  the whole pipeline, with progress and a summary
  guiyi status               what ran, what was loaded, what is in quarantine
  guiyi segment list         segments: what they are for and who owns them

Everything is written under GUIYI_HOME (default ./var). Sources are configured in config/guiyi.toml.
"""

_GROUPS = {
    "the whole way": ("demo", "run", "status"),
    "what comes in": ("source", "pull", "quarantine"),
    "stages of a run": ("ingest", "standardise", "resolve", "profile", "extract", "publish"),
    "who is who": ("review", "explain", "decide", "train", "link", "evaluate"),
    "what comes out": ("segment", "dictionary"),
    "people's rights": ("erase", "export", "suppress", "retention", "register"),
    "protection": ("key", "audit"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse, run, and turn errors that say what to do into exit code 1."""
    parser = build_parser()
    options = parser.parse_args(arguments)
    try:
        check_access(command_of(parser, sys.argv[1:] if arguments is None else arguments), options)
        return int(options.function(options) or 0)
    except BrokenPipeError:
        return 0
    except KeyboardInterrupt:
        Console(stderr=True).print("stopped; what was finished is kept, run again to go on", style="yellow")
        return 1
    except Exception as error:
        return _report(error)


def build_parser() -> argparse.ArgumentParser:
    """The parser of all subcommands."""
    parser = argparse.ArgumentParser(
        prog="guiyi",
        usage="guiyi [-h] COMMAND ...",
        description=_ABOUT,
        formatter_class=RawDescriptionRichHelpFormatter,
    )
    # Listed in groups below, which argparse cannot do.
    commands = parser.add_subparsers(prog="guiyi", metavar="COMMAND", required=True, help=argparse.SUPPRESS)
    for module in (
        demo,
        source,
        pull,
        run,
        link,
        review,
        stewardship,
        train,
        segment,
        status,
        quarantine,
        rights,
        dictionary,
        audit,
        key,
    ):
        module.add_parsers(commands, RawDescriptionRichHelpFormatter)
    parser.epilog = _list_groups({each.dest: each.help or "" for each in commands._choices_actions})
    return parser


def _list_groups(helps: Mapping[str, str]) -> str:
    """What each command does, by group; those of no group come last."""
    rest = tuple(name for name in helps if not any(name in names for names in _GROUPS.values()))
    groups = {**_GROUPS, "others": rest} if rest else _GROUPS
    blocks = [
        "\n".join([f"{title}:", *(f"  {name:<12} {helps[name]}" for name in names)]) for title, names in groups.items()
    ]
    return "\n\n".join([*blocks, "guiyi COMMAND --help teaches each of them."])


def _report(error: Exception) -> int:
    """Say what to do, or where it broke; the text of an error that is not ours is withheld, it could quote a value."""
    console = Console(stderr=True, soft_wrap=True)
    # Errors about files name paths.
    if speaks_to_the_user(error) or isinstance(error, OSError | duckdb.IOException):
        console.print(f"guiyi: {error}", style="red", markup=False, highlight=False)
        return 1
    if os.environ.get("GUIYI_DEBUG"):
        raise error
    console.print(f"guiyi: a defect ({type(error).__name__}). Please report these places:", style="red", markup=False)
    for frame in traceback.extract_tb(error.__traceback__):
        console.print(f"  {frame.filename}:{frame.lineno} {frame.name}", markup=False, highlight=False)
    console.print("GUIYI_DEBUG=1 shows the whole error, which may quote personal values", markup=False)
    return 1


if __name__ == "__main__":
    sys.exit(main())
