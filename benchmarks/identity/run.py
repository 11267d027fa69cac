"""The benchmark from beginning to end: prepare, run every engine on every data set, judge, print, keep."""

from rich.console import Console

from benchmarks.environment import install_peers
from benchmarks.identity.ceiling import write_ceilings
from benchmarks.identity.dataset import Dataset
from benchmarks.identity.datasets import PUBLIC, SIZES, prepare_datasets
from benchmarks.identity.engines import OURS, VARIANTS, run_engine
from benchmarks.identity.increment import measure_increment
from benchmarks.identity.judging import Judgement, judge, judge_ceiling
from benchmarks.identity.plots import draw_plots
from benchmarks.identity.reliability import measure_reliability
from benchmarks.identity.report import Judged, list_exponents, list_measurements
from benchmarks.identity.table import make_console, print_group
from benchmarks.measurement import Measurement, write_measurements
from benchmarks.options import Options
from pipeline.config import load_config

# Below this many records, starting up is a good part of the time: the exponent is also told without them.
LARGE = 100_000


def measure_identity(options: Options) -> None:
    """Run all of it and print the tables."""
    console, home = make_console(), load_config().home
    python = install_peers(console)
    folder = home / "bench" / "identity"
    datasets = prepare_datasets(console, folder, options)
    write_ceilings(console, folder, [each for each in datasets if each.group != PUBLIC], python)
    groups: dict[str, Judged] = {}
    measurements: list[Measurement] = []
    for group in dict.fromkeys(each.group for each in datasets):
        groups[group] = []
        for dataset in (each for each in datasets if each.group == group):
            judgements = _measure(console, dataset, python, options.minutes)
            ceiling = judge_ceiling(dataset.folder)
            measurements += list_measurements(dataset, judgements, ceiling)
            groups[group].append((dataset, judgements + ([ceiling] if ceiling else [])))
            # After every data set, so that a long benchmark can be looked at, or ended, before its end.
            write_measurements(home, "identity", measurements)
        print_group(console, group, groups[group])
    growth = groups.get(SIZES, [])
    exponents = [*list_exponents(growth), *list_exponents(growth, LARGE)]
    for measure in dict.fromkeys(each.measure for each in exponents):
        _print_exponents(console, [each for each in exponents if each.measure == measure])
    measurements += exponents
    measurements += _measure_ours(console, [dataset for dataset, _ in growth])
    path = write_measurements(home, "identity", measurements)
    draw_plots(python, path.parent, groups, growth)
    console.print(f"{path} and plots beside it", highlight=False, soft_wrap=True)


def _measure(console: Console, dataset: Dataset, python: str, minutes: float) -> list[Judgement]:
    judgements = []
    for engine in (OURS, *VARIANTS):
        with console.status(f"{dataset.name}: {engine.name}"):
            judgements.append(judge(dataset.folder, run_engine(engine, dataset, python, minutes)))
    return judgements


def _measure_ours(console: Console, datasets: list[Dataset]) -> list[Measurement]:
    """What only our engine is asked: reliability on 100,000 records or fewer, an increment on the largest data set."""
    if not datasets:
        return []
    largest = max(datasets, key=lambda each: each.records)
    middle = max((each for each in datasets if each.records <= LARGE), key=lambda each: each.records, default=largest)
    return measure_reliability(console, middle.name, middle.folder) + measure_increment(console, largest)


def _print_exponents(console: Console, exponents: list[Measurement]) -> None:
    peers = [f"{each.peer} {each.peer_value:.2f}" for each in exponents if each.peer_value is not None]
    said = "; ".join([f"{OURS.name} {exponents[0].value:.2f}", *peers])
    console.print(f"{exponents[0].measure}: {said}", highlight=False)
