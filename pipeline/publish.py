"""The publish stage: a snapshot for readers, so that they never wait for the pipeline.

In: customer.*, mart.*, segment.* and identity.*. Out: published/customers.duckdb, which analysts open, and
published/customers_full.duckdb. Both hold every column for now; the first becomes pseudonymised and the second
encrypted when roles exist.
"""

from pipeline.stage import Count, Work
from warehouse.audit import record_act
from warehouse.publishing import copy_snapshot, publish_snapshot

ANALYSTS = "customers.duckdb"
FULL = "customers_full.duckdb"


def publish(work: Work) -> dict[str, Count]:
    """Replace both snapshots; counts are tables, rows and customers published."""
    work.progress("copying tables")
    directory = work.config.published
    rows = publish_snapshot(work.con, directory / FULL)
    copy_snapshot(directory / FULL, directory / ANALYSTS)
    counts: dict[str, Count] = {
        "tables": len(rows),
        "rows": sum(rows.values()),
        "customers": rows["customer.customer"],
        "rows_in": sum(rows.values()),
        "rows_out": sum(rows.values()),
        "bytes": (directory / FULL).stat().st_size,
    }
    record_act(
        work.con, acted_at=work.now, actor=work.options.actor, action="publish", subject=f"{ANALYSTS}, {FULL}",
        detail=counts,
    )  # fmt: skip
    return counts
