"""The local Airflow's surroundings: environment, password, port, processes, API calls, and when a chain is at rest."""

import json
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from dags.local_airflow import smoke
from dags.local_airflow.comparison import TableRows
from dags.local_airflow.processes import members, stop_sessions
from dags.local_airflow.rest import Api
from dags.local_airflow.settings import Place, choose_port, ensure_password, environment
from pipeline.config import PROJECT, load_config


def test_environment_drops_the_callers_airflow_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "postgresql://somebody/elses")
    monkeypatch.setenv("GUIYI_HOME", str(tmp_path))
    chosen = environment(Place(tmp_path / "airflow", 8123), load_config())
    assert "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN" not in chosen
    assert chosen["GUIYI_HOME"] == str(tmp_path)
    assert (chosen["AIRFLOW__API__HOST"], chosen["AIRFLOW__API__PORT"]) == ("127.0.0.1", "8123")
    assert chosen["AIRFLOW__API__BASE_URL"] == "http://127.0.0.1:8123"


def test_password_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    place = Place(tmp_path / "airflow", 8080)
    password, is_new = ensure_password(place)
    assert is_new
    assert len(password) >= 16
    assert stat.S_IMODE(place.password_file.stat().st_mode) == 0o600
    assert ensure_password(place) == (password, False)


def test_a_taken_port_is_passed_over() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert choose_port(port) not in (0, port)
    assert choose_port(port) == port


# Starts a child that cannot be asked to stop, says so, and ends when asked itself.
STUBBORN = """
import os, signal
if os.fork() == 0:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.setpgid(0, 0)
    print("ready", flush=True)
while True:
    signal.pause()
"""


def test_stopping_ends_a_stubborn_grandchild_too() -> None:
    with subprocess.Popen([sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE, start_new_session=True) as leader:
        assert leader.stdout is not None
        leader.stdout.readline()
        assert len(members([leader.pid])) == 2
        stop_sessions([leader.pid], grace_seconds=0.5)
        assert members([leader.pid]) == []


class FakeAirflow(BaseHTTPRequestHandler):
    """Answers a token, 150 runs in pages, and 404 where no event is queued."""

    seen: ClassVar[list[tuple[str, str | None]]] = []

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(201, {"access_token": "t0ken"})

    def do_GET(self) -> None:
        self.seen.append((self.path, self.headers["Authorization"]))
        if "queuedEvents" in self.path:
            self._answer(404, {"detail": "none"})
        else:
            offset = int(self.path.rpartition("offset=")[2])
            runs = [{"dag_run_id": str(number)} for number in range(offset, min(offset + 100, 150))]
            self._answer(200, {"dag_runs": runs, "total_entries": 150})

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@contextmanager
def fake_airflow() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), FakeAirflow) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_api_pages_with_its_token() -> None:
    with fake_airflow() as url, Api(url, "admin", "secret") as api:
        api.log_in()
        assert [run["dag_run_id"] for run in api.runs()] == [str(number) for number in range(150)]
        assert not api.has_queued_events("resolve")
        assert {token for _, token in FakeAirflow.seen} == {"Bearer t0ken"}


def test_a_server_that_does_not_answer_is_not_healthy() -> None:
    with Api(f"http://127.0.0.1:{choose_port(0)}", "admin", "secret") as api:
        assert not api.healthy("scheduler")


class QuietApi:
    """No event waits, except for the DAGs named."""

    def __init__(self, *waiting: str) -> None:
        self.waiting = waiting

    def has_queued_events(self, dag_id: str) -> bool:
        return dag_id in self.waiting


@pytest.mark.parametrize(
    ("runs", "waiting", "expected"),
    [
        pytest.param("a=manual/success a=backfill/success b=asset/success", [], True, id="all green, nothing waits"),
        pytest.param("a=manual/success a=backfill/success b=asset/running", [], False, id="a run is under way"),
        pytest.param("a=manual/success a=backfill/success", [], False, id="a DAG has not run yet"),
        pytest.param("a=manual/success b=asset/success", [], False, id="the backfill has not run yet"),
        pytest.param("a=backfill/success b=asset/success", ["resolve"], False, id="an event waits to start a run"),
        pytest.param("a=backfill/success b=asset/success b=asset/failed", [], False, id="a run failed"),
    ],
)
def test_at_rest(runs: str, waiting: list[str], expected: bool) -> None:
    words = [run.replace("/", "=").split("=") for run in runs.split()]
    drawn = [dict(zip(("dag_id", "run_type", "state"), run, strict=True)) for run in words]
    assert smoke._at_rest(QuietApi(*waiting), drawn, {"a", "b"}) is expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("customers", "regrouped", "complaint"),
    [
        pytest.param((3, 4), 0, "customer.customer", id="a table differs"),
        pytest.param((0, 0), 0, "no rows at all", id="both are empty"),
        pytest.param((3, 3), 2, "grouped differently: 2", id="records are grouped differently"),
    ],
)
def test_smoke_fails(customers: tuple[int, int], regrouped: int, complaint: str) -> None:
    with pytest.raises(smoke.SmokeFailed, match=complaint):
        smoke._judge([TableRows("customer.customer", *customers)], regrouped)


def test_smoke_passes_when_all_is_equal_but_history() -> None:
    smoke._judge([TableRows("customer.customer", 3, 3), TableRows("identity.ledger", 3, 9)], 0)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param('{"level": "info", "event": "went well"}', "info  went well", id="a line of a task's log"),
        pytest.param(
            '{"level": "error", "event": "failed", "error_detail": [{"exc_type": "Stop", "exc_value": "mend it"}]}',
            "error  failed  Stop: mend it",
            id="an error",
        ),
        pytest.param("3", "3", id="JSON that is no entry"),
        pytest.param("plain text", "plain text", id="text"),
    ],
)
def test_log_lines_are_shown_readably(line: str, expected: str) -> None:
    assert smoke._readable(line) == expected


def test_the_local_server_is_importable_without_airflow() -> None:
    # Airflow writes into the caller's home directory as soon as it is imported.
    code = "import sys, dags.local_airflow.__main__; sys.exit('airflow' in sys.modules)"
    assert subprocess.call([sys.executable, "-c", code], cwd=PROJECT) == 0
