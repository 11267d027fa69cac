"""The DAGs as Airflow parses them, in a process of their own: what this test run imports must not count."""

import json
import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PARSE = Path(__file__).with_name("parse.py")


@pytest.fixture(scope="session", autouse=True)
def airflow_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Airflow writes its configuration file on import: into a directory of the test run."""
    home = tmp_path_factory.mktemp("airflow")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW_HOME", str(home))
        yield home


@pytest.fixture(scope="session")
def parsed(airflow_home: Path) -> dict[str, Any]:
    """What tests/dags/parse.py says about the DAG folder, with a database address that leads nowhere."""
    nowhere = airflow_home / "missing" / "airflow.db"
    answer = subprocess.run(
        [sys.executable, str(PARSE), str(PROJECT / "dags")],
        env=os.environ
        | {
            "PYTHONPATH": str(PROJECT),
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{nowhere}",
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    description: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return description


@pytest.fixture(scope="session")
def stage_task(airflow_home: Path) -> ModuleType:
    """dags.stage_task, imported past the warnings of Airflow's own imports."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import dags.stage_task
    return dags.stage_task
