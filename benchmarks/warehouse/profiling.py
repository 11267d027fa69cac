"""Our side: the profile and the publish stage over a warehouse of standard tables.

    python -m benchmarks.warehouse.profiling

Works in GUIYI_HOME, without the quality gate. Prints the seconds of both stages and of every derived table, rows, and
the peak memory.
"""

import json
import sys
import time
from dataclasses import dataclass, field

from benchmarks.measurement import own_peak_bytes
from pipeline.config import load_config
from pipeline.profile import profile
from pipeline.publish import publish
from pipeline.stage import execute


@dataclass
class Stopwatch:
    """What was announced when; the seconds of a step end when the next one begins."""

    steps: list[tuple[str, float]] = field(default_factory=list)

    def note(self, step: str) -> None:
        """A step begins."""
        self.steps.append((step, time.perf_counter()))

    def seconds(self) -> dict[str, float]:
        """By step."""
        ends = [*(moment for _, moment in self.steps[1:]), time.perf_counter()]
        return {step: end - began for (step, began), end in zip(self.steps, ends, strict=True)}


def main() -> None:
    """Both stages."""
    config, watch = load_config(), Stopwatch()
    profiled = execute("profile", profile, config, progress=watch.note)
    steps = watch.seconds()
    published = execute("publish", publish, config)
    report = {
        "profile_seconds": profiled.seconds,
        "publish_seconds": published.seconds,
        "steps": steps,
        "customers": profiled.counts["customers"],
        "rows_out": profiled.counts["rows_out"],
        "peak_bytes": own_peak_bytes(),
    }
    json.dump(report, sys.stdout)


if __name__ == "__main__":
    main()
