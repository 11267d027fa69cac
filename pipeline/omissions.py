"""What a source leaves out: kinds of rows that another source tells better, and columns that must not be kept.

    [source.ga4]
    leave_out = ["purchase"]              # the shop's own orders are a source too
    drop = ["session_key", "card_*"]      # columns of any stream; patterns as in file names

    [source.shop.drop]                    # or by stream; "*" is any
    orders = ["card_*"]

In: the two keys. Out: kinds and patterns, checked; the stream without its mappings of these kinds. Columns are dropped
by connectors/secrets.py, these and those that the connector knows to be secrets. Both hold for what comes in from now
on: `guiyi standardise --full-refresh` does the first anew for what is there; columns that were loaded stay.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from connectors.stream import Stream

KINDS = ("record", "identifier", "event", "purchase", "purchase_line", "interaction", "feedback", "consent")
EVERY = "*"


def read_kinds(value: Any) -> tuple[str, ...]:
    """The value of `leave_out`; ValueError names what it may hold."""
    if not isinstance(value, list) or any(each not in KINDS for each in value):
        raise ValueError(f"leave_out is a list of {', '.join(KINDS)}")
    return tuple(value)


def read_patterns(value: Any) -> dict[str, tuple[str, ...]]:
    """The value of `drop` by stream; ValueError when it is neither a list of patterns nor a table of such lists."""
    table = value if isinstance(value, dict) else {EVERY: value}
    for patterns in table.values():
        if not isinstance(patterns, list) or not all(isinstance(each, str) and each for each in patterns):
            raise ValueError(
                'drop is a list of column names and patterns such as "card_*", or a table of them by stream'
            )
    return {stream: tuple(patterns) for stream, patterns in table.items()}


def without_kinds(stream: "Stream", kinds: tuple[str, ...]) -> "Stream":
    """The stream without its mappings of these kinds. Lines go with the orders they are of."""
    gone = set(kinds) | ({"purchase_line"} if "purchase" in kinds else set())
    single = ("record", "event", "purchase", "purchase_line", "interaction", "feedback")
    return replace(
        stream,
        **{kind: None for kind in single if kind in gone},  # type: ignore[arg-type]
        identifiers=() if "identifier" in gone else stream.identifiers,
        consents=() if "consent" in gone else stream.consents,
    )
