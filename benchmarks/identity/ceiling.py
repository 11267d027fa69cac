"""The supervised ceiling of the demo's cuts: a classifier that learned the truth of another population.

In: data sets, and the peers' python, beside which scikit-learn is. Out: ceiling.parquet in every folder, which
judging.py judges beside the engines. What it costs is compared with nothing: no engine has labels to learn from.
"""

import sys
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from benchmarks.identity.dataset import Dataset
from benchmarks.identity.population import prepare_other
from benchmarks.measurement import NotFinished, run_process


def write_ceilings(console: Console, folder: Path, datasets: list[Dataset], python: str) -> None:
    """Make them anew, small data sets first; one that does not get its ceiling does without."""
    if not datasets:
        return
    with console.status("supervised ceiling") as status:
        training = prepare_other(folder, lambda text: status.update(f"supervised ceiling: {escape(text)}"))
        status.update("supervised ceiling: learning, clustering")
        for dataset in datasets:
            (dataset.folder / "ceiling.parquet").unlink(missing_ok=True)
        folders = [str(each.folder) for each in sorted(datasets, key=lambda each: each.records)]
        command = [sys.executable, "-m", "benchmarks.peers.ceiling", str(find_site_packages(python)), str(training)]
        try:
            run_process([*command, *folders])
        except NotFinished as problem:
            console.print(f"supervised ceiling: {problem}", highlight=False)


def find_site_packages(python: str) -> Path:
    """Where an environment keeps its packages."""
    return next((Path(python).parents[1] / "lib").glob("python3*/site-packages"))
