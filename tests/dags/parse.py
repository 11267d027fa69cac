"""Parse a DAG folder as Airflow's DAG processor does and write what was found as one line of JSON."""

import json
import sys
from typing import Any

HEAVY = ("duckdb", "pandas", "pyarrow", "great_expectations", "scipy", "pipeline.run")


def describe(folder: str) -> dict[str, Any]:
    from airflow.dag_processing.dagbag import DagBag

    before = set(sys.modules)
    bag = DagBag(dag_folder=folder)
    return {
        "import_errors": bag.import_errors,
        "files": sorted({dag.fileloc.rpartition("/")[2] for dag in bag.dags.values()}),
        "seen_files": sorted(stat.file.lstrip("/") for stat in bag.dagbag_stats),
        "loaded": [name for name in HEAVY if name in sys.modules and name not in before],
        "dags": {dag_id: describe_dag(dag) for dag_id, dag in bag.dags.items()},
    }


def describe_dag(dag: Any) -> dict[str, Any]:
    condition = getattr(dag.timetable, "asset_condition", None)
    return {
        "doc_md": dag.doc_md,
        "tags": sorted(dag.tags),
        "catchup": dag.catchup,
        "max_active_runs": dag.max_active_runs,
        "periodic": condition is None,
        "paused": dag.is_paused_upon_creation,
        "params": sorted(dag.params),
        "waits_for": sorted(asset.name for asset in condition.objects) if condition else [],
        "any": type(condition).__name__ == "AssetAny",
        "tasks": [describe_task(task) for task in dag.tasks],
    }


def describe_task(task: Any) -> dict[str, Any]:
    return {
        "task_id": task.task_id,
        "pool": task.pool,
        "priority": task.priority_weight,
        "retries": task.retries,
        "backoff": task.retry_exponential_backoff,
        "limit": task.execution_timeout is not None,
        "gives": [asset.name for asset in task.outlets],
    }


if __name__ == "__main__":
    print(json.dumps(describe(sys.argv[1])))  # noqa: T201
