"""
### Extract: segments for marketing

**Takes** the customer and mart tables and config/segments.toml.

**Starts** when *profile* has finished.

**Gives** a file of every segment that is due under `extracts/` of the data directory, in its format; who entered and
left in `segment.change`; a row per extract in `segment.extract_log`; and the asset `guiyi/segment`, which starts
*publish* (the snapshot holds the segments' members). Only customers whose consent covers the segment's purpose are in a
file.

**Params**: `full_refresh` extracts even when nothing has changed. The segments' conditions look from the day of the
marts; to move it, give *profile* a date.

**Hazard.** The files hold personal data. They are the only thing here that leaves the warehouse: delete them once they
are handed over.
"""

from typing import Any

from airflow.sdk import dag, task

from dags.stage_task import CUSTOMER, FULL_REFRESH, SEGMENT, dag_settings, run_in_task


@dag(
    dag_id="extract",
    schedule=[CUSTOMER],
    doc_md=__doc__,
    params={"full_refresh": FULL_REFRESH},
    **dag_settings("extract"),
)
def extract() -> None:
    """Customers to consented segment files."""

    @task(outlets=[SEGMENT], multiple_outputs=False)
    def extract_segments() -> dict[str, Any]:
        return run_in_task("extract")

    extract_segments()


extract()
