"""What a task passes to its stage, and what becomes of the stage's errors."""

import traceback
from datetime import UTC, date, datetime
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from pipeline import config as pipeline_config
from pipeline import run as pipeline_run
from pipeline.stage import Options, StageFailed, StagePostponed, StageReport
from warehouse.connection import WarehouseBusy

SECRET = "13800138000"


def context(run_type: str = "manual", **params: Any) -> dict[str, Any]:
    """What Airflow tells a task of the run of 3 March 2026."""
    return {
        "params": params,
        "dag_run": SimpleNamespace(dag_id="ingest_zoho", run_id="manual__2026-03-03T10:00:00+00:00", run_type=run_type),
        "data_interval_end": datetime(2026, 3, 3, tzinfo=UTC),
    }


@pytest.mark.parametrize(
    ("given", "source", "expected"),
    [
        pytest.param(context(), "zoho", Options(sources=("zoho",)), id="a manual run takes everything of its source"),
        pytest.param(context("scheduled"), "zoho", Options(sources=("zoho",)), id="so does a scheduled one"),
        pytest.param(
            context("backfill"),
            "zoho",
            Options(sources=("zoho",), delivered_until=date(2026, 3, 3)),
            id="a backfill run takes what was delivered up to its day",
        ),
        pytest.param(
            context("backfill", date="2026-03-01"),
            "zoho",
            Options(sources=("zoho",), delivered_until=date(2026, 3, 1)),
            id="a date says up to which day",
        ),
        pytest.param(
            context(date="2026-03-01"), None, Options(as_of=date(2026, 3, 1)), id="later stages look back from the date"
        ),
        pytest.param(context(full_refresh=True), None, Options(full_refresh=True), id="full refresh"),
        pytest.param(context(date=None, full_refresh=False), None, Options(), id="params left alone"),
    ],
)
def test_stage_options(stage_task: ModuleType, given: dict[str, Any], source: str | None, expected: Options) -> None:
    assert stage_task.stage_options(given, source) == expected


def test_run_id_leads_back_to_the_run_and_may_stand_in_a_file_name(stage_task: ModuleType) -> None:
    run_id = stage_task.safe_run_id("ingest_zoho", "manual__2026-03-03T10:00:00.5+00:00")
    assert run_id == "ingest_zoho.manual__2026-03-03T10-00-00.5-00-00"


def test_counts_are_returned_for_xcom(stage_task: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    def run_stage(name: str, config: object, **given: Any) -> StageReport:
        return StageReport(name, given["run_id"], "done", 0.0, {"rows_out": 3})

    _replace(monkeypatch, stage_task, run_stage)
    assert stage_task.run_in_task("ingest", source="zoho") == {"rows_out": 3}


@pytest.mark.parametrize(
    ("error", "kind", "text"),
    [
        pytest.param(StageFailed("mend the file"), "AirflowFailException", "mend the file", id="ours: no retry"),
        pytest.param(
            StagePostponed("too many requests"), "StagePostponed", "too many requests", id="passes by itself: retried"
        ),
        pytest.param(WarehouseBusy("wait"), "WarehouseBusy", "wait", id="busy warehouse: retried"),
        pytest.param(
            ValueError(SECRET), "StageStopped", "stopped on ValueError", id="a library's: retried, text withheld"
        ),
        pytest.param(OSError(SECRET), "StageStopped", "stopped on OSError", id="the system's: retried, text withheld"),
    ],
)
def test_errors(
    stage_task: ModuleType, monkeypatch: pytest.MonkeyPatch, error: Exception, kind: str, text: str
) -> None:
    def run_stage(name: str, config: object, **given: Any) -> StageReport:
        raise error

    _replace(monkeypatch, stage_task, run_stage)
    with pytest.raises(Exception) as caught:  # noqa: PT011
        stage_task.run_in_task("ingest", source="zoho")
    assert type(caught.value).__name__ == kind
    assert text in str(caught.value)
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def _replace(monkeypatch: pytest.MonkeyPatch, stage_task: ModuleType, run_stage: Any) -> None:
    monkeypatch.setattr(pipeline_run, "run_stage", run_stage)
    monkeypatch.setattr(pipeline_config, "load_config", lambda: None)
    monkeypatch.setattr(stage_task, "get_current_context", context)
