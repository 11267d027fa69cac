"""How far the pulls came: ops.pull read and written.

In: a source's stream. Out: where its next pull starts. Each change is one transaction, so that a kill leaves the state
before or after a page.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb

from connectors.api.exchange import State
from pipeline.stage import transaction


@dataclass
class Standing:
    """One pull as ops.pull knows it; `since` is the watermark it started from."""

    source: str
    stream: str
    started_at: datetime
    since: str | None
    state: State | None = None
    pages: int = 0
    records: int = 0
    requests: int = 0
    waited: float = 0.0

    @property
    def resumed(self) -> bool:
        """True when it goes on after a page that an earlier process kept."""
        return self.state is not None


def standing(con: duckdb.DuckDBPyConnection, source: str, stream: str, now: float, *, full: bool) -> Standing:
    """The unfinished pull to go on with, or a new one from the last watermark; with `full` a new one from nothing."""
    last = _last(con, source, stream)
    if last and last["status"] != "done" and not full:
        state = json.loads(last["state"]) if last["state"] else None
        counts = (last["pages"], last["records"], last["requests"], last["waited_seconds"])
        return Standing(source, stream, last["started_at"], last["since"], state, *counts)
    started = datetime.fromtimestamp(int(now), UTC).replace(tzinfo=None)
    if last:  # no two pulls of a stream share a start, which names their files
        started = max(started, last["started_at"] + timedelta(seconds=1))
    return Standing(source, stream, started, None if full or not last else last["watermark"])


def keep(
    con: duckdb.DuckDBPyConnection,
    pull: Standing,
    now: float,
    run_id: str,
    status: str = "running",
    *,
    watermark: str | None = None,
    error: str | None = None,
) -> None:
    """Write the pull's row."""
    key = {"source": pull.source, "stream": pull.stream, "started_at": pull.started_at}
    with transaction(con):
        con.execute(
            "delete from ops.pull where source = $source and stream = $stream and started_at = $started_at", key
        )
        con.execute(
            """
            insert into ops.pull values ($source, $stream, $started_at, $status, $since, $state, $watermark, $pages,
                $records, $requests, $waited, $error, $updated_at, $run_id)
            """,
            {
                **key,
                "status": status,
                "since": pull.since,
                "state": None if status == "done" or pull.state is None else json.dumps(pull.state),
                "watermark": watermark,
                "pages": pull.pages,
                "records": pull.records,
                "requests": pull.requests,
                "waited": round(pull.waited, 3),
                "error": error,
                "updated_at": datetime.fromtimestamp(now, UTC).replace(tzinfo=None),
                "run_id": run_id,
            },
        )


def _last(con: duckdb.DuckDBPyConnection, source: str, stream: str) -> dict[str, Any] | None:
    found = con.execute(
        "select * from ops.pull where source = ? and stream = ? order by started_at desc limit 1", [source, stream]
    )
    names = [column[0] for column in found.description or ()]
    row = found.fetchone()
    return dict(zip(names, row, strict=True)) if row else None
