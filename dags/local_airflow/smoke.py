"""The proof that the DAGs do what `guiyi run` does, on a real scheduler.

In: nothing but the project. Out: nothing when the warehouse Airflow built equals the one `guiyi run` built, else an
error that says what differs or which task failed.

1. Fresh exports of a few hundred persons, and a data directory for each of the two ways.
2. A real scheduler, DAG processor and API server; every ingest DAG is triggered over the REST API.
3. A day of one source is backfilled as well.
4. The chain of assets must come to rest with every run green.
5. Meanwhile `guiyi run` takes the same exports into the other data directory.
6. Row counts of every table outside ops must be equal, and so must the grouping of records into customers.

Everything started is stopped, however it ends; the directory is kept when it ends badly.
"""

import json
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from dags.local_airflow.comparison import TableRows, compare_rows, count_regrouped
from dags.local_airflow.processes import run_module, start_module, stop_sessions
from dags.local_airflow.rest import Api
from dags.local_airflow.server import LocalAirflowError, Say, Server, expected_dags, run_server
from dags.local_airflow.settings import USER
from dags.writer_pool import PRIORITY
from pipeline.config import Config, load_config

CUSTOMERS = 300
DAYS = 5
CHAIN_SECONDS = 480.0
POLL_SECONDS = 2.0
LOG_LINES = 25


class SmokeFailed(LocalAirflowError):
    """A run failed, the chain did not come to rest, or the two warehouses differ; the text says which and where."""


def run_smoke(console: Console) -> None:
    """Do the six steps; SmokeFailed says what went wrong or which tables differ."""
    base = load_config()
    started = time.monotonic()

    def say(text: str) -> None:
        console.print(f"[dim]{time.monotonic() - started:6.1f} s[/dim]  {text}", highlight=False, soft_wrap=True)

    with _scratch(say) as scratch:
        by_airflow, by_command = (
            replace(base, home=scratch / name, inbox=scratch / "exports") for name in ("by_airflow", "by_command")
        )
        _write_exports(by_airflow.inbox, say)
        with run_server(by_airflow, say) as server, Api(server.place.url, USER, server.password) as api:
            api.log_in()
            _ingest_everything(api, by_airflow, say)
            with _guiyi_run(by_command, server.environment) as finished:
                _backfill_one_day(server, by_airflow, say)
                _wait_for_rest(server, api, by_airflow, say)
                say("the chain is at rest; waiting for `guiyi run`")
                finished()
        say("everything started has been stopped")
        rows = compare_rows(by_airflow.warehouse, by_command.warehouse)
        regrouped = count_regrouped(by_airflow.warehouse, by_command.warehouse)
        _show(console, rows)
        _judge(rows, regrouped)
    say("[green]the same[/green]: every table, and every record with the same others")


@contextmanager
def _scratch(say: Say) -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="guiyi-smoke-")).resolve()
    try:
        yield path
    except BaseException:
        say(f"kept for a look: {path}")
        raise
    shutil.rmtree(path)


def _write_exports(out: Path, say: Say) -> None:
    from pipeline.demo.exports import write_demo

    say(f"writing {DAYS} days of exports of {CUSTOMERS} persons")
    write_demo(out, customers=CUSTOMERS, days=DAYS)


def _ingest_everything(api: Api, config: Config, say: Say) -> None:
    for dag_id in sorted(expected_dags(config)):
        if dag_id.startswith("ingest_"):
            api.trigger(dag_id)
    say(f"triggered {len(config.sources)} ingest DAGs over the REST API")


def _backfill_one_day(server: Server, config: Config, say: Say) -> None:
    dag_id = f"ingest_{next(iter(config.sources))}"
    # Today's run: after the backfill of an earlier day the schedule would at once make the run of last midnight.
    day = datetime.now(UTC).date().isoformat()
    log = server.place.output / "backfill.log"
    command = ["airflow", "backfill", "create", "--dag-id", dag_id, "--from-date", day, "--to-date", day]
    if run_module(command, server.environment, log):
        raise SmokeFailed(f"`airflow backfill create` failed: see {log}")
    say(f"asked for a backfill of one day of {dag_id}")


def _wait_for_rest(server: Server, api: Api, config: Config, say: Say) -> None:
    """Until every DAG and the backfill have run, no run is under way and no event waits to start one (seen twice)."""
    deadline = time.monotonic() + CHAIN_SECONDS
    seen_at_rest, last = 0, ""
    while seen_at_rest < 2:
        server.check()
        _check_tasks(server, api)
        runs = api.runs()
        if (summary := _summary(runs)) != last:
            say(summary)
            last = summary
        seen_at_rest = seen_at_rest + 1 if _at_rest(api, runs, expected_dags(config)) else 0
        if time.monotonic() > deadline:
            raise SmokeFailed(f"the chain was not at rest after {CHAIN_SECONDS:.0f} s: see {server.place.task_logs}")
        time.sleep(POLL_SECONDS)


def _check_tasks(server: Server, api: Api) -> None:
    # A task that waits for its second try has failed here: nothing competes with it.
    for task in api.failed_tasks():
        attempt = f"attempt={task['try_number']}.log"
        folder = f"dag_id={task['dag_id']}/run_id={task['dag_run_id']}/task_id={task['task_id']}"
        log = server.place.task_logs / folder / attempt
        raise SmokeFailed(f"{task['dag_id']}.{task['task_id']} is {task['state']}; {log} ends with\n{_tail(log)}")


def _tail(log: Path) -> str:
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else ["(no such file)"]
    return "\n".join(_readable(line) for line in lines[-LOG_LINES:])


def _readable(line: str) -> str:
    """A line of a task's log, which is JSON, as level, text and errors; any other line as it is."""
    try:
        entry = json.loads(line)
        errors = [f"{error['exc_type']}: {error['exc_value']}" for error in entry.get("error_detail", [])]
        return "  ".join([entry["level"], entry["event"], *errors])
    except (ValueError, TypeError, KeyError, AttributeError):
        return line


def _at_rest(api: Api, runs: list[dict[str, Any]], expected: set[str]) -> bool:
    return (
        all(run["state"] == "success" for run in runs)
        and expected <= {run["dag_id"] for run in runs}
        and any(run["run_type"] == "backfill" for run in runs)
        and not any(api.has_queued_events(dag_id) for dag_id in PRIORITY if dag_id != "ingest")
    )


def _summary(runs: list[dict[str, Any]]) -> str:
    """Successful of all runs, per stage."""
    stages = [(run["dag_id"].partition("_")[0], run["state"] == "success") for run in runs]
    total, done = Counter(stage for stage, _ in stages), Counter(stage for stage, green in stages if green)
    return "green runs: " + ", ".join(f"{stage} {done[stage]}/{total[stage]}" for stage in PRIORITY if total[stage])


@contextmanager
def _guiyi_run(config: Config, environment: dict[str, str]) -> Iterator[Callable[[], None]]:
    """Start `guiyi run`; yields what waits for its end. Stopped on leaving if it still runs."""
    config.home.mkdir(parents=True)
    log = config.home / "run.log"
    own = {"GUIYI_HOME": str(config.home), "GUIYI_INBOX": str(config.inbox)}
    process = start_module(["pipeline.command_line", "run"], environment | own, log)

    def finish() -> None:
        if process.wait(timeout=CHAIN_SECONDS):
            raise SmokeFailed(f"`guiyi run` failed; {log} ends with\n{_tail(log)}")

    try:
        yield finish
    finally:
        stop_sessions([process.pid])
        process.wait()


def _show(console: Console, rows: list[TableRows]) -> None:
    table = Table("table", title="rows", title_justify="left")
    for heading in ("Airflow", "guiyi run", ""):
        table.add_column(heading, justify="right")
    for row in rows:
        note = "[red]differs[/red]" if row.differs else "history" if row.is_history else "equal"
        table.add_row(row.table, *("-" if count is None else f"{count:,}" for count in (row.left, row.right)), note)
    console.print(table)


def _judge(rows: list[TableRows], regrouped: int) -> None:
    differing = [row.table for row in rows if row.differs]
    if not any(row.left for row in rows if row.table == "customer.customer"):
        differing.append("customer.customer (no rows at all)")
    if differing or regrouped:
        tables = ", ".join(differing) or "none"
        raise SmokeFailed(f"not the same: tables that differ: {tables}; records grouped differently: {regrouped}")
