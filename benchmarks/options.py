"""What `python -m benchmarks` is told on its command line, for the parts."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """records: of the largest demo; events: of the event file; rounds: over that file; customers: of the warehouse;
    seed: of the scenarios, events and the warehouse; minutes: of a peer's run; only: part of a name."""

    records: int = 1_000_000
    events: int = 10_000_000
    rounds: int = 3
    customers: int = 1_000_000
    seed: int = 11
    minutes: float = 30.0
    only: str = ""
