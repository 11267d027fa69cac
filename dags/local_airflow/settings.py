"""Where the local Airflow lives and how it is set up: everything through the environment, nothing outside GUIYI_HOME.

In: the pipeline's configuration. Out: the environment of the Airflow processes, a free port, the admin's password.
"""

import json
import os
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path

from pipeline.config import PROJECT, Config

ADDRESS = "127.0.0.1"
USER = "admin"


@dataclass(frozen=True)
class Place:
    """Where one local Airflow keeps its things and where it answers."""

    home: Path
    port: int

    @property
    def url(self) -> str:
        """What to open in a browser."""
        return f"http://{ADDRESS}:{self.port}"

    @property
    def password_file(self) -> Path:
        """JSON, user to password, readable by its owner alone."""
        return self.home / "passwords.json"

    @property
    def output(self) -> Path:
        """One file per component with what it would have written to the terminal."""
        return self.home / "output"

    @property
    def task_logs(self) -> Path:
        """Airflow's own tree: dag_id=…/run_id=…/task_id=…/attempt=….log"""
        return self.home / "logs"


def airflow_home(config: Config) -> Path:
    """AIRFLOW_HOME of the local server: inside the data directory."""
    return config.home / "airflow"


def environment(place: Place, config: Config) -> dict[str, str]:
    """The whole environment of the Airflow processes.

    AIRFLOW variables of the caller are dropped: they could name somebody's real Airflow database.
    """
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("AIRFLOW", "_AIRFLOW"))}
    search_path = [str(PROJECT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return inherited | {
        "PYTHONPATH": os.pathsep.join(search_path),
        "GUIYI_HOME": str(config.home),
        "GUIYI_INBOX": str(config.inbox),
        "GUIYI_CONFIG": str(Path(os.environ.get("GUIYI_CONFIG") or config.directory / "guiyi.toml").resolve()),
        "AIRFLOW_HOME": str(place.home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(PROJECT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(place.home / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(place.password_file),
        # Signs the tokens of one server's life; Airflow's own generated one is shorter than its library wants.
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_hex(64),
        "AIRFLOW__API__HOST": ADDRESS,
        "AIRFLOW__API__PORT": str(place.port),
        "AIRFLOW__API__BASE_URL": place.url,
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "5",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(place.task_logs),
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
        "AIRFLOW__LOGGING__NAMESPACE_LEVELS": "guiyi=INFO",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    }


def choose_port(preferred: int = 8080) -> int:
    """The preferred port, or any free one when somebody else listens there."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            # As the server will: a port whose last connections are still closing is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((ADDRESS, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError(f"no free port on {ADDRESS}")


def ensure_password(place: Place) -> tuple[str, bool]:
    """The admin's password and whether it was made just now."""
    if place.password_file.exists():
        return str(json.loads(place.password_file.read_text(encoding="utf-8"))[USER]), False
    password = secrets.token_urlsafe(12)
    place.home.mkdir(parents=True, exist_ok=True)
    # Created closed: a file narrowed afterwards could have been opened in between.
    descriptor = os.open(place.password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump({USER: password}, file)
    return password, True
