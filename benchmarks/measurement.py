"""Measuring a command as a whole process, and keeping what was measured.

In: a command. Out: wall time, peak memory and the JSON it printed last; and `bench/<part>.json` under the data
directory: a list of {measure, value, unit, peer, peer_value, ratio} and the machine.
"""

import json
import os
import platform
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


class NotFinished(RuntimeError):
    """A command ran out of time or memory, or failed; the text says which."""


@dataclass(frozen=True)
class Measurement:
    """One figure of ours beside the peer's; `ratio` is ours over the peer's, nothing where there is no peer's."""

    measure: str
    value: float
    unit: str = ""
    peer: str = ""
    peer_value: float | None = None

    @property
    def ratio(self) -> float | None:
        """Ours divided by the peer's."""
        return self.value / self.peer_value if self.peer_value else None


@dataclass(frozen=True)
class Process:
    """A finished command: seconds of wall time, peak resident bytes, and the JSON of its last line.

    What a command reports as `extra_seconds` it spent on what a user would not do, so it is taken off.
    """

    seconds: float
    peak_bytes: int
    output: dict[str, Any]


def run_process(command: Sequence[str], *, minutes: float | None = None) -> Process:
    """Run a command to its end; NotFinished when it fails or takes longer than it may."""
    began = time.perf_counter()
    # A group of its own, so that what the command started ends with it.
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as child:
        try:
            output, _ = child.communicate(timeout=minutes * 60 if minutes else None)
        except subprocess.TimeoutExpired:
            raise NotFinished(f"not finished in {minutes:g} min") from None
        finally:
            _end(child)
    seconds = time.perf_counter() - began
    if child.returncode == -signal.SIGKILL:
        raise NotFinished("ended by the system, as when memory runs out")
    result = _last_line(output)
    if child.returncode or "failure" in result:
        raise NotFinished(str(result.get("failure", f"failed with exit code {child.returncode}")))
    return Process(seconds - result.pop("extra_seconds", 0.0), int(result.pop("peak_bytes")), result)


def _end(child: subprocess.Popen[str]) -> None:
    """Kill the command's group if it is still running."""
    if child.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _last_line(output: str) -> dict[str, Any]:
    lines = output.strip().splitlines()
    with suppress(json.JSONDecodeError):
        found = json.loads(lines[-1]) if lines else {}
        return found if isinstance(found, dict) else {}
    return {}


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
