"""An increment of 1 % beside a full run of the same records, in a process of its own (peers/increment.py).

In: a data set. Out: its figures, printed and as measurements.
"""

import sys

from rich.console import Console

from benchmarks.identity.dataset import Dataset
from benchmarks.measurement import Measurement, NotFinished, run_process

MEASURE = "increment of 1 %"


def measure_increment(console: Console, dataset: Dataset) -> list[Measurement]:
    """Run it; nothing where the increment asks for a full resolution."""
    try:
        with console.status(f"{dataset.name}: {MEASURE}"):
            found = run_process([sys.executable, "-m", "benchmarks.peers.increment", str(dataset.folder)]).output
    except NotFinished as problem:
        console.print(f"{dataset.name}, {MEASURE}: {problem}", highlight=False)
        return []
    console.print(describe(dataset.name, found), highlight=False, soft_wrap=True)
    return list_increment(dataset.name, found)


def describe(name: str, found: dict[str, float]) -> str:
    """The figures in words."""
    ratio = found["increment_seconds"] / found["full_seconds"]
    same = "identical partitions" if not found["differing"] else f"{found['differing']:,} customers differ"
    return (
        f"{name}, {MEASURE}: {found['changed']:,} of {found['records']:,} records new, {found['touched']:,} "
        f"grouped anew, {found['increment_seconds']:.2f} s; full run {found['full_seconds']:.2f} s (× {ratio:.3f}), "
        f"learning full run {found['learning_seconds']:.2f} s; {same} of {found['customers']:,}"
    )


def list_increment(name: str, found: dict[str, float]) -> list[Measurement]:
    """The figures as measurements. The full run has its weights already; the one that learns has not."""
    measure, seconds = f"{name}: {MEASURE}", found["increment_seconds"]
    return [
        Measurement(f"{measure}: wall time", seconds, "s", "full run", found["full_seconds"]),
        Measurement(f"{measure}: wall time", seconds, "s", "full run that learns", found["learning_seconds"]),
        Measurement(f"{measure}: records changed", found["changed"], "", "all records", found["records"]),
        Measurement(f"{measure}: records grouped anew", found["touched"], "", "all records", found["records"]),
        Measurement(f"{measure}: customers that differ", found["differing"], "", "full run", 0.0),
    ]
