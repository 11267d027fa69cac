"""
### Standardise: one shape for all sources

**Takes** the batches of `raw.*` it has not taken yet, whatever source they came from.

**Starts** when any source has been ingested. Sources that arrive while it runs are taken together by one further run.

**Gives** `standard.*` and the asset `guiyi/standard`, which starts *resolve*. A value that cannot be standardised keeps
its raw text and a reason in `standard.unparsed`.

**Params**: `full_refresh` standardises every batch again. Use it after a change to a connector or a normaliser; it
takes about as long as the first load.

**When it fails** on a quality gate it is not retried: `ops.quality_result` names the table and the check. Nothing is
half-written; after mending the cause, clear the task.
"""

from typing import Any

from airflow.sdk import AssetAny, dag, task

from dags.stage_task import FULL_REFRESH, STANDARD, dag_settings, raw_asset, run_in_task
from pipeline.config import load_config


@dag(
    dag_id="standardise",
    schedule=AssetAny(*(raw_asset(name) for name in load_config().sources)),
    doc_md=__doc__,
    params={"full_refresh": FULL_REFRESH},
    **dag_settings("standardise"),
)
def standardise() -> None:
    """Raw rows to standard rows."""

    @task(outlets=[STANDARD], multiple_outputs=False)
    def standardise_batches() -> dict[str, Any]:
        return run_in_task("standardise")

    standardise_batches()


standardise()
