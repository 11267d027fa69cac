"""`guiyi run` and the single stages."""

import argparse
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from pipeline.config import load_config
from pipeline.stage import Options, StageReport

_STAGES = {
    "ingest": "load new deliveries from the inbox into raw tables",
    "standardise": "bring new raw rows into one shape",
    "resolve": "work out which records are the same person",
    "profile": "one row per customer, and the marts",
    "publish": "replace the snapshot that analysts open",
    "extract": "recompute segments and write consented extracts",
}

_ABOUT = """\
Run all stages in this process: ingest, standardise, resolve, profile, extract, publish, each followed by its
quality gate. Running again takes in what is new; when nothing is, nothing changes.
"""


def add_parsers(commands: Any, formatter: Any) -> None:
    """Add `run` and one parser per stage."""
    parser = commands.add_parser("run", help="the whole pipeline", description=_ABOUT, formatter_class=formatter)
    _add_options(parser)
    parser.set_defaults(function=run_pipeline)
    for name, text in _STAGES.items():
        stage = commands.add_parser(
            name, help=text, description=f"One stage of the pipeline: {text}.", formatter_class=formatter
        )
        _add_options(stage)
        stage.set_defaults(function=run_one, stage=name)


def run_pipeline(options: argparse.Namespace) -> int:
    """All stages with progress, then the summary."""
    from pipeline.run import run_all
    from pipeline.summary import print_summary

    config, console = load_config(options.config, inbox=options.inbox), Console()
    with console.status("starting") as status:
        reports = run_all(
            config,
            options=_options(options),
            progress=lambda stage, text: status.update(escape(f"{stage}: {text}")),
            done=lambda report: _print_done(console, report),
        )
    print_summary(console, config, reports)
    return 0


def run_one(options: argparse.Namespace) -> int:
    """One stage, and its counts."""
    from pipeline.run import run_stage

    config, console = load_config(options.config, inbox=options.inbox), Console()
    with console.status(options.stage) as status:
        report = run_stage(
            options.stage, config, options=_options(options), progress=lambda text: status.update(escape(text))
        )
    _print_done(console, report)
    for name, value in report.counts.items():
        console.print(f"  {name.replace('_', ' ')}: {value:,}" if isinstance(value, int) else f"  {name}: {value}")
    return 0


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, metavar="FILE", help="configuration (default config/guiyi.toml)")
    parser.add_argument("--inbox", type=Path, metavar="DIR", help="folder of deliveries (default GUIYI_HOME/inbox)")
    parser.add_argument(
        "--source", action="append", default=[], metavar="S", help="only this source; may be repeated (default all)"
    )
    parser.add_argument("--full-refresh", action="store_true", help="forget what was done and do it again")
    parser.add_argument("--as-of", type=date.fromisoformat, metavar="DAY", help="day the marts look back from")


def _options(options: argparse.Namespace) -> Options:
    return Options(sources=tuple(options.source), full_refresh=options.full_refresh, as_of=options.as_of)


def _print_done(console: Console, report: StageReport) -> None:
    mark = "[green]✓[/]" if report.status == "done" else "[dim]=[/]"
    console.print(f"{mark} {report.stage:<12} {report.status:<10} {report.seconds:6.1f} s", highlight=False)
