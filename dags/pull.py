"""
### Pull: what changed in a source system, from its API into the inbox and the raw tables

One DAG per source with `[source.….api]` or `[source.….location]` settings in config/guiyi.toml, named
`pull_<source>`. Without such settings there is none.

**Takes** what the system's API tells about records changed or deleted since the last pull, or the files that are new
at the source's location (folder, S3, SFTP, HTTPS), and puts it into the inbox as files; a second task then takes the
source's files in, as *ingest* does. Credentials are never in the configuration: it names the environment variables or
the Airflow connection that hold them.

**Starts** every hour, and whenever you trigger it. One pull at a time: the systems count calls per account.

**Gives** the asset `guiyi/raw/<source>`, which starts *standardise*.

**Params**: `full_refresh` forgets watermarks and places reached, and pulls everything again.

**Hazard.** A pull takes as long as the system's limits make it take; the first of a large system may take hours. It
does not hold the warehouse meanwhile, so it has no slot of the pool.

**When it fails** nothing is lost: pages written so far are in the inbox, and the next run goes on after them.
`ops.pull` tells how far each stream came. What passes by itself (no usable answer, called too often, another pull
under way) is retried after five minutes and twice more; refused credentials and used-up quotas are not.
"""

from datetime import timedelta
from typing import Any

from airflow.sdk import CronTriggerTimetable, dag, task

from dags.stage_task import FULL_REFRESH, dag_settings, raw_asset, run_in_task
from pipeline.config import load_config

# The pull itself has repeated its requests for minutes before it gives up.
PATIENCE = timedelta(minutes=5)
HOURLY = CronTriggerTimetable("0 * * * *", timezone="UTC", run_immediately=timedelta(0))


def define_pull(source: str) -> None:
    """Define the DAG of one source."""

    @dag(
        dag_id=f"pull_{source}",
        schedule=HOURLY,
        doc_md=__doc__,
        params={"full_refresh": FULL_REFRESH},
        **dag_settings("ingest") | {"tags": ["guiyi", "pull"]},
    )
    def pull() -> None:
        @task(pool="default_pool", multiple_outputs=False, retry_delay=PATIENCE)
        def pull_records() -> dict[str, Any]:
            return run_in_task("pull", source=source)

        @task(outlets=[raw_asset(source)], multiple_outputs=False)
        def load_deliveries() -> dict[str, Any]:
            return run_in_task("ingest", source=source)

        pull_records() >> load_deliveries()

    pull()


for name, settings in load_config().sources.items():
    if settings.api is not None or settings.location is not None:
        define_pull(name)
