"""National identity numbers: one written form per number, what the number itself tells, and whether its check holds.

In: a column of raw values. Out: `national_id`, `kind`, `birth_date`, `gender`, `reason`.

| kind    | number                                             | checked                     | tells              |
|---------|----------------------------------------------------|-----------------------------|--------------------|
| cn_ric  | Chinese resident id, GB 11643-1999 (and 1989)      | check digit, date           | birth date, gender |
| tw_id   | Taiwanese id, one letter and nine digits           | check digit                 | gender             |
| hk_id   | Hong Kong id, "A123456(3)"                         | check digit                 |                    |
| us_ssn  | US social security number written with its hyphens | ranges never given out      |                    |
| gb_nino | UK national insurance number                       | shape                       |                    |
| other   | anything else, as upper-case letters and digits    |                             |                    |

A number whose check fails is null with its reason. The 15-digit form of 1989 becomes the 18-digit one, so that both
forms of one person are equal.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

import pyarrow as pa

from transforms.columns import build_table
from transforms.text import clean_text

FIELDS = [
    pa.field("national_id", pa.string()),
    pa.field("kind", pa.string()),
    pa.field("birth_date", pa.date32()),
    pa.field("gender", pa.string()),
]

SEPARATORS = re.compile(r"[\s\-.,/()_:'\u2010-\u2015\u2212·]+")
LABEL = re.compile(
    r"^(?:身份证号码?|身份證|身份证|证件号码?|ssn|nino|id(?: ?no| number)?)[\s:.#]*(?=\S)", re.IGNORECASE
)
ROUNDED = re.compile(r"\d(?:\.\d+)?E\+?\d+", re.IGNORECASE)
MASKED = re.compile(r"[*•●※＊]{2,}|[xX]{4,}")
PLACEHOLDER = re.compile(r"(.)\1*|0?123456789\d*|9876543210?\d*")
EARLIEST = datetime.date(1880, 1, 1)


class Reading(NamedTuple):
    """What one value was understood as; all None but `reason` where it was not."""

    national_id: str | None = None
    kind: str | None = None
    birth_date: datetime.date | None = None
    gender: str | None = None
    reason: str | None = None


def standardise_national_ids(values: pa.Array | pa.ChunkedArray | Sequence[str | None]) -> pa.Table:
    """Give `national_id`, `kind`, `birth_date`, `gender` and `reason` for each value."""
    return build_table((_read(value) for value in clean_text(values, placeholders=True).to_pylist()), FIELDS)


def _read(value: str | None) -> Reading:
    if value is None:
        return Reading()
    if MASKED.search(value):
        return Reading(reason="masked")
    if ROUNDED.fullmatch(value):
        return Reading(reason="rounded by a spreadsheet")
    number = SEPARATORS.sub("", LABEL.sub("", value)).upper()
    if PLACEHOLDER.fullmatch(number):
        return Reading(reason="placeholder")
    for shape, read in SHAPES:
        if shape.fullmatch(number):
            return read(number)
    if re.fullmatch(r"\d{3}[- ]\d{2}[- ]\d{4}", value):
        return _read_us_ssn(number)
    if not re.fullmatch(r"[A-Z0-9]{5,30}", number) or not re.search(r"\d", number):
        return Reading(reason="not the shape of an identity number")
    return Reading(number, "other")


def _read_cn_ric(number: str) -> Reading:
    from stdnum.cn import ric

    if number[-1] != ric.calc_check_digit(number):
        # A spreadsheet keeps 15 digits of a number and writes zeros for the rest.
        return Reading(reason="rounded by a spreadsheet" if number.endswith("000") else "check digit does not hold")
    birth_date = _date(number[6:14])
    if birth_date is None or not EARLIEST <= birth_date <= datetime.date.today():
        return Reading(reason="birth date in the number is impossible")
    return Reading(number, "cn_ric", birth_date, "male" if int(number[16]) % 2 else "female")


def _read_cn_ric_1989(number: str) -> Reading:
    from stdnum.cn import ric

    if _date("19" + number[6:12]) is None:
        return Reading(number, "other")
    longer = number[:6] + "19" + number[6:]
    return _read_cn_ric(longer + ric.calc_check_digit(longer + "0"))


def _read_tw_id(number: str) -> Reading:
    letter = "ABCDEFGHJKLMNPQRSTUVXYWZIO".index(number[0]) + 10
    digits = [letter // 10, letter % 10, *map(int, number[1:])]
    if sum(digit * weight for digit, weight in zip(digits, (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1), strict=True)) % 10:
        return Reading(reason="check digit does not hold")
    return Reading(number, "tw_id", gender="male" if number[1] in "18" else "female")


def _read_hk_id(number: str) -> Reading:
    # Letters count from A = 10, a missing first letter as 36; weights 9 to 2; the check digit completes to 11.
    signs = [36 if sign == " " else int(sign, 36) for sign in number[:-1].rjust(8)]
    total = sum(value * weight for value, weight in zip(signs, range(9, 1, -1), strict=True))
    if (total + int(number[-1], 36)) % 11:
        return Reading(number, "other")
    return Reading(number, "hk_id")


def _read_us_ssn(number: str) -> Reading:
    from stdnum.us import ssn

    return Reading(number, "us_ssn") if ssn.is_valid(number) else Reading(reason="a number never given out")


def _read_gb_nino(number: str) -> Reading:
    return Reading(number, "gb_nino")


def _date(digits: str) -> datetime.date | None:
    try:
        return datetime.date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


SHAPES: tuple[tuple[re.Pattern[str], Callable[[str], Reading]], ...] = (
    (re.compile(r"[1-9][0-9]{16}[0-9X]"), _read_cn_ric),
    (re.compile(r"[1-9][0-9]{14}"), _read_cn_ric_1989),
    (re.compile(r"[A-Z][1289][0-9]{8}"), _read_tw_id),
    (re.compile(r"[A-Z]{1,2}[0-9]{6}[0-9A]"), _read_hk_id),
    (re.compile(r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][0-9]{6}[A-D]"), _read_gb_nino),
)
