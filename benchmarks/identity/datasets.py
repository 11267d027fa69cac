"""All data sets of the identity benchmark, prepared: public tables, the demo by size, the demo by culture.

In: the benchmark's folder and the options. Out: one Dataset per table; what has been made before is kept.
"""

from pathlib import Path

from rich.console import Console
from rich.markup import escape

from benchmarks.identity.cuts import Cut, list_cultures, list_sizes, write_cuts
from benchmarks.identity.dataset import Dataset, open_dataset
from benchmarks.identity.population import count_persons, prepare_population
from benchmarks.identity.public_sets import TABLES, stage_table
from benchmarks.options import Options

PUBLIC, SIZES, CULTURES = "public tables", "demo by size", "demo by culture"


def prepare_datasets(console: Console, folder: Path, options: Options) -> list[Dataset]:
    """Every data set whose name holds what the options ask for."""
    found = _prepare_public(console, folder, options)
    cuts = [(SIZES, cut) for cut in list_sizes(options.records)]
    cuts += [(CULTURES, cut) for cut in list_cultures(options.records)]
    wanted = [(group, cut) for group, cut in cuts if options.only in cut.name]
    return found + (_prepare_demo(console, folder, options.records, wanted) if wanted else [])


def _prepare_public(console: Console, folder: Path, options: Options) -> list[Dataset]:
    found = []
    for table in TABLES:
        if options.only not in table.name:
            continue
        if not table.path.exists():
            console.print(f"{table.name} is left out: {table.path} is not there", highlight=False)
            continue
        stage_table(table, folder / table.name)
        found.append(open_dataset(table.name, folder / table.name, PUBLIC))
    return found


def _prepare_demo(console: Console, folder: Path, records: int, wanted: list[tuple[str, Cut]]) -> list[Dataset]:
    persons = count_persons(records)
    population = folder / f"population-{persons}"
    with console.status("preparing") as status:
        said = f"preparing {persons:,} persons in {population}"
        if not population.exists():
            console.print(said, highlight=False)
        prepare_population(population, persons, lambda text: status.update(escape(text)))
        status.update("cutting")
        folders = [(cut, population / _file_name(cut)) for _, cut in wanted]
        write_cuts(population, folders)
    return [open_dataset(cut.name, path, group) for (group, cut), (_, path) in zip(wanted, folders, strict=True)]


def _file_name(cut: Cut) -> str:
    return cut.name.lower().replace(" ", "-")
