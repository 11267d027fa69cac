"""`make bench-warehouse`: the profile stage at a million customers beside bare DuckDB, and how long queries take.

1. Standard tables of that many customers are written under the data directory, once.
2. In processes of their own: our profile and publish stages over a copy of them; bare DuckDB reading the same tables
   and writing the derived ones; the documented queries over the published snapshot.
"""

import os
import shutil
import sys
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.identity.table import make_console
from benchmarks.measurement import Measurement, Process, run_process, write_measurements
from benchmarks.measurement_table import print_measurements
from benchmarks.options import Options
from benchmarks.warehouse.standard_tables import write_standard_tables
from pipeline.config import load_config
from warehouse.connection import open_warehouse

PEER = "bare DuckDB"
TIMES = 20
_SLOWEST = 12
_MIB = 2**20


def measure_warehouse(options: Options) -> None:
    """Write, measure, print, keep."""
    console, home = make_console(), load_config().home
    folder = home / "bench" / "warehouse"
    prepared = folder / f"standard-{options.customers}.duckdb"
    with console.status(f"writing standard tables of {options.customers:,} customers"):
        _prepare(prepared, options)
    ours, bare, queries = _measure(console, folder / "round", prepared, options.minutes)
    measurements = list_measurements(ours, bare, queries)
    print_measurements(console, f"{options.customers:,} customers", measurements)
    _print_steps(console, ours.output["steps"])
    path = write_measurements(home, "warehouse", measurements)
    console.print(f"{path}", highlight=False, soft_wrap=True)


def _prepare(path: Path, options: Options) -> None:
    if path.exists():
        return
    partial = path.with_suffix(".part")
    partial.unlink(missing_ok=True)
    with open_warehouse(partial) as con:
        write_standard_tables(con, options.customers, options.seed)
    partial.replace(path)


def _measure(console: Console, folder: Path, prepared: Path, minutes: float) -> tuple[Process, Process, Process]:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    environment = ["env", "-u", "GUIYI_KEY", "-u", "GUIYI_KEY_FILE", f"GUIYI_HOME={folder}"]
    module = [*environment, sys.executable, "-m"]
    try:
        shutil.copyfile(prepared, folder / "warehouse.duckdb")
        with console.status("profile and publish"):
            ours = run_process([*module, "benchmarks.warehouse.profiling"], minutes=minutes)
        with console.status("bare DuckDB"):
            bare = run_process(
                [*module, "benchmarks.warehouse.bare", str(folder / "warehouse.duckdb"), str(folder / "bare.duckdb")],
                minutes=minutes,
            )
        snapshot = folder / "published" / "customers_full.duckdb"
        with console.status("queries"):
            queries = run_process([*module, "benchmarks.warehouse.queries", str(snapshot), str(TIMES)], minutes=minutes)
        return ours, bare, queries
    finally:
        if not os.environ.get("GUIYI_BENCH_KEEP"):
            shutil.rmtree(folder)


def list_measurements(ours: Process, bare: Process, queries: Process) -> list[Measurement]:
    """Ours beside the peer's; the queries over all of their runs and the slowest of them."""
    least = bare.output["read_seconds"] + bare.output["write_seconds"]
    runs = {title: np.array(seconds) for title, seconds in queries.output["seconds"].items()}
    every = np.concatenate(list(runs.values()))
    slowest = max(runs, key=lambda title: float(np.median(runs[title])))
    return [
        Measurement("profile and marts", ours.output["profile_seconds"], "s", f"{PEER}: read and write", least),
        Measurement("profile and marts, beside reading alone", ours.output["profile_seconds"], "s",
                    f"{PEER}: read", bare.output["read_seconds"]),
        Measurement("publish both snapshots", ours.output["publish_seconds"], "s"),
        Measurement("peak memory", ours.peak_bytes / _MIB, "MiB", PEER, bare.peak_bytes / _MIB),
        Measurement("customers", ours.output["customers"]),
        Measurement("rows derived", ours.output["rows_out"]),
        Measurement("documented queries, p50", float(np.percentile(every, 50)) * 1000, "ms"),
        Measurement("documented queries, p95", float(np.percentile(every, 95)) * 1000, "ms"),
        Measurement(f"slowest query, median ({slowest})", float(np.median(runs[slowest])) * 1000, "ms"),
    ]  # fmt: skip


def _print_steps(console: Console, steps: dict[str, float]) -> None:
    table = Table(title="the longest steps", expand=False)
    table.add_column("step")
    table.add_column("seconds", justify="right")
    for step, seconds in sorted(steps.items(), key=lambda pair: -pair[1])[:_SLOWEST]:
        table.add_row(step, f"{seconds:.1f}")
    console.print(table)
