"""What all DAGs here share: the assets that chain them, the settings of their tasks, and the call into a stage.

In: the name of a stage and, from Airflow's context, the run's params and kind. Out: the stage's counts, which become
the task's XCom; never a row and never a value of a person.
"""

import re
import traceback
from collections.abc import Mapping
from datetime import UTC, date, timedelta
from typing import TYPE_CHECKING, Any

import structlog
from airflow.sdk import Asset, Param, get_current_context
from airflow.sdk.exceptions import AirflowFailException

from dags.writer_pool import POOL, PRIORITY

if TYPE_CHECKING:
    from pipeline.stage import Count, Options

STANDARD = Asset("guiyi/standard")
IDENTITY = Asset("guiyi/identity")
CUSTOMER = Asset("guiyi/customer")
PUBLISHED = Asset("guiyi/published")
SEGMENT = Asset("guiyi/segment")

FULL_REFRESH = Param(
    False, type="boolean", title="Full refresh", description="Do the work anew even where nothing has changed."
)


# Airflow logs through structlog; this name may be given a level of its own in [logging] namespace_levels.
log = structlog.get_logger("guiyi.dags")


class StageStopped(RuntimeError):
    """A stage stopped on an error that is not ours; its text is withheld because it could quote a customer's data."""


def raw_asset(source: str) -> Asset:
    """The asset that says: the raw tables of this source have taken in what was delivered."""
    return Asset(f"guiyi/raw/{source}")


def date_param(description: str) -> Param:
    """An optional day, as yyyy-mm-dd."""
    return Param(None, type=["null", "string"], format="date", title="Date", description=description)


def dag_settings(stage: str) -> dict[str, Any]:
    """The arguments of `@dag` that every DAG of a stage has in common.

    One run at a time: events that arrive meanwhile wait and start one further run together, not one each.
    """
    return {
        "catchup": False,
        "max_active_runs": 1,
        "tags": ["guiyi", stage],
        "default_args": {
            "owner": "guiyi",
            "pool": POOL,
            "priority_weight": PRIORITY[stage],
            "weight_rule": "absolute",
            "retries": 3,
            "retry_delay": timedelta(seconds=30),
            "retry_exponential_backoff": 2.0,
            "max_retry_delay": timedelta(minutes=10),
            # A task that hangs would hold the only slot of the pool for ever.
            "execution_timeout": timedelta(hours=6),
        },
    }


def run_in_task(stage: str, *, source: str | None = None) -> "dict[str, Count]":
    """Run one stage of the pipeline from inside a task and return its counts.

    Errors: AirflowFailException for what a retry cannot mend (a failed quality gate, a wrong configuration);
    WarehouseBusy, StagePostponed (a system that does not answer) and StageStopped are retried.
    """
    from pipeline.config import load_config
    from pipeline.run import run_stage

    context = get_current_context()
    options = stage_options(context, source)
    run_id = safe_run_id(context["dag_run"].dag_id, context["dag_run"].run_id)
    try:
        report = run_stage(stage, load_config(), run_id=run_id, options=options, progress=log.info)
    except Exception as error:
        # Raised outside this block: Airflow logs an error together with the one it was raised from.
        failure = as_task_error(stage, error)
    else:
        return dict(report.counts)
    raise failure


def stage_options(context: Mapping[str, Any], source: str | None) -> "Options":
    """What the run's params and kind ask of the stage.

    With a source (ingest) `date` is the last day of delivery to take, otherwise the day to look back from.
    """
    from pipeline.stage import Options

    params = context["params"]
    day = date.fromisoformat(params["date"]) if params.get("date") else None
    full_refresh = bool(params.get("full_refresh"))
    if source is None:
        return Options(full_refresh=full_refresh, as_of=day)
    return Options(sources=(source,), full_refresh=full_refresh, delivered_until=day or backfilled_until(context))


def backfilled_until(context: Mapping[str, Any]) -> date | None:
    """The day a backfill run is for; None for runs that take whatever there is."""
    if str(getattr(context["dag_run"].run_type, "value", context["dag_run"].run_type)) != "backfill":
        return None
    day: date = context["data_interval_end"].astimezone(UTC).date()
    return day


def safe_run_id(dag_id: str, run_id: str) -> str:
    """Airflow's run id with its DAG, in characters that may stand in a file name: ops.run leads back to the run."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", f"{dag_id}.{run_id}")


def as_task_error(stage: str, error: Exception) -> Exception:
    """The error a task ends with; `run_in_task` says which are retried."""
    from pipeline.errors import speaks_to_the_user
    from pipeline.stage import StagePostponed
    from warehouse.connection import WarehouseBusy

    if isinstance(error, WarehouseBusy):
        return WarehouseBusy(str(error))
    if isinstance(error, StagePostponed):
        return StagePostponed(str(error))
    if speaks_to_the_user(error):
        return AirflowFailException(str(error))
    places = [f"{frame.name} (line {frame.lineno})" for frame in traceback.extract_tb(error.__traceback__)[-4:]]
    return StageStopped(
        f"{stage} stopped on {type(error).__name__} in {' > '.join(places)}. The error's text is withheld, since it "
        f"could quote a customer's data; `guiyi {stage}` on the machine that holds the data shows it."
    )
