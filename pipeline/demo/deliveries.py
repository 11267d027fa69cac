"""Which row goes into which day's file, with the accidents of real deliveries.

In: the day number of every row. Out: `Parcel`s, one per file to write. Each topic (one source's files) has, when the
window is longer than six days, four days of trouble: rows of one day that come two days late, a day delivered twice
because the first try was incomplete (`-corrected`), a file sent again under another name (`-copy`, the same bytes) and
an extra file with nothing in it (`-rerun`).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.demo.draws import open_stream
from pipeline.demo.period import SECONDS_PER_DAY, Period


@dataclass(frozen=True)
class Parcel:
    """One file: the name of its day with a suffix, the positions of its rows, and the name of its copy, if any."""

    name: str
    rows: np.ndarray
    copy: str | None = None
    whole: bool = True


@dataclass(frozen=True)
class Run:
    """What every export needs to know of the run."""

    out: Path
    period: Period
    seed: int
    noise: float


def find_days(at: np.ndarray, period: Period) -> np.ndarray:
    """Give the number of the delivery that carries a change made at each second; the first carries all history."""
    return ((at - period.start) // SECONDS_PER_DAY).clip(0, period.days - 1).astype(np.int64)


def schedule(run: Run, topic: str, day: np.ndarray, days: range | None = None) -> Iterator[Parcel]:
    """Give the parcels of a topic in the order they are delivered."""
    rng = open_stream(run.seed, f"delivery {topic}")
    late, corrected, copied, empty = _choose_days(rng, run.period.days)
    day = np.where((day == late) & (rng.random(len(day)) < 0.15), late + 2, day)
    for number in days or range(run.period.days):
        name = run.period.day_name(number)
        rows = np.flatnonzero(day == number)
        if number == corrected and len(rows) > 3:
            yield Parcel(name, rows[rng.random(len(rows)) < 0.7], whole=False)
            yield Parcel(f"{name}-corrected", rows)
        else:
            yield Parcel(name, rows, f"{name}-copy" if number == copied else None)
        if number == empty:
            yield Parcel(f"{name}-rerun", rows[:0])


def write_parcel(run: Run, pattern: str, parcel: Parcel, content: bytes, rename: Callable[[str], str] = str) -> None:
    """Write a parcel, and its copy, where `pattern` says; {} stands for the day, renamed for its system."""
    for name in filter(None, (parcel.name, parcel.copy)):
        path = run.out / pattern.format(rename(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _choose_days(rng: np.random.Generator, days: int) -> tuple[int, int, int, int]:
    if days < 7:
        return -1, -1, -1, -1
    late, corrected, copied, empty = (int(day) for day in rng.permutation(np.arange(1, days - 2))[:4])
    return late, corrected, copied, empty
