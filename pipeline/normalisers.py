"""The steps from raw fields to standard ones, as calls of transforms/ on distinct values.

Each function returns steps for pipeline/values.py. Staged raw columns are called `raw_<field>`.
"""

from collections.abc import Callable
from datetime import date
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.sources import SourceStream
from pipeline.values import Normaliser, Step
from transforms.addresses import standardise_addresses
from transforms.companies import standardise_companies
from transforms.consents import standardise_consents
from transforms.dates import standardise_birth_dates, standardise_dates
from transforms.emails import standardise_emails
from transforms.genders import standardise_genders
from transforms.identifiers import clean_identifiers
from transforms.money import standardise_money
from transforms.names import standardise_names
from transforms.national_ids import standardise_national_ids
from transforms.phones import standardise_phones
from transforms.text import clean_text
from transforms.times import standardise_times
from transforms.user_agents import standardise_user_agents

NAME_COLUMNS = (
    "full_name",
    "given_name",
    "family_name",
    "name_script",
    "name_simplified",
    "name_pinyin",
    "name_pinyin_toned",
    "name_suffix",
)
_BIRTH_DATE = {"date": "birth_date", "date_alt": "birth_date_alt"}
ADDRESS_COLUMNS = ("address", "street", "country", "region", "city", "district", "postcode")


def time_step(field: str, each: SourceStream) -> Step:
    """A point in time, in UTC; the source's zone is that of times without an offset."""

    def normalise(values: pa.Table) -> pa.Table:
        zoned = values.append_column("zone", _constant(values, each.source.zone))
        return standardise_times(zoned.append_column("order", _constant(values, each.stream.date_order)))

    quick = quick_time(f"raw_{field}", in_utc=each.source.zone in (None, "UTC"))
    return Step(field, normalise, {"value": f"raw_{field}"}, {"timestamp": field}, quick)


def quick_time(column: str, *, in_utc: bool) -> str:
    """SQL for the commonest spellings of a moment, which need no Python: ISO 8601 with an offset (or without, where
    times are in UTC), and epochs in seconds or milliseconds. Null for all else, and for years that may be no moment
    (transforms/times tells them apart)."""
    iso = "(?:19(?:7[2-9]|[89][0-9])|2[01][0-9]{2})-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.][0-9]{1,6})?"
    # A cast to timestamp reads a Z but no offset, and takes a quarter of the time of the other one.
    return f"""
        case
            when regexp_full_match({column}, '{iso}Z{"?" if in_utc else ""}') then try_cast({column} as timestamp)
            when regexp_full_match({column}, '{iso}[+-][0-9]{{2}}(?::?[0-9]{{2}})?')
                then timezone('UTC', try_cast({column} as timestamptz))
            when regexp_full_match({column}, '[1-6][0-9]{{9}}(?:[0-9]{{3}})?')
                then make_timestamp(rpad({column}, 16, '0')::bigint)
        end
    """


def name_step() -> Step:
    """Names, all their forms at once."""
    inputs = {name: f"raw_{name}" for name in ("full_name", "given_name", "family_name")}
    return Step("full_name", standardise_names, inputs, _same(NAME_COLUMNS))


def address_step() -> Step:
    """Address lines and their parts. A source's default country is for phones only: customers live abroad too."""
    inputs = {name: f"raw_{name}" for name in ("address", "city", "region", "district", "postcode", "country")}
    return Step("address", standardise_addresses, inputs, _same(ADDRESS_COLUMNS))


def phone_step(field: str, default_country: str | None) -> Step:
    """A phone number, read with the country of the record's address or else the source's."""

    def normalise(values: pa.Table) -> pa.Table:
        country = values.column("country")
        known = pc.fill_null(country, default_country) if default_country else country
        return standardise_phones(pa.table({"phone": values.column("phone"), "country": known}))

    return Step(field, normalise, {"phone": f"raw_{field}", "country": "country"}, {"phone": field})


def email_step(field: str) -> Step:
    """An e-mail address."""
    return _single(field, standardise_emails, "email")


def birth_date_step(order: str | None, today: date) -> Step:
    """A birth date; `order` is what the source states about day and month."""

    def normalise(values: pa.Table) -> pa.Table:
        return standardise_birth_dates(values.append_column("order", _constant(values, order)), as_of=today)

    return Step("birth_date", normalise, {"value": "raw_birth_date"}, _BIRTH_DATE)


def historic_birth_date_step() -> Step:
    """A birth date of any century, as census and archive tables have them."""
    return Step("birth_date", standardise_dates, {"value": "raw_birth_date"}, _BIRTH_DATE)


def gender_step() -> Step:
    """female, male or other."""
    return _single("gender", standardise_genders, "gender")


def company_step() -> Step:
    """An employer's name."""
    return _single("company", standardise_companies, "company")


def national_id_step() -> Step:
    """An identity number."""
    return _single("national_id", standardise_national_ids, "national_id")


def identifier_step() -> Step:
    """An identifier of a namespace without a shape of its own."""
    return _single("value", clean_identifiers, "identifier")


def consent_step(*, asks_refusal: bool) -> Step:
    """granted or denied; with `asks_refusal` a plain yes denies."""
    return _single("status", partial(standardise_consents, asks_refusal=asks_refusal), "consent")


def money_step(field: str) -> Step:
    """An amount, and the currency written beside it as `currency_<field>`."""

    def normalise(values: pa.Table) -> pa.Table:
        return standardise_money(values.column("value"))

    return Step(field, normalise, {"value": f"raw_{field}"}, {"amount": field, "currency": f"currency_{field}"})


def user_agent_step() -> Step:
    """Browser, operating system and device."""

    def normalise(values: pa.Table) -> pa.Table:
        return standardise_user_agents(values.column("value"))

    outputs = {"browser": "browser", "os": "os", "device": "device"}
    return Step("user_agent", normalise, {"value": "raw_user_agent"}, outputs)


def text_step(field: str) -> Step:
    """Free text: mended encoding, plain blanks."""

    def normalise(values: pa.Table) -> pa.Table:
        cleaned = clean_text(values.column("value"))
        return pa.table({"text": cleaned, "reason": pa.nulls(len(values), pa.string())})

    return Step(field, normalise, {"value": f"raw_{field}"}, {"text": field})


def _single(field: str, function: Callable[[pa.ChunkedArray], pa.Table], output: str) -> Step:
    normalise: Normaliser = lambda values: function(values.column("value"))  # noqa: E731
    return Step(field, normalise, {"value": f"raw_{field}"}, {output: field})


def _same(columns: tuple[str, ...]) -> dict[str, str]:
    return {name: name for name in columns}


def _constant(values: pa.Table, value: str | None) -> pa.Array:
    return pa.array([value] * len(values), pa.string())
