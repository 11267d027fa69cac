"""Phone numbers as E.164: what people, spreadsheets and lead forms write in, one spelling per number out.

In: a table of distinct (`phone`, `country`); the country (alpha-2 or a name, see `countries`) says how a number
without an international prefix is dialled. Out: `phone` (E.164), `phone_kind` (mobile, landline or other), `country`
(of the number, alpha-2) and `reason`.

A number the plan of its country allows is kept even if it is a famous filler (13800138000): what counts as evidence of
a person is for identity to say. Extensions are dropped. Of several numbers in one field the first valid one is taken
and the reason says so. Kind "other" holds toll-free and service numbers and those of countries where mobiles and
landlines look alike (United States, Canada).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from transforms.columns import build_table, read_column
from transforms.countries import find_country_codes
from transforms.number_plans import NOTHING, Number, ask_library, read_international, read_national
from transforms.text import clean_text

MASKED = "part of the number is masked"
ROUNDED = "rounded by a spreadsheet"
NO_DIGITS = "no digits"
NO_COUNTRY = "no international prefix and no country to read it by"
INVALID = "not a valid number in its country"
SEVERAL = "holds several numbers; the first valid one is used"

FIELDS = [pa.field("phone", pa.string()), pa.field("phone_kind", pa.string()), pa.field("country", pa.string())]
Row = tuple[str | None, ...]

# (what, by what), in this order: from the way an export dressed the number to the bare number.
DRESSING = (
    (r"^['`’‘\"=\s]+|['\"\s]+$", ""),  # Shopify's and Excel's text mark, ="…"
    (r"(?i)^(?:p|t|m|tel|phone|mobile|mob|cell|fax|whatsapp|电话|手机|手机号|手机号码|联系电话|座机)\s*[:：.]+\s*", ""),
    (r"^([+\d ]{8,})\.0$", r"\1"),  # a float column
    (r"(?i)\s*(?:转|轉|分机|分機|;\s*ext=|ext\.?|extension|x|#)\s*[:.]?\s*\d{1,6}\s*(?:分机)?$", ""),
    (r"^(\(?0\d{2,3}\)?[- ]?\d{7,8})\s*-\s*\d{1,5}$", r"\1"),  # 010-62345678-801
)
# What has more in it than digits and what people put between them.
SPECIAL = r"[^\d\s+().-]"
MASK = re.compile(r"\d[\d\s-]*[*•●×xX_＊]{2,}|[*•●×＊xX]{3,}[\d\s-]*\d")
SCIENTIFIC = re.compile(r"\+?(\d)(?:\.(\d*))?[eE]\+?(\d{1,2})")
BETWEEN_NUMBERS = re.compile(r"[/,;、|，；\n]|\s(?:or|and|&|或|和)\s|\s{2,}|(?<=\d{8})\s(?=\+?\d{8})")
VANITY = re.compile(r"\+?[\d\s().-]{4,}[A-Za-z][A-Za-z-]{3,}")  # 1-800-FLOWERS
IN_BETWEEN = re.compile(r"[^\d+]")
INTERNATIONAL = re.compile(r"\+|00(?=[1-9])")
# What people dial instead of 00 where they live.
DIALLED_ABROAD = {"US": "011", "CA": "011", "AU": "0011", "JP": "010", "HK": "001", "SG": "001", "KR": "001"}


def standardise_phones(phones: pa.Table) -> pa.Table:
    """Read each (`phone`, `country`) as one E.164 number; see the module for columns."""
    text = clean_text(read_column(phones, "phone"), placeholders=True)
    for pattern, replacement in DRESSING:
        text = pc.replace_substring_regex(text, pattern=pattern, replacement=replacement)
    countries = find_country_codes(read_column(phones, "country"))
    # A trunk zero in brackets is dialled only at home: +44 (0)20 …
    digits = pc.replace_substring_regex(pc.replace_substring(text, "(0)", ""), pattern=r"[^\d+]", replacement="")
    special = pc.match_substring_regex(text, SPECIAL)
    columns = (text.to_pylist(), digits.to_pylist(), special.to_pylist(), countries)
    return build_table((_read_value(*row) for row in zip(*columns, strict=True)), FIELDS)


def _read_value(value: str | None, digits: str | None, special: bool | None, country: str | None) -> Row:
    """Read one undressed field: one number, several, or a reason why none."""
    if not value or digits is None:
        return (*NOTHING, None)
    if special:
        if MASK.search(value):
            return (*NOTHING, MASKED)
        scientific = SCIENTIFIC.fullmatch(value)
        if scientific:
            whole, decimals, exponent = scientific[1], scientific[2] or "", int(scientific[3])
            if len(decimals) < exponent:
                return (*NOTHING, ROUNDED)
            digits = (whole + decimals)[: exponent + 1]
        elif VANITY.fullmatch(value):
            number = ask_library(value, country)
            return (*number, None if number[0] else INVALID)
    number = _read_number(digits, value, country)
    if number[0]:
        return (*number, None)
    parts = [part for part in BETWEEN_NUMBERS.split(value) if part and part.strip()]
    for number in _read_parts(parts, country) if len(parts) > 1 else ():
        return (*number, SEVERAL)
    return (*NOTHING, _explain(value, country))


def _read_parts(parts: list[str], country: str | None) -> Iterator[Number]:
    numbers = (_read_number(IN_BETWEEN.sub("", part), part, country) for part in parts)
    return (number for number in numbers if number[0])


def _read_number(digits: str, text: str, country: str | None) -> Number:
    """Read one number from its digits, in `text` as it was spelled; all null if no plan allows it."""
    plus = digits.startswith("+")
    digits = digits.replace("+", "")
    if not 5 <= len(digits) <= 20:
        return NOTHING
    if plus and not digits.startswith("00"):
        return read_international(digits, text)
    if digits.startswith("00") and digits[2:3] != "0":
        number = read_international(digits[2:], "+" + digits[2:])
        if number[0]:
            return number
    if country is None:
        return NOTHING
    abroad = DIALLED_ABROAD.get(country)
    if abroad and digits.startswith(abroad):
        number = read_international(digits[len(abroad) :], "+" + digits[len(abroad) :])
        if number[0]:
            return number
    return read_national(digits, country, text)


def _explain(value: str, country: str | None) -> str:
    """Say why no number was found, without the value."""
    if not re.search(r"\d", value):
        return NO_DIGITS
    if country is None and not INTERNATIONAL.match(value):
        return NO_COUNTRY
    return INVALID
