"""The part of a stream that makes events.

In: roles and, if rows name one, the user. Out: a table as connectors/declared.py takes it.
"""

from typing import Any

from pipeline.inference.column_roles import Roles
from pipeline.inference.record_proposal import RecordProposal, id_of, plain
from pipeline.inference.sample import Column

STREAM = "users"
_FIELDS = ("session_id", "url", "referrer", "campaign", "ip", "user_agent")


def occurred_at(roles: Roles) -> Column | None:
    """When something happened, by the best of the times there are."""
    times = ("occurred_at", "moment", "created_at", "updated_at")
    return next((column for name in times if (column := roles.get(name))), None)


def propose_event(roles: Roles, user: RecordProposal | None) -> dict[str, Any]:
    """One event a row; without an id of its own, it is known by its line."""
    at = occurred_at(roles)
    assert at is not None
    number = roles.get("event_key") or roles.get("record_key")
    event: dict[str, Any] = {
        "id": id_of(number) if number and number.repeated == 0 else "_batch_id || ':' || _line",
        "occurred_at": plain(at),
    }
    if column := roles.get("event_name"):
        event["name"] = plain(column)
    elif roles.has("url"):
        event["type"] = "'page'"
    if column := roles.get("anonymous_id"):
        event["anonymous_id"] = plain(column)
    if user:
        event |= {"record": user.key, "stream": STREAM}
    return event | {name: plain(column) for name in _FIELDS if (column := roles.get(name))}
