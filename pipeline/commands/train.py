"""`guiyi train`: learn anew, compare epochs before switching, switch, go back."""

import argparse
import getpass
import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from pipeline.config import load_config

_ABOUT = """\
An epoch is what was learned from the records once and then held still: weights, threshold, how common values are. A
pair of records weighs the same as long as the epoch is in force. Another epoch can merge and split customers, so look
at it before it comes into force:

  guiyi train                   learn a candidate from all records there are, and say what it would change
  guiyi train --list            every epoch: when and from how many records, and how many there are now
  guiyi train --compare EPOCH   what would change under a candidate, or under a past epoch
  guiyi train --switch EPOCH    put it in force; the next `guiyi run` applies it to all records
  guiyi train --rollback        put the one before back in force (a second time: the newer one again)
  guiyi train --automatic       let the pipeline choose again

Learning and comparing change nobody: who is who stays as it is until a switch and a run. A comparison names the weights
that moved, customers that would be merged or split, with examples, and the segments whose members they are; it holds
record ids, sources and customer ids, no values. `guiyi explain` shows the evidence in force on any of those records.

An epoch a person chose is pinned: it stays, however the records change, until a person chooses another or says
--automatic. Left to itself, the pipeline learns on every run as long as there are few records, and later when their
number has changed by much ([epochs] in config/identity.toml). Decisions of stewards hold under every epoch.
"""


def add_parsers(commands: Any, formatter: Any) -> None:
    """Add `train`."""
    parser = commands.add_parser(
        "train",
        help="learn anew; compare, switch and roll back epochs",
        description=escape(_ABOUT),
        formatter_class=formatter,
    )
    act = parser.add_mutually_exclusive_group()
    act.add_argument("--list", action="store_true", help="the epochs there are")
    act.add_argument("--compare", metavar="EPOCH", help="what would change under it; changes nothing")
    act.add_argument("--switch", metavar="EPOCH", help="put it in force and pin it")
    act.add_argument("--rollback", action="store_true", help="put the epoch before the current one in force and pin it")
    act.add_argument("--automatic", action="store_true", help="unpin: the pipeline chooses again")
    parser.add_argument("--by", metavar="WHO", help="who switches, for ops.audit (default: the system's user)")
    parser.add_argument("--json", action="store_true", help="list or comparison as JSON, for machines")
    parser.add_argument("--config", type=Path, metavar="FILE", help="configuration (default config/guiyi.toml)")
    parser.set_defaults(function=run_train, refuse=parser.error)


def run_train(options: argparse.Namespace) -> int:
    """Do the one thing that was asked."""
    switches = options.switch is not None or options.rollback or options.automatic
    if options.json and switches:
        options.refuse("--json goes with learning, --list and --compare")
    if options.by is not None and not switches:
        options.refuse("--by goes with --switch, --rollback and --automatic")
    if options.automatic:
        return _unpin(options)
    if switches:
        return _switch(options)
    return _list(options) if options.list else _compare(options)


def _list(options: argparse.Namespace) -> int:
    from pipeline.commands.epochs import print_epochs
    from pipeline.train import read_epochs

    found = read_epochs(load_config(options.config))
    if options.json:
        rows = [{**asdict(each), "usable": each.epoch in found.usable} for each in found.epochs]
        _print_json({"records": found.records, "waiting": found.waiting, "epochs": rows})
    else:
        print_epochs(Console(), found)
    return 0


def _compare(options: argparse.Namespace) -> int:
    """Learn, unless an epoch was named, and compare."""
    from pipeline.commands.epochs import print_comparison
    from pipeline.train import compare, train

    config, console = load_config(options.config), Console()
    # Whoever reads JSON reads standard output.
    with Console(stderr=options.json).status("preparing") as status:

        def progress(text: str) -> None:
            status.update(escape(text))

        found = train(config, progress) if options.compare is None else compare(config, options.compare, progress)
    if options.json:
        _print_json(asdict(found))
        return 0
    if options.compare is None:
        console.print(f"learned epoch {found.after.epoch} from {found.after.records:,} records; nothing else changed\n",
                      highlight=False)  # fmt: skip
    print_comparison(console, found)
    if found.status == "current":
        console.print("this epoch is in force", highlight=False)
    else:
        console.print(f"`guiyi train --switch {found.after.epoch}` puts it in force", highlight=False)
    return 0


def _switch(options: argparse.Namespace) -> int:
    from pipeline.train import roll_back, switch

    config, by = load_config(options.config), _who(options)
    done = roll_back(config, by=by) if options.rollback else switch(config, options.switch, by=by)
    if done.changed:
        text = f"epoch {done.epoch} is in force instead of {done.before or 'none'} and pinned; `guiyi run` applies it"
    else:
        text = f"epoch {done.epoch} was in force already; it is pinned now"
    Console(soft_wrap=True).print(text, highlight=False)
    return 0


def _unpin(options: argparse.Namespace) -> int:
    from pipeline.train import unpin

    before = unpin(load_config(options.config), by=_who(options))
    text = f"epoch {before} is not pinned any more" if before else "no epoch was pinned"
    Console(soft_wrap=True).print(f"{text}; the pipeline chooses", highlight=False)
    return 0


def _who(options: argparse.Namespace) -> str:
    """Who switches."""
    if options.by:
        return str(options.by)
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        options.refuse("the system does not tell who you are: say it with --by WHO")
        raise


def _print_json(found: Any) -> None:
    def spell(value: Any) -> str:
        if isinstance(value, datetime):
            return value.isoformat()
        raise TypeError(type(value).__name__)

    Console(soft_wrap=True).print_json(json.dumps(found, default=spell))
