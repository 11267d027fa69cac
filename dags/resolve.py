"""
### Resolve: which records are the same person

**Takes** `standard.record`, `standard.identifier` and the stewards' decisions.

**Starts** when *standardise* has finished.

**Gives** `identity.link` (the evidence), `identity.record_customer` (who is who), `identity.ledger` (what was created,
merged, split) and the asset `guiyi/identity`, which starts *profile*.

**Params**: `full_refresh` scores every pair again and learns the weights anew. Customer ids survive it; an id that is
merged away still leads to its customer through `identity.alias`.

**Look at** the counts in the task's XCom: `merges`, `conflicts` set aside, `largest_customer`. A customer that grew far
beyond a person fails the gate before anything is published: find its evidence with `guiyi explain`, take it apart with
`guiyi decide different`, then clear the task.
"""

from typing import Any

from airflow.sdk import dag, task

from dags.stage_task import FULL_REFRESH, IDENTITY, STANDARD, dag_settings, run_in_task


@dag(
    dag_id="resolve",
    schedule=[STANDARD],
    doc_md=__doc__,
    params={"full_refresh": FULL_REFRESH},
    **dag_settings("resolve"),
)
def resolve() -> None:
    """Records to customers."""

    @task(outlets=[IDENTITY], multiple_outputs=False)
    def resolve_customers() -> dict[str, Any]:
        return run_in_task("resolve")

    resolve_customers()


resolve()
