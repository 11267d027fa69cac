"""
### Publish: the snapshot analysts open

**Takes** the customer and mart tables of the warehouse.

**Starts** when *extract* has finished.

**Gives** `published/customers.duckdb` under the data directory, replaced in one step, and the asset `guiyi/published`.
Readers of the old snapshot keep reading it; the next one to open the path gets the new one.

**Params**: `full_refresh` writes the snapshot even when nothing has changed.

**When it fails** the old snapshot stays. The usual reason is a full disk: the new file is written beside the old one
before it takes its place, so twice its size must be free.
"""

from typing import Any

from airflow.sdk import dag, task

from dags.stage_task import FULL_REFRESH, PUBLISHED, SEGMENT, dag_settings, run_in_task


@dag(
    dag_id="publish",
    schedule=[SEGMENT],
    doc_md=__doc__,
    params={"full_refresh": FULL_REFRESH},
    **dag_settings("publish"),
)
def publish() -> None:
    """The warehouse to the published snapshot."""

    @task(outlets=[PUBLISHED], multiple_outputs=False)
    def publish_snapshot() -> dict[str, Any]:
        return run_in_task("publish")

    publish_snapshot()


publish()
