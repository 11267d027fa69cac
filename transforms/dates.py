"""Dates of birth and other days: what sources write in, a date, its other reading if there is one, and a reason out.

In: a table of distinct (`value`, `order`); the order ("dmy", "mdy", "ymd" or null) is what the source states. Out:
`date`, `date_alt` (only where no order is stated and day and month could change places) and `reason`. How texts are
read is told in `days`. A time of day behind the date is dropped, and so is its offset: the day is the one written.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

import pyarrow as pa

from transforms.columns import build_table, read_column
from transforms.days import LATEST_SHORT_YEAR, ORDERS, PLACEHOLDER, Reading, read_day
from transforms.text import clean_text

FUTURE = "a day of birth in the future"
TOO_OLD = "more than 120 years old"
UNKNOWN_ORDER = "the stated order of day, month and year is none of dmy, mdy, ymd"

FIELDS = [pa.field("date", pa.date32()), pa.field("date_alt", pa.date32())]

TIME_TAIL = re.compile(r"(?<=\d)(?:[tT]|,?\s+|(?<=[日号])\s*)(?:[上下中]午|凌晨|早上|晚上)?\s*\d{1,2}[:点时]\d{0,2}.*$")
HANZI_TIME_TAIL = re.compile(r"(?<=[日号])\s*(?:[上下中]午|凌晨|早上|晚上)?\s*\d{1,2}[:点时].*$")
SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
# Day 1 is 1900-01-01 and 1900 counts as a leap year, so from March 1900 on day 0 is 1899-12-30.
SERIAL_ORIGIN = date(1899, 12, 30)
LONGEST_LIFE = timedelta(days=round(120 * 365.2425))


def standardise_dates(
    dates: pa.Table, *, excel_serials: bool = False, latest_short_year: int = LATEST_SHORT_YEAR
) -> pa.Table:
    """Read each (`value`, `order`) as a day; five-digit numbers are Excel serials only where the caller says so."""
    return build_table(
        ((found.day, found.alternative, found.reason) for found in _read_all(dates, excel_serials, latest_short_year)),
        FIELDS,
    )


def standardise_birth_dates(dates: pa.Table, *, as_of: date | None = None, excel_serials: bool = False) -> pa.Table:
    """Read each (`value`, `order`) as a day of birth: none after `as_of` (today if not given) or 120 years before it.

    A reading outside that span gives way to the other reading; two digits of a year mean the last one before `as_of`.
    """
    until = as_of or date.today()
    limited = (_limit(found, until) for found in _read_all(dates, excel_serials, until.year))
    return build_table(((found.day, found.alternative, found.reason) for found in limited), FIELDS)


def _read_all(dates: pa.Table, excel_serials: bool, latest: int) -> list[Reading]:
    texts = clean_text(read_column(dates, "value")).to_pylist()
    orders = read_column(dates, "order").to_pylist()
    return [_read_value(text, order, excel_serials, latest) for text, order in zip(texts, orders, strict=True)]


def _read_value(text: str | None, order: str | None, excel_serials: bool, latest: int) -> Reading:
    if not text:
        return Reading()
    if order and order not in ORDERS:
        return Reading(reason=UNKNOWN_ORDER)
    if len(text) > 10:
        text = HANZI_TIME_TAIL.sub("", TIME_TAIL.sub("", text))
    serial = SERIAL.fullmatch(text) if excel_serials else None
    if serial:
        return Reading(SERIAL_ORIGIN + timedelta(days=int(serial[1])))
    if text == "0":
        return Reading(reason=PLACEHOLDER)
    return read_day(text.strip("'\""), order, latest=latest)


def _limit(reading: Reading, until: date) -> Reading:
    """Keep the readings a living person can be born on."""
    days = [day for day in (reading.day, reading.alternative) if day]
    if not days:
        return reading
    alive = [day for day in days if until - LONGEST_LIFE <= day <= until]
    if not alive:
        return Reading(reason=FUTURE if days[0] > until else TOO_OLD)
    return Reading(alive[0], alive[1] if len(alive) > 1 else None)
