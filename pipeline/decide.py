"""A steward's decision on two records, stored by their source keys.

In: a verdict and two records. Out: a row in identity.decision and in ops.audit, and the earlier decisions it
contradicts, which is no reason not to store it. The next resolve applies it.
"""

from dataclasses import dataclass
from datetime import datetime

from pipeline.config import Config
from pipeline.decisions import find_contradicted, read_decisions
from pipeline.evidence import Decision, UnknownRecord, find_record
from pipeline.keys import short_hash
from pipeline.stage import Count, Work, execute, transaction
from warehouse.audit import record_act
from warehouse.connection import WarehouseMissing


@dataclass(frozen=True)
class Outcome:
    """What became of a decision.

    contradicts: for "different" the chain of "same" that still joins both records, so that it is not applied; for
    "same" the decisions "different" that it overrules.
    """

    decision_id: str
    contradicts: tuple[Decision, ...]


def decide(
    config: Config,
    verdict: str,
    left: str,
    right: str,
    *,
    decided_by: str,
    decided_at: datetime,
    note: str | None = None,
) -> Outcome:
    """Store the decision; UnknownRecord when a record does not exist or both are one."""
    if not config.warehouse.exists():  # opening it for writing would make an empty one
        raise WarehouseMissing(f"{config.warehouse} does not exist yet: run `guiyi run` first")
    outcomes: list[Outcome] = []

    def work(work: Work) -> dict[str, Count]:
        outcomes.append(_store(work, verdict, left, right, decided_by, decided_at, note))
        return {"changed": 1, "contradicts": len(outcomes[0].contradicts)}

    # A stage of its own in ops.run, so that resolve knows that there is something new.
    execute("decide", work, config)
    return outcomes[0]


def _store(
    work: Work, verdict: str, left: str, right: str, decided_by: str, decided_at: datetime, note: str | None
) -> Outcome:
    first, second = sorted((find_record(work.con, left), find_record(work.con, right)), key=lambda each: each.record_id)
    if first == second:
        raise UnknownRecord("a decision needs two different records")
    keys = [part for each in (first, second) for part in (each.source, each.stream, each.source_record_id)]
    decision_id = short_hash(*keys, verdict, decided_at.isoformat())
    with transaction(work.con):
        work.con.execute(
            "insert into identity.decision values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [decision_id, verdict, *keys, decided_by, decided_at, note],
        )
        record_act(
            work.con, acted_at=decided_at, actor=decided_by, action="decide", subject=decision_id,
            detail={"verdict": verdict},
        )  # fmt: skip
    return Outcome(decision_id, find_contradicted(read_decisions(work.con), (first.record_id, second.record_id)))
