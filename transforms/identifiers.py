"""Identifiers: keys that other systems gave out, so that the same key is always the same text.

In: a column of raw values. Out: `identifier` and `reason`. Case is kept (an openid is case-sensitive) except in UUIDs.
All steps run on whole columns: there may be millions of cookies.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from transforms.text import clean_text, is_placeholder

# pattern, replacement, in order; RE2 syntax.
REPAIRS = (
    (r"^['`]+", ""),  # Excel and Shopify mark text cells with an apostrophe
    (r"^\{(.*)\}$", r"\1"),  # GUIDs as Windows writes them
    (r"^(?i:zcrm_)(\d+)$", r"\1"),  # Zoho's export and its API write the same record both ways
    (r"^(?:l|ag|as|c|f): ?(\d+)$", r"\1"),  # Meta lead ads mark the kind of number
    (r"^(\d+)\.0+$", r"\1"),  # a number column that once held a blank
)
UUID = r"^[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}$"
ROUNDED = r"^\d(?:\.\d+)?[eE]\+?\d+$"
# Nothing but zeros, or nothing but f: what a device answers when it may not be tracked.
EMPTY_DEVICE = r"^(?:[0\-:.]+|[fF\-:]{8,}|-1)$"
KNOWN_EMPTY = (
    *("anonymous", "guest", "not_applicable", "false", "true", "object", "[object object]", "deleted"),
    "9774d56d682e549c",  # one Android build gave this id to every device
    "02:00:00:00:00:00",  # what phones answer instead of their network address
    *("004999010640000", "012345678912345", "012345678901234", "123456789012345"),  # IMEIs of copies and emulators
    "unknown-device",
)


def clean_identifiers(values: pa.Array | pa.ChunkedArray | Sequence[str | None]) -> pa.Table:
    """Give `identifier` and `reason` for each value; a placeholder or a rounded number is null with its reason."""
    text = clean_text(values, placeholders=False)
    for pattern, replacement in REPAIRS:
        text = pc.replace_substring_regex(text, pattern, replacement)
    text = pc.utf8_trim_whitespace(text)
    text = pc.if_else(pc.match_substring_regex(text, UUID), pc.utf8_lower(text), text)
    empty = _is_empty(text)
    rounded = pc.match_substring_regex(text, ROUNDED)
    nothing = pa.scalar(None, pa.string())
    reason = pc.if_else(empty, "placeholder", pc.if_else(rounded, "rounded by a spreadsheet", nothing))
    return pa.table({"identifier": pc.if_else(pc.or_(empty, rounded), nothing, text), "reason": reason})


def _is_empty(text: pa.Array) -> pa.BooleanArray:
    known = pc.is_in(pc.utf8_lower(text), value_set=pa.array(KNOWN_EMPTY))
    device = pc.or_(pc.match_substring_regex(text, EMPTY_DEVICE), pc.equal(text, ""))
    return pc.or_(pc.or_(is_placeholder(text), known), device)
