"""Who did what to personal data: the one way into ops.audit.

In: who, what, about what, and counts. Out: a row. Subject and detail never hold a value of a person.
"""

import json
from collections.abc import Mapping
from datetime import datetime

import duckdb


def record_act(
    con: duckdb.DuckDBPyConnection,
    *,
    acted_at: datetime,
    actor: str,
    action: str,
    subject: str,
    detail: Mapping[str, object],
) -> None:
    """Append one act; `acted_at` is UTC without a zone, `detail` goes in as JSON."""
    con.execute(
        "insert into ops.audit values (?, ?, ?, ?, ?)",
        [acted_at, actor, action, subject, json.dumps(detail, ensure_ascii=False)],
    )
