"""The engines, each run in a process of its own on a data set's folder.

Out: <key>.parquet (record_id, customer_id, threshold) and <key>_pairs.parquet (record_id_l, record_id_r,
match_probability) in the folder, and what the run cost.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.identity.blocking_keys import write_keys
from benchmarks.identity.dataset import Dataset
from benchmarks.measurement import NotFinished, run_process

HERE = Path(__file__).parent
REPEATS, REPEATED_SECONDS = 3, 30.0


@dataclass(frozen=True)
class Engine:
    """An engine or a variant of a peer's settings. key: the stem of its files."""

    name: str
    key: str


@dataclass(frozen=True)
class Run:
    """What a run cost; `failure` says why there is nothing to judge."""

    engine: Engine
    seconds: float = 0.0
    peak_bytes: int = 0
    pairs: int = 0
    failure: str = ""


OURS = Engine("Guiyi", "guiyi")
EXAMPLES = Engine("Splink examples", "examples")
STRONG = Engine("Splink strong", "strong")
RULES = Engine("Splink our rules", "rules")
VARIANTS = (EXAMPLES, STRONG, RULES)


def run_engine(engine: Engine, dataset: Dataset, python: str, minutes: float) -> Run:
    """Run it; a peer that fails or takes too long is told so in the table."""
    if engine == OURS:
        return run_repeatedly(engine, [sys.executable, "-m", "benchmarks.peers.guiyi", str(dataset.folder)])
    for stale in (f"{engine.key}.parquet", f"{engine.key}_pairs.parquet"):
        (dataset.folder / stale).unlink(missing_ok=True)
    if engine == RULES:
        write_keys(dataset.folder)
    program = str(HERE.parent / "peers" / "splink_peer.py")
    flags = ["--link-only"] if dataset.link_only else []
    try:
        return run_repeatedly(engine, [python, program, str(dataset.folder), engine.key, *flags], minutes)
    except NotFinished as problem:
        return Run(engine, failure=str(problem))


def run_repeatedly(engine: Engine, command: list[str], minutes: float | None = None) -> Run:
    """The fastest of some runs: a short one says little on a machine that has something else to do."""
    processes = [run_process(command, minutes=minutes)]
    while len(processes) < REPEATS and sum(each.seconds for each in processes) < REPEATED_SECONDS:
        processes.append(run_process(command, minutes=minutes))
    best = min(processes, key=lambda each: each.seconds)
    return Run(engine, best.seconds, best.peak_bytes, int(best.output["pairs"]))
