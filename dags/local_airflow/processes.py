"""Processes of the local Airflow: started in sessions of their own, and stopped to the last one.

A component forks workers, which fork tasks; all of them stay in the session of the component. So a session id names
everything that was started, also after its leader has died, and Ctrl-C in the terminal reaches only us.
"""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Collection
from pathlib import Path

import psutil

# An idle server needs four; a running task never comes to an end, for it keeps calling the API server that is gone.
GRACE_SECONDS = 6.0


def run_module(arguments: list[str], environment: dict[str, str], output: Path) -> int:
    """Run `python -m …` to its end; returns its exit code, its output goes to the file."""
    with output.open("ab") as file:
        return subprocess.call(
            [sys.executable, "-m", *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
        )


def start_module(arguments: list[str], environment: dict[str, str], output: Path) -> "subprocess.Popen[bytes]":
    """Start `python -m …` in a session of its own; its output goes to the file."""
    with output.open("ab") as file:
        return subprocess.Popen(
            [sys.executable, "-m", *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def members(sessions: Collection[int]) -> list[psutil.Process]:
    """The living processes of these sessions."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, ProcessLookupError, PermissionError):
            if os.getsid(process.pid) in sessions and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def stop_sessions(sessions: Collection[int], grace_seconds: float = GRACE_SECONDS) -> None:
    """Ask every process of these sessions to stop, then end those that have not.

    A stage that is cut off leaves the warehouse as it was, since it works in transactions.
    """
    for process in members(sessions):
        with contextlib.suppress(psutil.Error):
            process.terminate()
    _wait_until_gone(sessions, grace_seconds)
    for process in members(sessions):
        with contextlib.suppress(psutil.Error):
            process.kill()
    _wait_until_gone(sessions, grace_seconds)


def _wait_until_gone(sessions: Collection[int], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while members(sessions) and time.monotonic() < deadline:
        time.sleep(0.2)
