"""Moments: what exports, logs and people write in, a UTC timestamp out.

In: a table of distinct (`value`, `zone`, and `order` if the source states one); the zone (IANA name, null for UTC) is
where a value without an offset was written. Out: `timestamp` (UTC, microseconds, without zone) and `reason`.

Event times come in millions of distinct values, so ISO 8601 and epochs (10 digits of seconds, 13 of milliseconds, 16 of
microseconds, 19 of nanoseconds) never see Python: DuckDB casts them, its ICU turns local time into UTC. Everything
else is first rewritten as ISO 8601, value by value. A local time the clocks skipped or passed twice is read as ICU
does; a date whose day and month could change places is no moment.
"""

from __future__ import annotations

import re

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from transforms.columns import read_column
from transforms.days import ORDERS, PLACEHOLDER, read_day
from transforms.text import clean_text

NOT_A_TIME = "not a time"
IMPOSSIBLE = "no such day or time of day"
AMBIGUOUS = "day and month could change places and the source states no order"
AMBIGUOUS_ZONE = "the zone's short name stands for several zones"
OUTSIDE = "outside 1971 to 2200"
UNKNOWN_ZONE = "the source's time zone is not an IANA name"

ISO = r"^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?(?: ?(?:Z|[+-]\d{2}(?::?\d{2})?))?)?)?$"
EPOCH = r"^(?:\d{10}(?:\.\d+)?|\d{13}(?:\.0*)?|\d{16}|\d{19})$"

LOG_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LOGGED = rf"^\[?(\d{{2}})/({'|'.join(LOG_MONTHS)})/(\d{{4}}):(\d{{2}}:\d{{2}}:\d{{2}}) ?([+-]\d{{4}})?\]?$"
SLASHED = r"^\d{4}([/.]\d{1,2}[/.]|-\d-|-\d{2}-\d\b)(?:\d{1,2})?(?: \d{1,2}:\d{2}(?::\d{2})?)?$"

COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})[Tt ]?(\d{2}):?(\d{2})(?::?(\d{2}))?(\.\d+)?\s?([Zz]|[+-]\d{2}:?\d{2})?")
CLOCK = re.compile(
    r"(?P<before>上午|下午|中午|凌晨|清晨|早上|早晨|晚上|傍晚|夜里)?\s*"
    r"(?<![\d.])(?P<hour>\d{1,2})\s*(?:[:点點时時]\s*(?:(?P<minute>\d{1,2}|半)\s*(?:[:分]\s*"
    r"(?:(?P<second>\d{1,2})(?:[.,](?P<fraction>\d{1,9}))?秒?)?)?)?(?:钟|整)?\s*(?P<after>[ap]\.?m\b\.?)?"
    r"|\s*(?P<alone>[ap]\.?m\b\.?))",
    re.IGNORECASE,
)
# A sign counts only behind a time of day or GMT: in "5-3-2024" it parts day and month.
OFFSET = re.compile(
    r"(?:(?<=[apAP]m)|(?<=[apAP]M)|(?<=:\d\d)|(?<=\.\d{3})|(?<=\.\d{6}))\s?"
    r"(?:(?:utc|gmt)?(?P<sign>[+-])(?P<hours>\d{1,2}):?(?P<minutes>\d{2})?|z|utc|gmt|etc/gmt|etc/utc)$"
    r"|\s(?:utc|gmt)(?P<sign2>[+-])(?P<hours2>\d{1,2}):?(?P<minutes2>\d{2})?$|\s(?:utc|gmt)$",
    re.IGNORECASE,
)
NAMED_ZONE = re.compile(r"[\[(]?\b([A-Z][A-Za-z]+/[A-Z][A-Za-z_]+(?:/[A-Z][A-Za-z_]+)?)[\])]?$")
SHORT_ZONE = re.compile(r"\b(EST|EDT|MST|MDT|PST|PDT|BST|CET|CEST|JST|KST|HKT|SGT|AEST|AEDT|CST|IST|CDT)$")
BETWEEN = re.compile(r"^[\s,，]+|(?<=\d)[tT]$|[\s,，]+$")
REMARK = re.compile(r"\s*\([^)]*\)$")
# CST is Chicago's, Shanghai's and Havana's; IST is India's, Ireland's and Israel's.
SHORT_ZONES = {
    **{"EST": "-05:00", "EDT": "-04:00", "CDT": "-05:00", "MST": "-07:00", "MDT": "-06:00", "PST": "-08:00"},
    **{"PDT": "-07:00", "BST": "+01:00", "CET": "+01:00", "CEST": "+02:00", "JST": "+09:00", "KST": "+09:00"},
    **{"HKT": "+08:00", "SGT": "+08:00", "AEST": "+10:00", "AEDT": "+11:00"},
}

CONVERT = """
with known_zone as (
    select name from pg_timezone_names()
),
reading as (
    select
        moment.position,
        moment.value,
        moment.epoch,
        moment.has_offset,
        moment.reason,
        zone.name as zone_name
    from moment
    left join known_zone as zone on zone.name = moment.zone
),
local_time as (
    select
        *,
        case when epoch is null and not has_offset then try_cast(value as timestamp) end as local
    from reading
),
-- ICU is slow, and clocks change on the quarter hour if they do: ask it once a quarter of an hour.
quarter as (
    select distinct
        zone_name,
        time_bucket(interval 15 minute, local) as starts
    from local_time
    where local is not null and zone_name is not null and zone_name != 'UTC'
),
shift as (
    select
        zone_name,
        starts,
        timezone('UTC', timezone(zone_name, starts)) - starts as behind
    from quarter
),
converted as (
    select
        local_time.position,
        local_time.value,
        local_time.epoch,
        local_time.reason,
        local_time.zone_name,
        local_time.has_offset,
        case
            when local_time.epoch is not null then make_timestamp(local_time.epoch)
            when local_time.has_offset then timezone('UTC', try_cast(local_time.value as timestamptz))
            when local_time.zone_name = 'UTC' then local_time.local
            else local_time.local + shift.behind
        end as utc
    from local_time
    left join shift
        on shift.zone_name = local_time.zone_name
        and shift.starts = time_bucket(interval 15 minute, local_time.local)
)
select
    case when utc >= timestamp '1971-01-01' and utc < timestamp '2201-01-01' then utc end as timestamp,
    case
        when reason is not null then reason
        when value is null and epoch is null then null
        when value like '0000-%' then $placeholder
        when utc is null and zone_name is null and not has_offset then $unknown_zone
        when utc is null then $impossible
        when utc < timestamp '1971-01-01' and utc >= timestamp '1969-12-31'
            or utc < timestamp '1900-01-03' or utc >= timestamp '9999-12-30' then $placeholder
        when utc < timestamp '1971-01-01' or utc >= timestamp '2201-01-01' then $outside
    end as reason
from converted
order by position
"""


def standardise_times(times: pa.Table) -> pa.Table:
    """Read each (`value`, `zone`, `order`) as a moment; see the module for columns."""
    text = _tidy(pc.utf8_trim_whitespace(read_column(times, "value")))
    zone = pc.fill_null(read_column(times, "zone"), "UTC")
    reason = pa.nulls(len(text), pa.string())
    epochs = pc.fill_null(pc.match_substring_regex(text, EPOCH), False)
    known = pc.or_(epochs, pc.fill_null(pc.match_substring_regex(text, ISO), False))
    rest = pc.and_not(pc.is_valid(text), known)
    if pc.any(rest).as_py():
        rewritten = _rewrite(clean_text(text.filter(rest)), zone.filter(rest), read_column(times, "order").filter(rest))
        text, zone, reason = (
            pc.replace_with_mask(column, rest, rewritten.column(name).combine_chunks())
            for name, column in (("value", text), ("zone", zone), ("reason", reason))
        )
    # DuckDB wants the offset right behind the time.
    text = pc.replace_substring_regex(text, pattern=r"(:\d{2}(?:\.\d+)?) ([+\-Z])", replacement=r"\1\2")
    has_offset = pc.match_substring_regex(text, r":\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{0,2})$")
    return _convert(
        pa.table(
            {
                "position": pa.array(range(len(text)), pa.int64()),
                "value": pc.if_else(epochs, None, text),
                "epoch": _read_epochs(pc.if_else(epochs, text, None)),
                "has_offset": pc.fill_null(has_offset, False),
                "zone": zone,
                "reason": reason,
            }
        )
    )


def _tidy(text: pa.Array) -> pa.Array:
    """Turn the commonest other shapes into ISO 8601, whole columns at a time: access logs and 2024/3/5 9:05."""
    logged = pc.fill_null(pc.match_substring_regex(text, LOGGED), False)
    if pc.any(logged).as_py():
        rows = pc.replace_substring_regex(text.filter(logged), pattern=LOGGED, replacement=r"\3-\2-\1 \4\5")
        for number, name in enumerate(LOG_MONTHS, 1):
            rows = pc.replace_substring(rows, f"-{name}-", f"-{number:02d}-")
        text = pc.replace_with_mask(text, logged, rows)
    slashed = pc.fill_null(pc.match_substring_regex(text, SLASHED), False)
    if pc.any(slashed).as_py():
        rows = pc.replace_substring_regex(text.filter(slashed), pattern=r"^(\d{4})[/.](\d+)[/.]", replacement=r"\1-\2-")
        rows = pc.replace_substring_regex(rows, pattern=r"-(\d)\b", replacement=r"-0\1")
        rows = pc.replace_substring_regex(rows, pattern=r" (\d):", replacement=r" 0\1:")
        text = pc.replace_with_mask(text, slashed, rows)
    return text


def _read_epochs(text: pa.Array) -> pa.Array:
    """Give microseconds: whatever the unit, the first 16 digits are."""
    digits = pc.utf8_rpad(pc.replace_substring(text, ".", ""), 16, "0")
    return pc.utf8_slice_codeunits(digits, 0, 16).cast(pa.int64())


def _convert(moments: pa.Table) -> pa.Table:
    """Let DuckDB cast and shift every row; keeps the order of rows."""
    names = {
        "unknown_zone": UNKNOWN_ZONE,
        "impossible": IMPOSSIBLE,
        "placeholder": PLACEHOLDER,
        "outside": OUTSIDE,
    }
    with duckdb.connect() as con:
        con.register("moment", moments)
        return con.execute(CONVERT, names).to_arrow_table()


def _rewrite(values: pa.Array, zones: pa.Array, orders: pa.Array) -> pa.Table:
    """Rewrite each value as ISO 8601, or say why not; a zone named in the value replaces the source's."""
    columns = (values.to_pylist(), zones.to_pylist(), orders.to_pylist())
    rows = [_rewrite_value(value, zone, order) for value, zone, order in zip(*columns, strict=True)]
    schema = pa.schema([("value", pa.string()), ("zone", pa.string()), ("reason", pa.string())])
    return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema)


def _rewrite_value(text: str | None, zone: str, order: str | None) -> tuple[str | None, str, str | None]:
    """Give (ISO 8601, zone, reason)."""
    if not text:
        return None, zone, None
    text = text.strip("'\"")
    compact = COMPACT.fullmatch(text)
    if compact:
        year, month, day, hour, minute, second, fraction, offset = compact.groups(default="")
        return f"{year}-{month}-{day} {hour}:{minute}:{second or '00'}{fraction}{offset.upper()}", zone, None
    # 1. the zone, 2. the time of day, 3. what is left is the day.
    text = REMARK.sub("", text)
    text, zone, offset, reason = _take_zone(text, zone)
    if reason:
        return None, zone, reason
    text, clock, reason = _take_clock(text)
    if reason:
        return None, zone, reason
    read = read_day(BETWEEN.sub("", text), order if order in ORDERS else None)
    if read.alternative:
        return None, zone, AMBIGUOUS
    if read.day is None:
        return None, zone, read.reason or NOT_A_TIME
    return f"{read.day.isoformat()} {clock}{offset}", zone, None


def _take_zone(text: str, zone: str) -> tuple[str, str, str, str | None]:
    """Take a zone or an offset off the end; gives (text, zone, offset, reason)."""
    named = NAMED_ZONE.search(text)
    if named and not named[1].startswith("Etc/"):
        # The offset before [Asia/Shanghai] says the same.
        text, zone = text[: named.start()].strip(), named[1]
    short = SHORT_ZONE.search(text)
    if short:
        offset = SHORT_ZONES.get(short[1], "")
        return text[: short.start()].strip(), zone, offset, None if offset else AMBIGUOUS_ZONE
    found = OFFSET.search(text)
    if not found:
        return text, zone, "", None
    sign, hours, minutes = (found[name] or found[name + "2"] for name in ("sign", "hours", "minutes"))
    offset = f"{sign}{hours:0>2}:{minutes or '00'}" if sign else "Z"
    return text[: found.start()].strip(), zone, offset, None


def _take_clock(text: str) -> tuple[str, str, str | None]:
    """Take the time of day out of the text; gives (text, "hh:mm:ss[.f]", reason); midnight if there is none."""
    found = CLOCK.search(text)
    if not found:
        return text, "00:00:00", None
    half = (found["before"] or "") + (found["after"] or found["alone"] or "").replace(".", "").lower()
    hour = _count_hours(int(found["hour"]), half)
    minute = 30 if found["minute"] == "半" else int(found["minute"] or 0)
    second = int(found["second"] or 0)
    if hour is None or minute > 59 or second > 60 or (hour == 24 and minute + second):
        return text, "", IMPOSSIBLE
    clock = f"{hour:02d}:{minute:02d}:{min(second, 59):02d}"
    if found["fraction"]:
        clock += f".{found['fraction']}"
    return f"{text[: found.start()].strip()} {text[found.end() :].strip()}".strip(), clock, None


def _count_hours(hour: int, half: str) -> int | None:
    """Count the hours since midnight; 晚上12点 is the midnight that ends the day, 中午1点 is 13:00."""
    if hour > 24 or (half in ("am", "pm") and not 1 <= hour <= 12):
        return None
    if half in ("pm", "下午", "傍晚"):
        return hour + 12 if hour < 12 else hour
    if half in ("晚上", "夜里"):
        return hour + 12 if 5 <= hour <= 12 else hour
    if half == "中午":
        return hour + 12 if hour < 4 else hour
    return 0 if hour == 12 and half in ("am", "上午", "凌晨", "清晨") else hour
