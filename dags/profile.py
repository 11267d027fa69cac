"""
### Profile: one row per customer, and the marts

**Takes** `identity.record_customer` and `standard.*`; the survivorship rules are config/customer.toml.

**Starts** when *resolve* has finished.

**Gives** `customer.*` and `mart.*`, built anew, and the asset `guiyi/customer`, which starts *publish*.

**Params**: `full_refresh` builds them even when nothing has changed; `date` is the day recency and life cycle are
measured from (left empty: the latest day in the data).

**When it fails** on a gate, analysts keep the snapshot published before; nothing they see has changed.
"""

from typing import Any

from airflow.sdk import dag, task

from dags.stage_task import CUSTOMER, FULL_REFRESH, IDENTITY, dag_settings, date_param, run_in_task


@dag(
    dag_id="profile",
    schedule=[IDENTITY],
    doc_md=__doc__,
    params={"full_refresh": FULL_REFRESH, "date": date_param("The day to measure recency and life cycle from.")},
    **dag_settings("profile"),
)
def profile() -> None:
    """Customers to their profiles and marts."""

    @task(outlets=[CUSTOMER], multiple_outputs=False)
    def build_profiles() -> dict[str, Any]:
        return run_in_task("profile")

    build_profiles()


profile()
