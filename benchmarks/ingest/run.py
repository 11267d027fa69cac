"""`make bench-ingest`: event files written, loaded by us and by bare DuckDB, each in a process of its own, compared.

1. A file of events and one of a hundredth as many, the day after, are written under the data directory, once.
2. In turns, a few times over: bare DuckDB reads the large file into a typed table; we take it from a new inbox to
   standard.event; the day's file is put beside it and taken in. What counts is each one's best time.
3. Counts are checked against what was written: every line is loaded or quarantined, every event is there once.
"""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.identity.table import make_console
from benchmarks.ingest.events import EventFile, count_events, write_events
from benchmarks.measurement import Measurement, Process, run_process, write_measurements
from benchmarks.measurement_table import print_measurements
from benchmarks.options import Options
from pipeline.config import load_config

PEER = "bare DuckDB"
_MIB = 2**20


class WrongCount(RuntimeError):
    """What was loaded is not what was written; the text says which count."""


@dataclass(frozen=True)
class Round:
    """One turn: the peer, the large file, the day."""

    peer: Process
    first: Process
    day: Process


def measure_ingest(options: Options) -> None:
    """Write, measure, check, print, keep."""
    console, home = make_console(), load_config().home
    folder = home / "bench" / "ingest"
    large = EventFile(folder / f"events-{options.events}.ndjson", 0, options.events, options.seed)
    day = EventFile(
        folder / f"day-{options.events}.ndjson", options.events, max(1, options.events // 100), options.seed
    )
    for file in (large, day):
        with console.status(f"writing {file.count:,} events"):
            write_events(file)
    rounds = []
    for number in range(1, options.rounds + 1):
        with console.status(f"round {number} of {options.rounds}"):
            rounds.append(_measure_round(folder / "round", large, day, options.minutes))
        check_counts(rounds[-1], large, day)
    measurements = list_measurements(rounds, large)
    print_measurements(
        console, f"{large.count:,} Segment events, {large.path.stat().st_size / _MIB:,.0f} MiB", measurements
    )
    path = write_measurements(home, "ingest", measurements)
    console.print(f"{path}", highlight=False, soft_wrap=True)


def _measure_round(folder: Path, large: EventFile, day: EventFile, minutes: float) -> Round:
    if folder.exists():
        shutil.rmtree(folder)
    inbox = folder / "inbox" / "website" / "segment"
    inbox.mkdir(parents=True)
    python = (sys.executable, "-m")
    try:
        peer = run_process([*python, "benchmarks.ingest.bare", str(large.path), str(folder / "bare.duckdb")],
            minutes=minutes,
        )  # fmt: skip
        (folder / "bare.duckdb").unlink()
        ours = ["env", f"GUIYI_HOME={folder}", "GUIYI_INBOX=inbox", *python, "benchmarks.ingest.ours"]
        os.link(large.path, inbox / "events-2026-03-30.ndjson")
        first = run_process(ours, minutes=minutes)
        os.link(day.path, inbox / "events-2026-03-31.ndjson")
        return Round(peer, first, run_process(ours, minutes=minutes))
    finally:
        shutil.rmtree(folder)


def check_counts(found: Round, large: EventFile, day: EventFile) -> None:
    """WrongCount when a line or an event is missing or there too often."""
    both = count_events(large, day)
    expected = {
        "lines of the large file": (found.first.output["rows_in"], large.count + large.broken),
        "its lines quarantined": (found.first.output["quarantined"], large.broken),
        "its lines loaded": (found.first.output["rows_out"], large.count),
        "lines of the day": (found.day.output["rows_in"], day.count + day.broken),
        "its lines loaded ": (found.day.output["rows_out"], day.count),
        "events": (found.day.output["events"], both),
        "different events": (found.day.output["different"], both),
        "rows of the peer": (found.peer.output["rows"], large.count),
    }
    for name, (count, wanted) in expected.items():
        if count != wanted:
            raise WrongCount(f"{name}: {count:,} instead of {wanted:,}")


def list_measurements(rounds: list[Round], large: EventFile) -> list[Measurement]:
    """The best of the rounds, ours beside the peer's."""
    peer = min(rounds, key=lambda each: each.peer.output["seconds"]).peer
    first = min((each.first for each in rounds), key=_stage_seconds)
    day = min((each.day for each in rounds), key=_stage_seconds)
    size = large.path.stat().st_size / _MIB
    ours, theirs = _stage_seconds(first), peer.output["seconds"]
    return [
        Measurement("throughput, file to standard.event", size / ours, "MiB/s", PEER, size / theirs),
        Measurement("events a second", large.count / ours, "", PEER, large.count / theirs),
        Measurement("ingest", first.output["ingest_seconds"], "s", PEER, theirs),
        Measurement("standardise", first.output["standardise_seconds"], "s"),
        Measurement("both", ours, "s", PEER, theirs),
        Measurement("whole process", first.seconds, "s", PEER, peer.seconds),
        Measurement("peak memory", max(each.first.peak_bytes for each in rounds) / _MIB, "MiB", PEER,
                    peer.peak_bytes / _MIB),
        Measurement("database file", first.output["database_bytes"] / _MIB, "MiB"),
        Measurement("one day of 1 % more", _stage_seconds(day), "s", "the first load", ours),
        Measurement("one day of 1 % more, whole process", day.seconds, "s", "the first load", first.seconds),
        Measurement("peak memory of the day", max(each.day.peak_bytes for each in rounds) / _MIB, "MiB"),
    ]  # fmt: skip


def _stage_seconds(process: Process) -> float:
    return float(process.output["ingest_seconds"] + process.output["standardise_seconds"])
