"""The segments marketing has defined: config/segments.toml, read and checked.

In: the file. Out: `Segment` values whose condition is confined (see segment_query.py) and whose columns exist.
"""

import re
import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from warehouse.segment_query import SegmentError, check_column, confine_condition

PURPOSES = ("marketing", "sharing")

# The column of mart.customer_360 a channel reaches a person by.
ADDRESSES = {"email": "email", "sms": "phone", "phone": "phone", "wechat": "wechat_openid"}

_TEXTS = ("title", "description", "owner", "purpose", "channel", "where")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


@dataclass(frozen=True)
class Segment:
    """One segment; `condition` is safe SQL over mart.customer_360."""

    name: str
    title: str
    description: str
    owner: str
    purpose: str
    channel: str
    condition: str
    columns: tuple[str, ...]

    @property
    def address(self) -> str:
        """The column of mart.customer_360 the channel reaches a person by."""
        return ADDRESSES[self.channel]


def read_segments(path: Path) -> dict[str, Segment]:
    """Read segments.toml, in the order of the file; SegmentError names the segment and what to change."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SegmentError(f"{path} does not exist: put segments.toml beside guiyi.toml") from None
    except tomllib.TOMLDecodeError as error:
        raise SegmentError(f"{path}: {error}") from None
    if unknown := sorted(set(data) - {"segment"}):
        raise SegmentError(f"{path}: unknown {', '.join(unknown)}; only [segment.<name>] tables are read")
    return {name: _segment(name, entry) for name, entry in data.get("segment", {}).items()}


def choose_segments(segments: dict[str, Segment], names: tuple[str, ...]) -> list[Segment]:
    """The segments called `names`, or all when none is named; SegmentError suggests the nearest for a wrong name."""
    for name in names:
        if name not in segments:
            near = get_close_matches(name, segments, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(segments) or 'none'}"
            raise SegmentError(f"there is no segment {name}: {hint}")
    return [segment for name, segment in segments.items() if not names or name in names]


def _segment(name: str, entry: dict[str, Any]) -> Segment:
    try:
        if not _NAME.fullmatch(name):
            raise SegmentError("its name becomes a directory: use a-z, 0-9 and _, starting with a letter")
        _check_keys(entry)
        _check_choice("purpose", entry["purpose"], PURPOSES)
        _check_choice("channel", entry["channel"], tuple(ADDRESSES))
        return Segment(
            name=name,
            title=entry["title"],
            description=entry["description"],
            owner=entry["owner"],
            purpose=entry["purpose"],
            channel=entry["channel"],
            condition=confine_condition(entry["where"]),
            columns=_columns(entry["columns"], ADDRESSES[entry["channel"]]),
        )
    except SegmentError as error:
        raise SegmentError(f"[segment.{name}] {error}") from None


def _check_keys(entry: dict[str, Any]) -> None:
    known = {*_TEXTS, "columns"}
    if unknown := sorted(set(entry) - known):
        raise SegmentError(f"has unknown {', '.join(unknown)}; known are {', '.join(sorted(known))}")
    if missing := sorted(known - set(entry)):
        raise SegmentError(f"lacks {', '.join(missing)}")
    if wrong := [key for key in _TEXTS if not isinstance(entry[key], str) or not entry[key].strip()]:
        raise SegmentError(f"needs text in {', '.join(wrong)}")


def _check_choice(key: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise SegmentError(f"{key} must be one of {', '.join(choices)}, not {value}")


def _columns(columns: Any, address: str) -> tuple[str, ...]:
    if not isinstance(columns, list) or not columns or not all(isinstance(column, str) for column in columns):
        raise SegmentError("columns must be a list of column names")
    for column in columns:
        check_column(column)
    if len(set(columns)) < len(columns):
        raise SegmentError("names a column twice")
    if address not in columns:
        raise SegmentError(f"columns must hold {address}, which its channel reaches people by")
    return tuple(columns)
