"""An erased person who comes back: the tombstones are taken away, and sources may deliver the person again.

In: an identifier, who and why. Out: ops.tombstone without the acts that know the identifier, and an act in ops.audit.
What had been dropped meanwhile is not kept anywhere; it comes with the next delivery that holds it.
"""

from pipeline.config import Config
from pipeline.rights.restrictions import carrier_text
from pipeline.rights.subject import Request, SubjectNotFound, find_values
from pipeline.stage import Count, Options, Work, execute, transaction
from warehouse.audit import record_act
from warehouse.connection import WarehouseMissing
from warehouse.rights.digest import open_key


def readmit(config: Config, request: Request, *, actor: str, reason: str) -> int:
    """Take the tombstones away; how many acts they were of. SubjectNotFound when no act knows the identifier."""
    if not config.warehouse.exists():  # opening it for writing would make an empty one
        raise WarehouseMissing(f"{config.warehouse} does not exist yet: run `guiyi run` first")
    values = find_values(config, request)

    def work(work: Work) -> dict[str, Count]:
        acts = _find_acts(work, request, values)
        if not acts:
            raise SubjectNotFound(f"no erased person is known by this {request.namespace}")
        with transaction(work.con):
            gone = work.con.execute(
                "delete from ops.tombstone where list_contains($acts::varchar[], act_id)", {"acts": acts}
            ).fetchone()
            record_act(
                work.con, acted_at=work.now, actor=actor, action="readmit", subject=", ".join(acts),
                detail={"tombstones": int(gone[0]) if gone else 0, "reason": reason},
            )  # fmt: skip
        return {"changed": 0, "acts": len(acts)}

    return int(execute("readmit", work, config, options=Options(actor=actor)).counts["acts"])


def _find_acts(work: Work, request: Request, values: list[str]) -> list[str]:
    if not work.con.execute("select 1 from ops.tombstone limit 1").fetchone():
        return []
    key = open_key(work.config.home)
    digests = [key.digest(carrier_text(request.namespace, value)) for value in values]
    rows = work.con.execute(
        """
        select distinct act_id from ops.tombstone
        where kind = 'carrier' and list_contains($digests::varchar[], digest) order by 1
        """,
        {"digests": digests},
    ).fetchall()
    return [row[0] for row in rows]
