"""One calendar day as people and systems write it: text in, a date (and the other reading, if there are two) out.

`read_day` is shared by `dates` and `times`. Decisions:
- A stated order ("dmy", "mdy", "ymd") decides between 5 March and 3 May; where none is stated, the day-first reading is
  the date and the month-first one `alternative`. A day above 12 leaves one reading, whatever the order says.
- Two digits of a year mean the last such year up to `latest`; 2029 by default, as spreadsheets do.
- A year or a month alone is no day: a reason, not the first of January.
- The days systems write for "unknown" (1900-01-01, 1970-01-01, 1111-11-11, zeros ...) are refused as placeholders.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

PLACEHOLDER = "placeholder"
NOT_A_DATE = "not a date"
IMPOSSIBLE = "no such day"
NO_MONTH = "only a year"
NO_DAY = "year and month without a day"
NO_YEAR = "day and month without a year"
OUTSIDE = "year outside 1800 to 2200"
LUNAR = "a lunar calendar date"
BARE_NUMBER = "a bare number that could be several dates"

LATEST_SHORT_YEAR = 2029
ORDERS = frozenset(("dmy", "mdy", "ymd"))

# What databases, spreadsheets and people enter for "none": epochs, minima and maxima.
FILLERS = frozenset(
    date.fromisoformat(day)
    for day in (
        *("0001-01-01", "1111-11-11", "1601-01-01", "1753-01-01", "1800-01-01", "1899-12-30", "1899-12-31"),
        *("1900-01-01", "1969-12-31", "1970-01-01", "2222-02-22", "2999-12-31", "9999-12-31"),
    )
)

MONTHS = (
    "january february march april may june july august september october november december",
    "januar februar märz april mai juni juli august september oktober november dezember",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
)
HANZI_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
HANZI_NUMBER = re.compile(r"([二三四五六七八九]?)十([一二三四五六七八九]?)(?=[年月日号])")

YEAR_FIRST = re.compile(r"(\d{4})\s?[-/.年\s]\s?(\d{1,2})\s?[-/.月\s]\s?(\d{1,2})\s?[日号]?")
NUMBERS = re.compile(r"(\d{1,2})\s?[-/.\s]\s?(\d{1,2})\s?[-/.\s]\s?'?(\d{4}|\d{2})")
SHORT_YEAR_FIRST = re.compile(r"'?(\d{2})年(\d{1,2})月(\d{1,2})[日号]?")
DAY_MONTH = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th|\.|º|er)?[-/\s.]*(?:of\s|de\s)?([^\W\d_]{3,10})\.?[-/\s,.]*(?:de\s)?'?(\d{4}|\d{2})"
)
MONTH_DAY = re.compile(r"([^\W\d_]{3,10})\.?[-/\s.]*(\d{1,2})(?:st|nd|rd|th)?[-/\s,.]+'?(\d{4}|\d{2})")
YEAR_MONTH_DAY = re.compile(r"(\d{4})[-/\s,.]*([^\W\d_]{3,10})\.?[-/\s,.]*(\d{1,2})(?:st|nd|rd|th)?")
WEEKDAY = re.compile(
    r"^(?:mon|tue|wed|thu|fri|sat|sun)(?:[a-z]*day|s|rs|nes|ur)?\.?,?\s+|[\s(,]*(?:星期|周|礼拜)[一二三四五六日天][)]?$"
)
PARTIAL = (
    (re.compile(r"\d{4}\s?年?(?:[-/]00[-/]00)?"), NO_MONTH),
    (re.compile(r"\d{4}\s?[-/.年]\s?\d{1,2}\s?(?:月|[-/]00)?|\d{1,2}[-/]\d{4}|[^\W\d_]{3,10}\.?[-\s,]*\d{4}"), NO_DAY),
    (re.compile(r"\d{1,2}[-/]\d{1,2}|--\d{2}-?\d{2}|\d{1,2}月\d{1,2}[日号]?"), NO_YEAR),
)
LETTERS = re.compile(r"[^\W\d_]+")
ZEROS = re.compile(r"[0\s/.:年月日tz-]*0[0\s/.:年月日tz-]*|0{4}-\d\d-\d\d|1900-01-00|0?[01]/0?[01]/0{4}")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says: a day, perhaps another reading of it, or the reason why it says none."""

    day: date | None = None
    alternative: date | None = None
    reason: str | None = None


def read_day(text: str, order: str | None = None, *, latest: int = LATEST_SHORT_YEAR) -> Reading:
    """Read one trimmed text without a time of day; `latest` is the last year two digits can mean."""
    found = YEAR_FIRST.fullmatch(text)
    if found:
        return _check(int(found[1]), int(found[2]), int(found[3]), text)
    text = text.lower()
    bare = WEEKDAY.sub("", text).strip(" ,")
    if bare != text:
        return read_day(bare, order, latest=latest)
    found = NUMBERS.fullmatch(text)
    if found:
        return _read_numbers(int(found[1]), int(found[2]), found[3], order, latest)
    if ZEROS.fullmatch(text):
        return Reading(reason=PLACEHOLDER)
    if text.isascii() and text.isdigit():
        return _read_digits(text, order, latest)
    return _read_words(text, order, latest)


def _read_words(text: str, order: str | None, latest: int) -> Reading:
    """Read a day with a month's name, or in hanzi."""
    for pattern, positions in ((DAY_MONTH, (3, 2, 1)), (MONTH_DAY, (3, 1, 2)), (YEAR_MONTH_DAY, (1, 2, 3))):
        found = pattern.fullmatch(text)
        month = _read_month(found[positions[1]]) if found else None
        if found and month:
            return _check(_full_year(found[positions[0]], latest), month, int(found[positions[2]]), text)
    found = SHORT_YEAR_FIRST.fullmatch(text)
    if found:
        return _check(_full_year(found[1], latest), int(found[2]), int(found[3]), text)
    if "农历" in text or "阴历" in text:
        return Reading(reason=LUNAR)
    arabic = HANZI_NUMBER.sub(lambda tens: f"{tens[1] or '一'}{tens[2] or '〇'}", text).translate(HANZI_DIGITS)
    if arabic != text:
        return read_day(arabic, order, latest=latest)
    return _explain(text)


@cache
def _read_month(word: str) -> int | None:
    """Number a month's name, whole or its first three letters or more; null if it is none or could be two."""
    named = {
        month
        for language in MONTHS
        for month, name in enumerate(language.split(), 1)
        if len(word) >= 3 and name.startswith(word)
    }
    return named.pop() if len(named) == 1 else {"mrz": 3}.get(word)


def _read_numbers(first: int, second: int, year: str, order: str | None, latest: int) -> Reading:
    """Read day and month in either order before a year, or a short year first where that is stated or the only way."""
    if len(year) == 2 and (order == "ymd" or first > 31):
        return _check(_full_year(f"{first:02d}", latest), second, int(year), "")
    full = _full_year(year, latest)
    day_first, month_first = _build(full, second, first), _build(full, first, second)
    readings = [month_first, day_first] if order == "mdy" else [day_first, month_first]
    possible = [reading for reading in readings if reading]
    if not possible:
        zero = not (first and second and int(year))
        return Reading(reason=PLACEHOLDER if zero and not (first or second) else IMPOSSIBLE)
    checked = _refuse_filler(possible[0])
    if checked.day and order is None and len(possible) == 2 and day_first != month_first:
        return Reading(possible[0], possible[1])
    return checked


def _read_digits(text: str, order: str | None, latest: int) -> Reading:
    """Read digits without separators: yyyymmdd, ddmmyyyy, a short form where the order is stated, or an epoch."""
    if len(text) in (14, 17):
        text = text[:8]
    if len(text) == 8:
        year_first = _check(int(text[:4]), int(text[4:6]), int(text[6:]), text)
        if year_first.day or year_first.reason == PLACEHOLDER or order == "ymd":
            return year_first
        return _read_numbers(int(text[:2]), int(text[2:4]), text[4:], order, latest)
    if len(text) == 6 and order:
        parts = text[:2], text[2:4], text[4:]
        return _read_numbers(int(parts[0]), int(parts[1]), parts[2], order, latest)
    if len(text) in (9, 10, 12, 13):
        seconds = int(text) // (1000 if len(text) > 10 else 1)
        return _refuse_filler(date(1970, 1, 1) + timedelta(seconds=seconds))
    return _explain(text)


def _full_year(text: str, latest: int) -> int:
    """Complete a year of two digits to the last such year up to `latest`."""
    year = int(text)
    return year if len(text) == 4 else latest - (latest - year) % 100


def _build(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _check(year: int, month: int, day: int, text: str) -> Reading:
    """Build the day, or say why there is none."""
    built = _build(year, month, day)
    if built:
        return _refuse_filler(built)
    if not year or (not month and not day and year in (1900, 1970)) or ZEROS.fullmatch(text):
        return Reading(reason=PLACEHOLDER)
    if not day:
        return Reading(reason=NO_DAY if month else NO_MONTH)
    return Reading(reason=IMPOSSIBLE)


def _refuse_filler(day: date) -> Reading:
    if day in FILLERS:
        return Reading(reason=PLACEHOLDER)
    return Reading(day) if 1800 <= day.year <= 2200 else Reading(reason=OUTSIDE)


def _explain(text: str) -> Reading:
    """Name what is missing."""
    for pattern, reason in PARTIAL:
        word = LETTERS.match(text)
        if pattern.fullmatch(text) and (not word or _read_month(word[0])):
            return Reading(reason=reason)
    return Reading(reason=BARE_NUMBER if text.isdigit() else NOT_A_DATE)
