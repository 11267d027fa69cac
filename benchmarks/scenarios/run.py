"""Every scenario through `guiyi link` and through Splink, with settings like those of its examples and strong ones.

In: the options. Out: the table, and bench/generality.json. Splink reads the columns as `guiyi link` cleaned them.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from rich.console import Console

from benchmarks.environment import install_peers
from benchmarks.identity.dataset import Dataset
from benchmarks.identity.engines import EXAMPLES, OURS, STRONG, Run, run_engine, run_repeatedly
from benchmarks.identity.judging import Judgement, judge
from benchmarks.identity.report import list_measurements
from benchmarks.identity.table import make_console, print_group
from benchmarks.measurement import Measurement, write_measurements
from benchmarks.options import Options
from benchmarks.scenarios import census, chinese, many_records, sparse, two_files, very_noisy
from benchmarks.scenarios.scenario import Scenario, write_scenario
from pipeline.config import load_config

SCENARIOS: dict[str, Callable[[np.random.Generator], Scenario]] = {
    "many records each": many_records.make,
    "two files": two_files.make,
    "census-like": census.make,
    "sparse": sparse.make,
    "very noisy": very_noisy.make,
    "Chinese": chinese.make,
}


def measure_generality(options: Options) -> None:
    """Make the tables, run both engines, print."""
    console, home = make_console(), load_config().home
    python = install_peers(console)
    judged: list[tuple[Dataset, list[Judgement]]] = []
    measurements: list[Measurement] = []
    for name, make in SCENARIOS.items():
        if options.only not in name:
            continue
        folder = home / "bench" / "scenarios" / f"{name.lower().replace(' ', '-')}-{options.seed}"
        dataset = _prepare(make_scenario(make, options.seed), folder, options.seed)
        judgements = _measure(console, dataset, python, options.minutes)
        measurements += list_measurements(dataset, judgements, None)
        judged.append((dataset, judgements))
    print_group(console, f"tables of other shapes, seed {options.seed}", judged)
    path = write_measurements(home, "generality", measurements)
    console.print(path, highlight=False, soft_wrap=True)


def make_scenario(make: Callable[[np.random.Generator], Scenario], seed: int) -> Scenario:
    """The scenario of a seed; it does not depend on which others are made."""
    return make(np.random.default_rng([seed, *make.__module__.encode()]))


def _prepare(scenario: Scenario, folder: Path, seed: int) -> Dataset:
    write_scenario(scenario, folder, seed)
    return Dataset(scenario.name, folder, "", len(scenario.person), scenario.link_only)


def _measure(console: Console, dataset: Dataset, python: str, minutes: float) -> list[Judgement]:
    with console.status(f"{dataset.name}: {OURS.name}"):
        judgements = [judge(dataset.folder, _link(dataset.folder))]
    for engine in (EXAMPLES, STRONG):
        with console.status(f"{dataset.name}: {engine.name}"):
            judgements.append(judge(dataset.folder, run_engine(engine, dataset, python, minutes)))
    return judgements


def _link(folder: Path) -> Run:
    files = [str(folder / "records.csv"), str(folder / "map.toml"), str(folder)]
    return run_repeatedly(OURS, [sys.executable, "-m", "benchmarks.peers.guiyi_link", *files])
