"""
### Ingest: what a source system delivered, into the raw tables

One DAG per `[source.…]` of config/guiyi.toml, named `ingest_<source>`. A new source in that file is a new DAG here.

**Takes** the source's files from the inbox. Every file is recorded once by the hash of its bytes, its original bytes
are archived, readable rows go to `raw.*`, unreadable ones to `ops.quarantine` with file, line and reason.

**Starts** every day at 00:00 UTC, and whenever you trigger it: a run takes whatever the inbox holds, so trigger it as
often as files arrive. A run that finds nothing new costs seconds.

**Gives** the asset `guiyi/raw/<source>`, which starts *standardise*.

**Params**: `date` takes only deliveries made up to this day (the day in the file's name). There is no full refresh:
what was delivered is loaded once and kept; refresh *standardise* to read the raw rows anew.

**Backfill.** `airflow backfill create --dag-id ingest_shopify --from-date 2026-03-01 --to-date 2026-03-05` makes one
run a day, both ends included; each takes the deliveries made up to its day. Days already loaded change nothing, so a
backfill may be repeated and may run beside the schedule. (With the local Airflow write
`python -m dags.local_airflow airflow backfill create …`, or use *Trigger > Backfill* in the browser.)

**When it fails.** A failed gate (rows delivered ≠ loaded + quarantined) is not retried: see `ops.quality_result` and
`guiyi status`. A busy warehouse file is retried three times, half a minute apart and doubling. Clearing the task is
always safe.
"""

from datetime import timedelta
from typing import Any

from airflow.sdk import CronTriggerTimetable, dag, task

from dags.stage_task import dag_settings, date_param, raw_asset, run_in_task
from pipeline.config import load_config

# A trigger, not a data interval: `--from-date D --to-date D` then means the run of day D. No run on switching on: the
# first scheduled run is the next midnight's.
DAILY = CronTriggerTimetable("0 0 * * *", timezone="UTC", run_immediately=timedelta(0))


def define_ingest(source: str) -> None:
    """Define the DAG of one source."""

    @dag(
        dag_id=f"ingest_{source}",
        schedule=DAILY,
        doc_md=__doc__,
        params={"date": date_param("Take only deliveries made up to this day.")},
        **dag_settings("ingest"),
    )
    def ingest() -> None:
        @task(outlets=[raw_asset(source)], multiple_outputs=False)
        def load_deliveries() -> dict[str, Any]:
            return run_in_task("ingest", source=source)

        load_deliveries()

    ingest()


for name in load_config().sources:
    define_ingest(name)
