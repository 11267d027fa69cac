"""A steward's decision on two records, stored by their source keys.

In: a verdict and two records. Out: a row in identity.decision and in ops.audit. The next resolve applies it.
"""

from datetime import datetime

from pipeline.config import Config
from pipeline.evidence import UnknownRecord, find_record
from pipeline.keys import short_hash
from pipeline.stage import Count, Work, execute, transaction
from warehouse.connection import WarehouseMissing


def decide(
    config: Config,
    verdict: str,
    left: str,
    right: str,
    *,
    decided_by: str,
    decided_at: datetime,
    note: str | None = None,
) -> str:
    """Store the decision and return its id; UnknownRecord when a record does not exist or both are one."""
    if not config.warehouse.exists():  # opening it for writing would make an empty one
        raise WarehouseMissing(f"{config.warehouse} does not exist yet: run `guiyi run` first")
    decision: dict[str, str] = {}

    def work(work: Work) -> dict[str, Count]:
        decision["id"] = _store(work, verdict, left, right, decided_by, decided_at, note)
        return {"changed": 1}

    # A stage of its own in ops.run, so that resolve knows that there is something new.
    execute("decide", work, config)
    return decision["id"]


def _store(
    work: Work, verdict: str, left: str, right: str, decided_by: str, decided_at: datetime, note: str | None
) -> str:
    records = sorted((find_record(work.con, left), find_record(work.con, right)), key=lambda each: each.record_id)
    if records[0] == records[1]:
        raise UnknownRecord("a decision needs two different records")
    keys = [part for each in records for part in (each.source, each.stream, each.source_record_id)]
    decision_id = short_hash(*keys, verdict, decided_at.isoformat())
    with transaction(work.con):
        work.con.execute(
            "insert into identity.decision values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [decision_id, verdict, *keys, decided_by, decided_at, note],
        )
        work.con.execute(
            "insert into ops.audit values (?, ?, 'decide', ?, ?)",
            [decided_at, decided_by, decision_id, f'{{"verdict": "{verdict}"}}'],
        )
    return decision_id
