"""Personal values shown to a person: noted in ops.audit before they are shown.

In: who looks at what, by ids and counts. Out: a row of ops.audit. The commands that show values only read the
warehouse; for this one row it is opened for writing, and closed before the values are read. While a stage is writing,
there is neither a row nor a look.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from pipeline.config import Config
from warehouse.audit import record_act
from warehouse.connection import READ_WAIT_SECONDS, open_warehouse
from warehouse.tables import create_tables

ACTION = "show"


def note_disclosure(config: Config, *, actor: str, subject: str, detail: Mapping[str, object]) -> None:
    """Append the act; WarehouseBusy when a stage is writing."""
    now = datetime.now(UTC).replace(tzinfo=None)
    with open_warehouse(config.warehouse, wait_seconds=READ_WAIT_SECONDS) as con:
        create_tables(con)
        record_act(con, acted_at=now, actor=actor, action=ACTION, subject=subject, detail=detail)
