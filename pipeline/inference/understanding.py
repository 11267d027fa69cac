"""How much of a column the project's own normalisers understand, taken as one meaning or another.

In: a column, a meaning, and the context (country, order of day and month). Out: the share of its distinct values that
is understood, from 0 to 1; of a small vocabulary (countries, genders) the share of the rows, as there every typo is a
value of its own. A meaning that nothing checks (a product's name) is understood when it has letters.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.inference.sample import Column
from transforms.companies import standardise_companies
from transforms.consents import standardise_consents
from transforms.countries import find_country_codes
from transforms.dates import standardise_birth_dates
from transforms.emails import standardise_emails
from transforms.genders import standardise_genders
from transforms.identifiers import clean_identifiers
from transforms.money import CODES, standardise_money
from transforms.names import standardise_names
from transforms.national_ids import standardise_national_ids
from transforms.phones import standardise_phones
from transforms.postcodes import SHAPES
from transforms.regions import STATES, is_region
from transforms.times import standardise_times

Flags = Callable[[pa.Array, "Context"], pa.Array]
_PROVINCES = (
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃"
    "|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门"
)


@dataclass(frozen=True)
class Context:
    """What values are read with."""

    country: str | None = None
    zone: str | None = None
    currency: str | None = None
    date_order: str | None = None


def share_understood(column: Column, meaning: str, context: Context) -> float:
    """The share of the column that is understood as the meaning."""
    if not len(column.values):
        return 0.0
    understood = READERS.get(meaning, _has_letters)(column.values, context)
    flags = pc.fill_null(understood, False).cast(pa.float64()).to_numpy(zero_copy_only=False)
    times = column.times.to_numpy() if meaning in VOCABULARIES else None
    return float(np.average(flags, weights=times))


def _clean(table: pa.Table, output: str) -> pa.Array:
    """Rows with an outcome and without a reason."""
    return pc.and_(pc.is_valid(table[output]), pc.is_null(table["reason"])).combine_chunks()


def _names(field: str) -> Flags:
    def read(values: pa.Array, _: Context) -> pa.Array:
        # What was hashed or encoded has letters too.
        coded = pc.match_substring_regex(values, r"\d.*\d.*\d|=$")
        return pc.and_not(_clean(standardise_names(pa.table({field: values})), field), coded)

    return read


def _emails(values: pa.Array, _: Context) -> pa.Array:
    return pc.is_valid(standardise_emails(values)["email"])


def _phones(values: pa.Array, context: Context) -> pa.Array:
    return pc.is_valid(read_phones(values, context.country)["phone"])


def read_phones(values: pa.Array, country: str | None) -> pa.Table:
    """The values as phone numbers of a country."""
    return standardise_phones(pa.table({"phone": values, "country": pa.array([country] * len(values), pa.string())}))


def _birth_dates(values: pa.Array, context: Context) -> pa.Array:
    return _clean(standardise_birth_dates(_dated(values, context)), "date")


def _times(values: pa.Array, context: Context) -> pa.Array:
    return _clean(standardise_times(_dated(values, context)), "timestamp")


def _dated(values: pa.Array, context: Context) -> pa.Table:
    orders, zones = (pa.array([each] * len(values), pa.string()) for each in (context.date_order, context.zone))
    return pa.table({"value": values, "order": orders, "zone": zones})


def _genders(values: pa.Array, _: Context) -> pa.Array:
    # "Not stated" is understood too.
    return pc.is_null(standardise_genders(values)["reason"])


def _companies(values: pa.Array, context: Context) -> pa.Array:
    return pc.and_(_clean(standardise_companies(values), "company"), _has_letters(values, context))


def _national_ids(values: pa.Array, _: Context) -> pa.Array:
    return pc.is_valid(standardise_national_ids(values)["national_id"])


def _countries(values: pa.Array, _: Context) -> pa.Array:
    return pc.is_valid(pa.array(find_country_codes(values), pa.string()))


def _regions(values: pa.Array, _: Context) -> pa.Array:
    """States of the countries that are known, and Chinese provinces."""
    known = [any(is_region(text, country) for country in STATES) for text in values.to_pylist()]
    return pc.or_(pa.array(known), pc.match_substring_regex(values, f"^(?:{_PROVINCES})"))


def _postcodes(values: pa.Array, context: Context) -> pa.Array:
    """Codes as some country's post office writes them; of the source's country where that is known and most are."""
    texts = [
        text.upper().replace(" ", "").replace("-", "").removesuffix(".0").strip("'\"") for text in values.to_pylist()
    ]
    countries = [context.country] if context.country in SHAPES else list(SHAPES)
    fits = [any(SHAPES[each][0].fullmatch(text.zfill(4)) for each in countries) for text in texts]
    if sum(fits) < len(fits) / 2:
        fits = [any(shape.fullmatch(text.zfill(4)) for shape, _ in SHAPES.values()) for text in texts]
    return pa.array(fits)


def _money(values: pa.Array, _: Context) -> pa.Array:
    return _clean(standardise_money(values), "amount")


def _currencies(values: pa.Array, _: Context) -> pa.Array:
    return pc.is_in(pc.utf8_upper(values), value_set=pa.array(CODES.split()))


def _identifiers(values: pa.Array, _: Context) -> pa.Array:
    return _clean(clean_identifiers(values), "identifier")


def _consents(values: pa.Array, _: Context) -> pa.Array:
    return pc.is_null(standardise_consents(values, asks_refusal=False)["reason"])


def _matching(pattern: str) -> Flags:
    return lambda values, _: pc.match_substring_regex(values, pattern)


def _has_letters(values: pa.Array, _: Context | None = None) -> pa.Array:
    return pc.match_substring_regex(values, r"\pL")


_URL = r"^(?:https?://\S+|/\S*|[\w.-]+\.[a-z]{2,}/\S*|android-app://\S+)$"
_IP = r"^(?:\d{1,3}\.){3}\d{1,3}(?:\D.*)?$|^[0-9a-fA-F:]*:[0-9a-fA-F:]+$"
_TIMES = ("updated_at", "created_at", "ordered_at", "occurred_at", "moment")
_MONEY = ("amount", "unit_price", "quantity", "discount", "shipping", "refunded")
IDENTIFIERS = (
    *("wechat_unionid", "wechat_openid", "wecom_external_userid", "wechat_account", "qq", "device_id", "idfa", "idfv"),
    *("oaid", "imei", "gaid", "android_id"),
)
_KEYS = ("record_key", "person_key", "order_key", "event_key", "anonymous_id", "session_id", "sku", *IDENTIFIERS)
CONSENTS = ("consent_email", "refusal_email", "consent_sms", "refusal_sms", "consent_any", "refusal_any")

READERS: dict[str, Flags] = {
    **{name: _names(name) for name in ("full_name", "given_name", "family_name")},
    "email": _emails,
    "phone": _phones,
    "birth_date": _birth_dates,
    "gender": _genders,
    "company": _companies,
    "national_id": _national_ids,
    "country": _countries,
    "region": _regions,
    "postcode": _postcodes,
    "currency": _currencies,
    "language": _matching(r"^[A-Za-z]{2,3}(?:[-_][A-Za-z]{2,4})*$|^[A-Za-z\p{Han}]{2,}$"),
    "url": _matching(_URL),
    "referrer": _matching(_URL),
    "ip": _matching(_IP),
    "user_agent": _matching(r"[A-Za-z]+/\d"),
    "house_number": _matching(r"^\d+|号"),
    "payment_method": _has_letters,
    **dict.fromkeys(_TIMES, _times),
    **dict.fromkeys(_MONEY, _money),
    **dict.fromkeys(_KEYS, _identifiers),
    **dict.fromkeys(CONSENTS, _consents),
}
VOCABULARIES = frozenset(("country", "region", "gender", "currency", "language", *CONSENTS))
# Meanings that a normaliser can tell from others; of the rest only the header knows.
TELLING = frozenset(
    (
        *("full_name", "given_name", "family_name", "email", "phone", "birth_date", "gender", "national_id", "country"),
        *("region", "postcode", "currency", "url", "referrer", "ip", "user_agent", "language", *_TIMES, *_MONEY),
        *CONSENTS,
    )
)
