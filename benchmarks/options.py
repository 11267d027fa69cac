"""What `python -m benchmarks` is told on its command line, for the parts."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """records: of the largest demo; events: of the event file; seed: of the scenarios and events; minutes: of a peer's
    run; only: part of a name."""

    records: int = 1_000_000
    events: int = 10_000_000
    seed: int = 11
    minutes: float = 30.0
    only: str = ""
