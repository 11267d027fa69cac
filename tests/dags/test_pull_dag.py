"""A source with API settings has a DAG that pulls and then takes in; one without has none."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.dags.conftest import PARSE, PROJECT

CONFIG = """
[source.zoho]
connector = "zoho"
[source.zoho.api]
credentials = "airflow:zoho_crm"

[source.survey]
connector = "survey"
"""


@pytest.fixture(scope="module")
def dags(airflow_home: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    config = tmp_path_factory.mktemp("config") / "guiyi.toml"
    config.write_text(CONFIG, encoding="utf-8")
    nowhere = airflow_home / "missing" / "airflow.db"
    answer = subprocess.run(
        [sys.executable, str(PARSE), str(PROJECT / "dags")],
        env=os.environ
        | {
            "PYTHONPATH": str(PROJECT),
            "GUIYI_CONFIG": str(config),
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{nowhere}",
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    parsed = json.loads(answer.stdout.splitlines()[-1])
    assert parsed["import_errors"] == {}
    assert parsed["loaded"] == []
    return parsed["dags"]


def test_only_sources_with_api_settings_are_pulled(dags):
    assert [name for name in dags if name.startswith("pull_")] == ["pull_zoho"]


def test_pull_then_take_in(dags):
    dag = dags["pull_zoho"]
    assert (dag["periodic"], dag["catchup"], dag["max_active_runs"]) == (True, False, 1)
    assert dag["params"] == ["full_refresh"]
    assert dag["tags"] == ["guiyi", "pull"]
    pulling, loading = dag["tasks"]
    assert (pulling["task_id"], pulling["pool"], pulling["gives"]) == ("pull_records", "default_pool", [])
    assert (loading["task_id"], loading["pool"], loading["gives"]) == (
        "load_deliveries", "duckdb_writer", ["guiyi/raw/zoho"],
    )  # fmt: skip


def test_the_manual_is_shown(dags):
    assert "**When it fails**" in dags["pull_zoho"]["doc_md"]
