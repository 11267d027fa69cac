"""`python -m benchmarks ablation`: what F1 is lost when one part of the engine is taken away (peers/ablation.py).

In: the small population of another seed than the reported one. Out: a table, and bench/ablation.json.
"""

import sys
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from benchmarks.identity.engines import OURS
from benchmarks.identity.population import prepare_other
from benchmarks.identity.table import make_console
from benchmarks.measurement import Measurement, run_process, write_measurements
from benchmarks.options import Options
from pipeline.config import load_config

Scores = dict[str, dict[str, float]]


def measure_ablation(options: Options) -> None:
    """Run all of it and print the table."""
    console, home = make_console(), load_config().home
    with console.status("preparing") as status:
        folder = prepare_other(home / "bench" / "identity", lambda text: status.update(escape(text)))
        status.update("ablation")
        scores = run_ablation(folder)
    print_ablation(console, folder.name, scores)
    path = write_measurements(home, "ablation", list_ablation(scores))
    console.print(path, highlight=False, soft_wrap=True)


def run_ablation(folder: Path) -> Scores:
    """Precision, recall and F1 per variant; the first is the whole engine."""
    found: Scores = run_process([sys.executable, "-m", "benchmarks.peers.ablation", str(folder)]).output["scores"]
    return found


def print_ablation(console: Console, name: str, scores: Scores) -> None:
    """The table."""
    table = Table(title=f"ablation, {name}", title_justify="left", box=None, padding=(0, 1, 0, 0))
    for column in ("taken away", "P", "R", "F1", "F1 −"):
        table.add_column(column, justify="left" if column == "taken away" else "right", no_wrap=True)
    whole = next(iter(scores.values()))["f1"]
    for variant, each in scores.items():
        lost = f"{each['f1'] - whole:+.4f}"
        table.add_row(variant, *(f"{each[key]:.4f}" for key in ("precision", "recall", "f1")), lost)
    console.print(table)


def list_ablation(scores: Scores) -> list[Measurement]:
    """The whole engine's figures beside those of every variant."""
    (_, whole), *variants = scores.items()
    return [
        Measurement(f"cluster {key}", whole[key], "", f"{OURS.name}, {name}", each[key])
        for name, each in variants
        for key in ("precision", "recall", "f1")
    ]
