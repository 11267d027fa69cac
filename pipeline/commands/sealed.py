"""`guiyi segment open FILE --out PLAIN`: a sealed extract, readable for the tool it is for."""

import argparse
from pathlib import Path
from typing import Any

from rich.console import Console

from pipeline.config import ConfigError, load_config

_ABOUT = """\
With a key, extracts lie sealed under extracts/ of the data directory, as FILE.sealed. Open one right before it goes to
the ad or mail tool, and delete the opened file afterwards.

  guiyi segment open var/extracts/newcomers/2026-03-31.csv.sealed --out /tmp/newcomers.csv
"""


def add_open(actions: Any, formatter: Any) -> Any:
    """Add `open` to `segment`."""
    parser = actions.add_parser("open", help="decrypt an extract", description=_ABOUT, formatter_class=formatter)
    parser.add_argument("file", type=Path, metavar="FILE", help="the extract, with or without .sealed behind its name")
    parser.add_argument("--out", type=Path, required=True, metavar="PLAIN", help="write it here (0600); must not exist")
    parser.set_defaults(function=run_open)
    return parser


def run_open(options: argparse.Namespace) -> int:
    """Write the extract as it would be without a key, and note who did it."""
    from pipeline.access import acting_user
    from pipeline.stage import Options, execute
    from warehouse.audit import record_act
    from warehouse.vault.sealing import SUFFIX, private_file, read_private

    config, name = load_config(options.config), options.file.name.removesuffix(SUFFIX)
    if options.out.exists():
        raise ConfigError(f"{options.out} exists already and is not replaced")
    if not options.file.resolve().is_relative_to(config.extracts):
        raise ConfigError(f"{options.file} is no extract of {config.extracts}")
    content = read_private(options.file, config.key)

    def work(work: Any) -> dict[str, int | float | str]:
        place = options.file.resolve().parent.relative_to(config.extracts).as_posix()
        record_act(
            work.con, acted_at=work.now, actor=acting_user(), action="open", subject=f"{place}/{name}", detail={}
        )
        return {"changed": 0, "bytes": len(content)}

    execute("open", work, config, options=Options(actor=acting_user()))
    with private_file(options.out) as out:
        out.write(content)
    Console(soft_wrap=True).print(f"{len(content):,} bytes → {options.out}", markup=False, highlight=False)
    return 0
