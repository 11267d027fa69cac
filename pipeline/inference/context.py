"""What the values of a file are to be read with: country, time zone, currency, order of day and month.

In: the columns with what their headers say. Out: a Context, and remarks that say what each guess rests on. What the
user states is not guessed.
"""

import re
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.inference.header_words import is_chinese, read_header
from pipeline.inference.sample import Column
from pipeline.inference.understanding import Context, read_phones
from transforms.countries import find_country_codes
from transforms.regions import STATES, is_region

_TYPOS = 0.05
# A guess holds when so many of the values agree with it.
MOSTLY = 0.9
# Countries whose clocks all go alike, and their money.
ZONES = {
    **{"CN": "Asia/Shanghai", "HK": "Asia/Hong_Kong", "TW": "Asia/Taipei", "SG": "Asia/Singapore", "JP": "Asia/Tokyo"},
    **{"KR": "Asia/Seoul", "GB": "Europe/London", "IE": "Europe/Dublin", "DE": "Europe/Berlin", "FR": "Europe/Paris"},
    **{"IT": "Europe/Rome", "NL": "Europe/Amsterdam", "BE": "Europe/Brussels", "AT": "Europe/Vienna"},
    **{"CH": "Europe/Zurich", "SE": "Europe/Stockholm", "DK": "Europe/Copenhagen", "PL": "Europe/Warsaw"},
}
CURRENCIES = {
    **{"CN": "CNY", "HK": "HKD", "TW": "TWD", "SG": "SGD", "JP": "JPY", "KR": "KRW", "GB": "GBP", "US": "USD"},
    **{"AU": "AUD", "CA": "CAD", "CH": "CHF", "SE": "SEK", "DK": "DKK", "PL": "PLN"},
    **dict.fromkeys(("IE", "DE", "FR", "IT", "NL", "BE", "AT", "ES", "PT", "FI"), "EUR"),
}
_DIALLED = ("US", "GB", "CN", "AU", "DE", "FR", "HK", "TW", "SG", "JP", "NL", "IN")
_MOBILE_CN = r"^(?:\+?86|0086)?[\s-]?1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?:\.0)?$"
_PARTS = re.compile(r"'?(\d{1,2})\s?[-/.]\s?(\d{1,2})\s?[-/.]\s?(?:\d{4}|\d{2})(?!\d)")
_TIMES = ("birth_date", "updated_at", "created_at", "ordered_at", "occurred_at", "moment")
_OFFSET = r"(?:Z|[+-]\d{2}:?\d{2})$|^\d{10,19}$"


def find_context(columns: tuple[Column, ...], stated: Context) -> tuple[Context, tuple[str, ...]]:
    """The context the columns agree with; `stated` goes first."""
    remarks: list[str] = []
    context = stated
    if not context.country and (found := _country(columns)):
        context = replace(context, country=found[0])
        remarks.append(f"country {found[0]}: {found[1]}")
    dates = [each for each in columns if any(reading.meaning in _TIMES for reading in read_header(each.label)[:1])]
    if not context.date_order and (order := _date_order(dates)):
        context = replace(context, date_order=order if order != "unclear" else None)
        remarks.append(_ORDERS[order])
    if not context.zone and _is_local(dates) and context.country in ZONES:
        context = replace(context, zone=ZONES[context.country])
        remarks.append(f"time zone {context.zone}: the country's; times carry no offset")
    elif not context.zone and _is_local(dates):
        remarks.append("times carry no offset and are read as UTC: say the zone with --zone, e.g. --zone Asia/Shanghai")
    if not context.currency and context.country in CURRENCIES:
        context = replace(context, currency=CURRENCIES[context.country])
    return context, tuple(remarks)


_ORDERS = {
    "dmy": "days are written day first: numbers above 12 come first",
    "mdy": "days are written month first: numbers above 12 come second",
    "unclear": "days are written both ways, or could be: 05/03 is nobody's guess; say --date-order dmy or mdy",
}


def _values(columns: tuple[Column, ...], meaning: str) -> list[Column]:
    """Columns whose header says the meaning first."""
    return [each for each in columns if [r.meaning for r in read_header(each.label)[:1]] == [meaning]]


def _phone_columns(columns: tuple[Column, ...]) -> list[Column]:
    """Columns whose header says so, and nameless ones that hold nothing but Chinese mobiles."""
    nameless = [each for each in columns if not read_header(each.label) and len(each.values)]
    mobiles = [each for each in nameless if _mean(pc.match_substring_regex(each.values, _MOBILE_CN)) >= MOSTLY]
    return _values(columns, "phone") + mobiles


def _country(columns: tuple[Column, ...]) -> tuple[str, str] | None:
    for column in _values(columns, "country"):
        if column.filled >= 0.5 and (found := _commonest(column)):
            return found
    phones = pa.concat_arrays([each.values for each in _phone_columns(columns)] or [pa.array([], pa.string())])
    if len(phones) and (share := _mean(pc.match_substring_regex(phones, _MOBILE_CN))) >= 0.5:
        return "CN", f"{share:.0%} of the phones look like Chinese mobiles"
    if sum(is_chinese(each.label) for each in columns) > len(columns) / 2:
        return "CN", "the headers are Chinese"
    for column in _values(columns, "region"):
        shares = {
            each: _share_of_rows(column, [is_region(t, each) for t in column.values.to_pylist()]) for each in STATES
        }
        best = max(shares, key=lambda each: shares[each])
        if len(column.values) and shares[best] >= 0.8 and sum(share >= shares[best] for share in shares.values()) == 1:
            return best, f"{shares[best]:.0%} of the rows have one of its states in {column.label}"
    return _dialled(phones)


def _commonest(column: Column) -> tuple[str, str] | None:
    times: dict[str, int] = {}
    for code, count in zip(find_country_codes(column.values), column.times.to_pylist(), strict=True):
        times[code or ""] = times.get(code or "", 0) + count
    best = max(times, key=lambda each: times[each], default="")
    share = times[best] / sum(times.values()) if best else 0.0
    return (best, f"{share:.0%} of the rows have it in {column.label}") if best and share >= 0.8 else None


def _dialled(phones: pa.Array) -> tuple[str, str] | None:
    """The one country in which nearly all numbers without a prefix are valid."""
    bare = phones.filter(pc.invert(pc.match_substring_regex(phones, r"^\s*['\"]?(?:\+|00)"))) if len(phones) else phones
    if not len(bare):
        return None
    shares = {each: _mean(pc.is_valid(read_phones(bare, each)["phone"])) for each in _DIALLED}
    fit = [each for each, share in shares.items() if share >= MOSTLY]
    if len(fit) != 1:
        return None
    return fit[0], f"{shares[fit[0]]:.0%} of the phones without a prefix are valid there, and nowhere else asked"


def _date_order(columns: list[Column]) -> str | None:
    """dmy, mdy, unclear, or None when no day can be read two ways."""
    found = [_PARTS.match(text) for column in columns for text in column.values.to_pylist()]
    pairs = [(int(match[1]), int(match[2])) for match in found if match]
    if not pairs:
        return None
    day_first, month_first = (sum(pair[i] > 12 for pair in pairs) for i in (0, 1))
    # What can be read one way only is read so whatever the order; a few such typos do not make it unclear.
    if day_first and month_first <= _TYPOS * day_first:
        return "dmy"
    return "mdy" if month_first and day_first <= _TYPOS * month_first else "unclear"


def _is_local(columns: list[Column]) -> bool:
    """True when there are times of day without an offset."""
    texts = [column.values for column in columns if len(column.values)]
    return any(
        _mean(pc.match_substring_regex(each, r"\d:\d\d")) > 0.5 and _mean(pc.match_substring_regex(each, _OFFSET)) < 0.5
        for each in texts
    )


def _share_of_rows(column: Column, flags: list[bool]) -> float:
    times = column.times.to_pylist()
    return sum(count for count, flag in zip(times, flags, strict=True) if flag) / max(1, sum(times))


def _mean(flags: pa.Array) -> float:
    return float(pc.mean(pc.fill_null(flags, False).cast(pa.int8())).as_py() or 0.0)
