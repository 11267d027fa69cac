"""The local Airflow as a whole: set up, started, watched, stopped.

In: the pipeline's configuration. Out: a running server with the DAGs unpaused and the writer's pool in place. Its
components are the scheduler, the DAG processor and the API server, listening on 127.0.0.1 only; the triggerer is left
out, since no task here defers. (`airflow standalone` would also serve logs on every address.)
"""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from dags.local_airflow.processes import members, run_module, start_module, stop_sessions
from dags.local_airflow.rest import Api
from dags.local_airflow.settings import USER, Place, airflow_home, choose_port, ensure_password, environment
from dags.writer_pool import POOL, PRIORITY, SLOTS
from pipeline.config import Config

Say = Callable[[str], None]

COMPONENTS = {
    "api-server": ["api-server"],
    "scheduler": ["scheduler", "--skip-serve-logs"],
    "dag-processor": ["dag-processor"],
}
START_SECONDS = 180.0


class LocalAirflowError(ValueError):
    """The local Airflow did not start, or stopped by itself; the text names the log to read."""


@dataclass(frozen=True)
class Server:
    """A running local Airflow."""

    place: Place
    environment: dict[str, str]
    components: dict[str, "subprocess.Popen[bytes]"]
    password: str
    password_is_new: bool

    @property
    def sessions(self) -> list[int]:
        """One session per component, named by its leader's process id."""
        return [component.pid for component in self.components.values()]

    def check(self) -> None:
        """LocalAirflowError when a component has stopped by itself."""
        for name, component in self.components.items():
            if component.poll() is not None:
                raise LocalAirflowError(self._why_stopped(name))

    def _why_stopped(self, name: str) -> str:
        if not _record_file(self.place.home).exists():
            return "the local Airflow was ended by `stop`"
        return f"Airflow's {name} stopped by itself: see {self.place.output / name}.log"


@contextmanager
def run_server(config: Config, say: Say) -> Iterator[Server]:
    """Start the local Airflow of this configuration; on leaving, however that comes about, stop all of it."""
    home = airflow_home(config)
    if (running := recorded_sessions(home)) and members(running):
        raise LocalAirflowError(
            "the local Airflow of this data directory is running: `dags.local_airflow stop` ends it"
        )
    place = Place(home, choose_port())
    password, is_new = ensure_password(place)
    server = Server(place, environment(place, config), {}, password, is_new)
    place.output.mkdir(parents=True, exist_ok=True)
    try:
        say("preparing Airflow's own database")
        _migrate(server)
        say("starting scheduler, DAG processor and API server")
        _start(server)
        with Api(place.url, USER, password) as api:
            _wait_until_ready(server, api, config)
        yield server
    finally:
        stop_sessions(server.sessions)
        for component in server.components.values():
            component.wait()
        _record_file(home).unlink(missing_ok=True)


def stop_recorded(config: Config) -> int:
    """Stop the local Airflow of this data directory, whoever started it; returns how many processes it had."""
    home = airflow_home(config)
    sessions = recorded_sessions(home)
    count = len(members(sessions))
    # First, so that a waiting `serve` knows why its components end.
    _record_file(home).unlink(missing_ok=True)
    stop_sessions(sessions)
    return count


def expected_dags(config: Config) -> set[str]:
    """The DAGs there must be: one ingest per source, and one per later stage."""
    return {f"ingest_{source}" for source in config.sources} | (set(PRIORITY) - {"ingest"})


def recorded_sessions(home: Path) -> list[int]:
    """Sessions of the server that last started here, without those whose number the system has given away since."""
    try:
        record = json.loads(_record_file(home).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    return [int(session) for session, started in record.items() if _started(int(session)) in (None, started)]


def _record_file(home: Path) -> Path:
    return home / "server.json"


def _started(pid: int) -> float | None:
    # None when the leader is gone: its session may still have members, and its number cannot be given away until then.
    try:
        return psutil.Process(pid).create_time()
    except psutil.Error:
        return None


def _migrate(server: Server) -> None:
    log = server.place.output / "migrate.log"
    if run_module(["airflow", "db", "migrate"], server.environment, log):
        raise LocalAirflowError(f"Airflow could not prepare its database: see {log}")


def _start(server: Server) -> None:
    for name, arguments in COMPONENTS.items():
        log = server.place.output / f"{name}.log"
        server.components[name] = start_module(["airflow", *arguments], server.environment, log)
        # Written after each start, so that `stop` finds them even when we are killed in between.
        record = {str(session): _started(session) for session in server.sessions}
        _record_file(server.place.home).write_text(json.dumps(record), encoding="utf-8")


def _wait_until_ready(server: Server, api: Api, config: Config) -> None:
    wait_until(
        lambda: api.healthy("metadatabase", "scheduler", "dag_processor"),
        server,
        "Airflow's components do not report healthy",
    )
    api.log_in()
    api.ensure_pool(POOL, SLOTS, "DuckDB lets one process at a time write the warehouse file")
    expected = expected_dags(config)
    wait_until(lambda: expected <= api.dag_ids() or bool(api.import_errors()), server, "the DAGs do not appear")
    if errors := api.import_errors():
        raise LocalAirflowError("a DAG file does not import:\n" + "\n".join(errors))


def wait_until(condition: Callable[[], bool], server: Server, complaint: str, seconds: float = START_SECONDS) -> None:
    """Poll every second until the condition holds, every component being alive; LocalAirflowError after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        server.check()
        if time.monotonic() > deadline:
            raise LocalAirflowError(f"{complaint} after {seconds:.0f} s: see {server.place.output}")
        time.sleep(1.0)
