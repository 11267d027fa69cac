"""Amounts of money: "$12,400.00", "1.234,56 €", "1.2万元" in, a decimal with two places and a currency out.

Out: `amount` decimal(18, 2), half a cent rounded away from zero; `currency` (ISO 4217, null when the value does not say
which) and `reason`. "$" and "¥" do not say which dollar, and whether yuan or yen: they take `default_currency`, as does
a bare number; US$, HK$, 元, RMB, € and the ISO codes speak for themselves.

How separators are read:
- both "," and ".": the last one is the decimal mark;
- one kind, several times: thousands ("1.234.567");
- one comma before exactly three digits: thousands ("42,000"); before one or two digits: decimals ("1,5" is 1.50);
- one dot: decimals, but "1.234" could be either and is refused with a reason;
- blanks and apostrophes between groups of three: thousands ("1 234,56", "1'234.50").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

import pyarrow as pa
import pyarrow.compute as pc

from transforms.columns import REASON
from transforms.text import clean_text

NOT_AN_AMOUNT = "not an amount of money"
AMBIGUOUS = "the dot may part thousands or decimals"
ROUNDED = "rounded by a spreadsheet"
TOO_LARGE = "too large for an amount"

AMOUNT = pa.decimal128(18, 2)
CENT = Decimal("0.01")
LIMIT = Decimal(10) ** 16

PLAIN = r"^-?\d{1,15}(?:\.\d{1,2})?$"
SCIENTIFIC = re.compile(r"[-+]?\d+(?:\.\d+)?[eE][-+]?\d+")
UNITS = {"万": 10_000, "萬": 10_000, "w": 10_000, "千": 1_000, "k": 1_000, "百万": 1_000_000, "m": 1_000_000}
UNITS |= {"亿": 100_000_000, "億": 100_000_000}
SIGNS = {"-": -1, "−": -1, "–": -1, "+": 1, "": 1}

CODES = (
    "AED AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF IDR ILS INR JPY KRW KZT MOP MXN MYR NOK NZD PHP PLN RUB SAR SEK "
    "SGD THB TRY TWD UAH USD VND ZAR"
)
# Spellings that name a currency; lower case, without blanks and dots.
CURRENCIES = {
    **{code.lower(): code for code in CODES.split()},
    **dict.fromkeys(
        ("元", "圆", "圓", "块", "塊", "人民币", "人民幣", "rmb", "cn¥", "rmb¥", "cny¥", "元人民币"), "CNY"
    ),
    **dict.fromkeys(("us$", "usd$", "$us", "美元", "美金", "us"), "USD"),
    **dict.fromkeys(("hk$", "港币", "港幣", "港元"), "HKD"),
    **dict.fromkeys(("nt$", "ntd", "台币", "新台币", "新台幣"), "TWD"),
    **dict.fromkeys(("a$", "au$", "澳元"), "AUD"),
    **dict.fromkeys(("c$", "ca$", "加元"), "CAD"),
    **dict.fromkeys(("nz$",), "NZD"),
    **dict.fromkeys(("s$", "sg$", "新元"), "SGD"),
    **dict.fromkeys(("r$",), "BRL"),
    **dict.fromkeys(("mop$", "澳门元"), "MOP"),
    **dict.fromkeys(("€", "euro", "euros", "欧元"), "EUR"),
    **dict.fromkeys(("£", "英镑", "gb£"), "GBP"),
    **dict.fromkeys(("円", "日元", "jp¥", "yen"), "JPY"),
    **dict.fromkeys(("₩", "韩元"), "KRW"),
    **dict.fromkeys(("₹", "rs"), "INR"),
    **dict.fromkeys(("₽",), "RUB"),
    **dict.fromkeys(("₺",), "TRY"),
    **dict.fromkeys(("₫",), "VND"),
    **dict.fromkeys(("฿",), "THB"),
    **dict.fromkeys(("₱",), "PHP"),
    **dict.fromkeys(("₪",), "ILS"),
    **dict.fromkeys(("₴",), "UAH"),
    **dict.fromkeys(("zł",), "PLN"),
    **dict.fromkeys(("kč",), "CZK"),
    **dict.fromkeys(("fr", "sfr"), "CHF"),
}
UNDECIDED = frozenset(("$", "¥", "￥", "dollar", "dollars", "kr", ""))

GROUPED = re.compile(r"\d{1,3}(?:[\s'’]\d{3})+(?=$|[.,])")
SHAPE = re.compile(
    r"(?P<open>\()?\s*(?P<sign>[-+−–]?)\s*(?P<before>[^\d.,()+−–-]*)\s*(?P<inner>[-+−–]?)\s*"
    r"(?P<number>[.,]?\d(?:[\d.,'’\s]*\d)?)\.?\s*(?P<unit>百万|[万萬千亿億kKmMwW]?)\s*"
    r"(?P<after>[^\d()+−–-]*?)\s*(?P<trailing>[-−–]?)\s*(?P<close>\))?(?P<outside>[^\d()+−–-]*)"
)


def standardise_money(
    values: pa.Array | pa.ChunkedArray | Sequence[str | None], *, default_currency: str | None = None
) -> pa.Table:
    """Read each value as an amount; see the module for columns."""
    text = clean_text(values)
    plain = pc.fill_null(pc.match_substring_regex(text, PLAIN), False)
    amounts = pc.if_else(plain, text, None).cast(AMOUNT)
    currencies = pc.if_else(plain, pa.scalar(default_currency, pa.string()), None)
    reasons = pa.nulls(len(text), pa.string())
    rows = pc.and_not(pc.is_valid(text), plain)
    read = [_read_value(value, default_currency) for value in text.filter(rows).to_pylist()]
    if read:
        found, named, why = zip(*read, strict=True)
        amounts = pc.replace_with_mask(amounts, rows, pa.array(found, AMOUNT))
        currencies = pc.replace_with_mask(currencies, rows, pa.array(named, pa.string()))
        reasons = pc.replace_with_mask(reasons, rows, pa.array(why, pa.string()))
    return pa.table({"amount": amounts, "currency": currencies, REASON.name: reasons})


def _read_value(value: str, default: str | None) -> tuple[Decimal | None, str | None, str | None]:
    """Read one dressed amount: take sign, currency and unit off, then the number."""
    if SCIENTIFIC.fullmatch(value):
        return None, None, ROUNDED
    found = SHAPE.fullmatch(value)
    if not found or bool(found["open"]) != bool(found["close"]):
        return None, None, NOT_AN_AMOUNT
    known, currency = _read_currency(found["before"], found["after"], found["outside"])
    if not known:
        return None, None, NOT_AN_AMOUNT
    number, reason = _read_number(found["number"])
    if number is None:
        return None, None, reason
    minus = found["sign"] + found["inner"] + found["trailing"] + ("-" if found["open"] else "")
    if len(minus) > 1:
        return None, None, NOT_AN_AMOUNT
    number *= UNITS.get(found["unit"].lower(), 1) * SIGNS[minus]
    if abs(number) >= LIMIT:
        return None, None, TOO_LARGE
    return number.quantize(CENT, ROUND_HALF_UP), currency or default, None


def _read_currency(*texts: str) -> tuple[bool, str | None]:
    """Read the words around a number: whether all are understood, and the currency they name, if one."""
    words = [re.sub(r"[\s.:]+", "", text).lower() for text in texts]
    codes = {CURRENCIES[word] for word in words if word in CURRENCIES}
    known = all(word in CURRENCIES or word in UNDECIDED or _doubled(word) for word in words)
    codes |= {CURRENCIES[word[:-1]] for word in words if _doubled(word)}
    return known and len(codes) <= 1, codes.pop() if len(codes) == 1 else None


def _doubled(word: str) -> bool:
    """Tell whether the word is a code with its ambiguous sign behind ("aud$", "cny¥")."""
    return word not in CURRENCIES and word[-1:] in ("$", "¥") and word[:-1] in CURRENCIES


def _read_number(text: str) -> tuple[Decimal | None, str | None]:
    """Read digits with separators, as the module describes."""
    text = GROUPED.sub(lambda found: re.sub(r"[\s'’]", "", found.group()), text)
    commas, dots = text.count(","), text.count(".")
    if commas and dots:
        decimal = max(text, key=lambda mark: text.rfind(mark) if mark in ",." else -1)
        thousands = "," if decimal == "." else "."
    elif commas == 1 and not re.fullmatch(r"\d{1,3},\d{3}", text):
        decimal, thousands = ",", "."
    elif dots == 1:
        if re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", text):
            return None, AMBIGUOUS
        decimal, thousands = ".", ","
    else:
        decimal, thousands = ("", "," if commas else ".")
    whole, _, decimals = text.partition(decimal) if decimal else (text, "", "")
    # Indian amounts group by two before the last three: 1,23,456.00
    if thousands in whole and not re.fullmatch(rf"\d{{1,3}}(?:\{thousands}\d{{2,3}})*\{thousands}\d{{3}}", whole):
        return None, NOT_AN_AMOUNT
    digits = whole.replace(thousands, "")
    if not re.fullmatch(r"\d*", digits) or not re.fullmatch(r"\d*", decimals) or not digits + decimals:
        return None, NOT_AN_AMOUNT
    if len(digits) > 30:
        return None, TOO_LARGE
    return Decimal(f"{digits or 0}.{decimals or 0}"), None
