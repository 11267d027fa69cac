"""Measuring a command as a whole process, and keeping what was measured.

In: a command. Out: wall time, peak memory and the JSON it printed last; and `bench/<part>.json` under the data
directory: a list of {measure, value, unit, peer, peer_value, ratio} and the machine.
"""

import json
import os
import platform
import subprocess
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Measurement:
    """One figure of ours beside the peer's; `ratio` is ours over the peer's."""

    measure: str
    value: float
    unit: str
    peer: str
    peer_value: float

    @property
    def ratio(self) -> float:
        """Ours divided by the peer's."""
        return self.value / self.peer_value if self.peer_value else float("nan")


@dataclass(frozen=True)
class Process:
    """A finished command: seconds of wall time, peak resident bytes, and the JSON of its last line."""

    seconds: float
    peak_bytes: int
    output: dict[str, Any]


def run_process(command: Sequence[str], **environment: str) -> Process:
    """Run a command to its end; CalledProcessError when it fails."""
    began = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **environment})
    output, _ = child.communicate()
    seconds = time.perf_counter() - began
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, command)
    result = json.loads(output.strip().splitlines()[-1])
    return Process(seconds, int(result.pop("peak_bytes")), result)


def own_peak_bytes() -> int:
    """Peak resident memory of this program so far.

    From the kernel's high-water mark of this program's memory (Linux, KiB): getrusage would also count what the
    process that started it had held.
    """
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise OSError("this system does not tell a program's peak memory: the benchmarks need Linux")


def write_measurements(home: Path, part: str, measurements: list[Measurement]) -> Path:
    """Write bench/<part>.json."""
    path = home / "bench" / f"{part}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    machine = {
        "cores": os.cpu_count(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "python": platform.python_version(),
    }
    rows = [{**asdict(each), "ratio": each.ratio} for each in measurements]
    path.write_text(json.dumps({"machine": machine, "measurements": rows}, indent=2), encoding="utf-8")
    return path
