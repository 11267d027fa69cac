"""The segments marketing has defined: config/segments.toml, read and checked.

In: the file. Out: `Segment` values whose condition is confined (see condition.py), whose columns exist, and whose
format fits purpose and channel (see formats.py). The head of config/segments.toml says what each key means.
"""

import re
import tomllib
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from warehouse.segments.condition import check_column, confine_condition
from warehouse.segments.errors import SegmentError
from warehouse.segments.formats import FORMATS, check_format

PURPOSES = ("marketing", "sharing")
CADENCES = ("daily", "weekly", "monthly", "on request")
MAX_HOLDOUT = 0.5

# The column of mart.customer_360 a channel reaches a person by.
ADDRESSES = {"email": "email", "sms": "phone", "phone": "phone", "wechat": "wechat_openid"}

# What is said of people nobody has defined a segment for.
AD_HOC = "ad_hoc"
_AD_HOC_COLUMNS = ("customer_id", "full_name", "email", "phone", "city", "lifecycle_stage", "orders", "spend")

_TEXTS = ("title", "description", "owner", "purpose", "channel", "where")
_CHOICES = {"purpose": PURPOSES, "channel": tuple(ADDRESSES), "cadence": CADENCES, "format": tuple(FORMATS)}
_DEFAULTS: dict[str, Any] = {"cadence": "daily", "format": "csv", "holdout": 0, "delta": False, "tag": ""}
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
    cadence: str = "daily"
    format: str = "csv"
    holdout: float = 0.0
    delta: bool = False
    tag: str = ""

    def __post_init__(self) -> None:
        """SegmentError unless there can be consent for the purpose on the channel, in a preview's other ones too."""
        _check_choice("purpose", self.purpose)
        _check_choice("channel", self.channel)

    @property
    def address(self) -> str:
        """The column of mart.customer_360 the channel reaches a person by."""
        return ADDRESSES[self.channel]


def read_segments(path: Path) -> dict[str, Segment]:
    """Read segments.toml, in the order of the file; SegmentError names the segment and what to change."""
    try:
        # Windows' editors put a byte order mark in front.
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise SegmentError(f"{path} does not exist: put segments.toml beside guiyi.toml") from None
    except UnicodeDecodeError:
        raise SegmentError(f"{path} is not UTF-8: save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise SegmentError(f"{path}: {error}") from None
    if unknown := sorted(set(data) - {"segment"}):
        raise SegmentError(f"{path}: unknown {', '.join(unknown)}; only [segment.<name>] tables are read")
    entries = data.get("segment", {})
    if not isinstance(entries, dict) or not all(isinstance(entry, dict) for entry in entries.values()):
        raise SegmentError(f"{path}: each segment is a table of its own, [segment.<name>]")
    return {name: _segment(name, entry) for name, entry in entries.items()}


def choose_segments(segments: dict[str, Segment], names: tuple[str, ...]) -> list[Segment]:
    """The segments called `names`, or all when none is named; SegmentError suggests the nearest for a wrong name."""
    for name in names:
        if name not in segments:
            near = get_close_matches(name, segments, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(segments) or 'none'}"
            raise SegmentError(f"there is no segment {name}: {hint}")
    return [segment for name, segment in segments.items() if not names or name in names]


def ad_hoc_segment(where: str, *, purpose: str, channel: str) -> Segment:
    """A segment that is only looked at; SegmentError when the condition may not be said."""
    try:
        _check_choice("purpose", purpose)
        _check_choice("channel", channel)
        condition = confine_condition(where)
    except SegmentError as error:
        raise SegmentError(f"--where: {error}") from None
    columns = tuple(dict.fromkeys((*_AD_HOC_COLUMNS, ADDRESSES[channel])))
    return Segment(AD_HOC, "asked for on the command line", "", "", purpose, channel, condition, columns)


def with_delta(segment: Segment, delta: bool) -> Segment:
    """The segment, its next file telling only what changed, or all; SegmentError where its format cannot."""
    try:
        check_format(
            segment.format, purpose=segment.purpose, channel=segment.channel, columns=segment.columns, delta=delta
        )
    except SegmentError as error:
        raise SegmentError(f"[segment.{segment.name}] {error}") from None
    return replace(segment, delta=delta)


def _segment(name: str, entry: dict[str, Any]) -> Segment:
    try:
        if not _NAME.fullmatch(name) or name == AD_HOC:
            raise SegmentError("its name becomes a directory: use a-z, 0-9 and _, starting with a letter")
        entry = {**_DEFAULTS, **entry}
        _check_keys(entry)
        columns = _columns(entry)
        check_format(
            entry["format"], purpose=entry["purpose"], channel=entry["channel"], columns=columns, delta=entry["delta"]
        )
        return Segment(
            name=name,
            condition=_condition(entry["where"]),
            columns=columns,
            holdout=float(entry["holdout"]),
            tag=entry["tag"].strip() or entry["title"],
            **{key: entry[key] for key in ("title", "description", "owner", "purpose", "channel", "cadence", "format",
                                           "delta")},
        )  # fmt: skip
    except SegmentError as error:
        raise SegmentError(f"[segment.{name}] {error}") from None


def _condition(where: str) -> str:
    try:
        return confine_condition(where)
    except SegmentError as error:
        raise SegmentError(f"where: {error}") from None


def _check_keys(entry: dict[str, Any]) -> None:
    required = {*_TEXTS, *(() if entry["format"] == "wecom" else ("columns",))}
    known = {*_TEXTS, "columns", *_DEFAULTS}
    if unknown := sorted(set(entry) - known):
        near = get_close_matches(unknown[0], known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(sorted(known))}"
        raise SegmentError(f"has unknown {', '.join(unknown)}; {hint}")
    if missing := sorted(required - set(entry)):
        raise SegmentError(f"lacks {', '.join(missing)}{_consent_hint(missing)}")
    if wrong := [
        key for key in dict.fromkeys((*_TEXTS, *_CHOICES)) if not isinstance(entry[key], str) or not entry[key].strip()
    ]:
        raise SegmentError(f"needs text in {', '.join(wrong)}")
    for key in _CHOICES:
        _check_choice(key, entry[key])
    share = entry["holdout"]
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= MAX_HOLDOUT:
        raise SegmentError(f"holdout must be a share from 0 to {MAX_HOLDOUT}, such as 0.1")
    if not isinstance(entry["delta"], bool):
        raise SegmentError("delta must be true or false")
    if not isinstance(entry["tag"], str) or (entry["tag"] and entry["format"] != "wecom"):
        raise SegmentError("tag is the text or id of a WeCom tag, for format wecom alone")


def _consent_hint(missing: list[str]) -> str:
    if not {"purpose", "channel"} & set(missing):
        return ""
    return ": consent is given per purpose and channel, and without both nobody can be extracted"


def _check_choice(key: str, value: str) -> None:
    choices = _CHOICES[key]
    if value not in choices:
        near = get_close_matches(value, choices, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise SegmentError(f"{key} must be one of {', '.join(choices)}, not {value}{hint}")


def _columns(entry: dict[str, Any]) -> tuple[str, ...]:
    if entry["format"] == "wecom" and "columns" not in entry:
        return ()
    columns, address = entry["columns"], ADDRESSES[entry["channel"]]
    if not isinstance(columns, list) or not columns or not all(isinstance(column, str) for column in columns):
        raise SegmentError("columns must be a list of column names")
    for column in columns:
        check_column(column)
    if len(set(columns)) < len(columns):
        raise SegmentError("names a column twice")
    if address not in columns and entry["format"] != "wecom":
        raise SegmentError(f"columns must hold {address}, which its channel reaches people by")
    return tuple(columns)
