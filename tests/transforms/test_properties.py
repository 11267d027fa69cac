"""What holds for any text: as many rows out as in, no exception, the same answer for the same value, rest in peace.

"At rest" means that a standardised value, given to the normaliser again, comes back as it is.
"""

from collections.abc import Callable
from functools import partial

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.addresses import standardise_addresses
from transforms.dates import standardise_birth_dates, standardise_dates
from transforms.emails import standardise_emails
from transforms.money import standardise_money
from transforms.number_plans import ask_library, read_international, read_national
from transforms.phones import standardise_phones
from transforms.times import standardise_times
from transforms.user_agents import standardise_user_agents

steady = settings(max_examples=30, deadline=None, derandomize=True, database=None)

# Any text, and texts that come closer to what each normaliser knows.
NEARLY = st.text("0123456789+-/.,:() '*年月日时点上下午元万省市区县路号街京海深圳朝阳南山吉林StRdeE@#xTZ", max_size=24)
VALUES = st.lists(st.one_of(st.none(), st.text(max_size=24), NEARLY), max_size=12)
COUNTRIES = st.sampled_from([None, "CN", "US", "GB", "AU", "DE", "AR", "HK", "JP", "China", "?"])


def _column(values: list[str | None]) -> pa.Array:
    return pa.array(values, pa.string())


def _phones(values: list[str | None]) -> pa.Table:
    return standardise_phones(pa.table({"phone": _column(values), "country": _column(["CN"] * len(values))}))


def _dated(function: Callable[[pa.Table], pa.Table], values: list[str | None]) -> pa.Table:
    return function(pa.table({"value": _column(values), "order": pa.nulls(len(values), pa.string())}))


def _times(values: list[str | None]) -> pa.Table:
    return standardise_times(pa.table({"value": _column(values), "zone": _column(["Asia/Shanghai"] * len(values))}))


def _addresses(values: list[str | None]) -> pa.Table:
    return standardise_addresses(pa.table({"address": _column(values)}))


NORMALISERS: dict[str, Callable[[list[str | None]], pa.Table]] = {
    "phones": _phones,
    "emails": standardise_emails,
    "dates": partial(_dated, standardise_dates),
    "birth dates": partial(_dated, standardise_birth_dates),
    "times": _times,
    "addresses": _addresses,
    "money": standardise_money,
    "user agents": standardise_user_agents,
}


@pytest.mark.parametrize("name", NORMALISERS)
@given(values=VALUES)
@steady
def test_as_many_rows_out_as_in_and_a_missing_value_has_no_reason(name: str, values: list[str | None]) -> None:
    found = NORMALISERS[name](values)
    assert found.num_rows == len(values)
    assert found.column_names[-1] == "reason"
    empty = [row for value, row in zip(values, found.to_pylist(), strict=True) if not (value or "").strip()]
    assert all(cell in (None, False) for row in empty for cell in row.values())


@pytest.mark.parametrize("name", NORMALISERS)
@given(values=VALUES)
@steady
def test_the_answer_does_not_depend_on_the_neighbours(name: str, values: list[str | None]) -> None:
    together = NORMALISERS[name](values).to_pylist()
    assert NORMALISERS[name](values[::-1]).to_pylist() == together[::-1]


@pytest.mark.parametrize("name", NORMALISERS)
@given(values=VALUES)
@steady
def test_a_reason_never_repeats_the_value(name: str, values: list[str | None]) -> None:
    reasons = NORMALISERS[name](values).column("reason").to_pylist()
    long_values = [value for value in values if value and len(value) > 12]
    assert not any(value in reason for value in long_values for reason in reasons if reason)


@given(values=VALUES)
@steady
def test_a_phone_is_at_rest(values: list[str | None]) -> None:
    first = _phones(values).column("phone")
    assert _phones(first.to_pylist()).column("phone") == first


@given(values=VALUES)
@steady
def test_an_email_is_at_rest(values: list[str | None]) -> None:
    first = standardise_emails(values).column("email")
    assert standardise_emails(first.to_pylist()).column("email") == first


@given(values=VALUES)
@steady
def test_a_date_is_at_rest(values: list[str | None]) -> None:
    first = NORMALISERS["dates"](values).column("date")
    assert NORMALISERS["dates"](first.cast(pa.string()).to_pylist()).column("date") == first


@given(values=VALUES)
@steady
def test_an_amount_is_at_rest(values: list[str | None]) -> None:
    first = standardise_money(values).column("amount")
    assert standardise_money(first.cast(pa.string()).to_pylist()).column("amount") == first


@given(values=VALUES)
@steady
def test_a_time_written_in_utc_is_at_rest(values: list[str | None]) -> None:
    first = _times(values).column("timestamp")
    written = [None if moment is None else moment.isoformat() + "Z" for moment in first.to_pylist()]
    assert _times(written).column("timestamp") == first


@given(values=st.lists(NEARLY, max_size=8), country=COUNTRIES)
@steady
def test_an_address_is_at_rest(values: list[str | None], country: str | None) -> None:
    names = ["address", "city", "region", "district", "postcode", "country"]
    given_columns = {"address": _column(values), "country": _column([country] * len(values))}
    first = standardise_addresses(pa.table(given_columns)).select(names)
    second = standardise_addresses(first).select(names)
    assert second.to_pylist() == first.to_pylist()


@given(
    country=st.sampled_from(
        ["CN", "US", "CA", "GB", "JE", "AU", "DE", "FR", "IT", "HK", "TW", "JP", "SG", "NZ", "IN", "RU"]
    ),
    prefix=st.sampled_from(["", "0", "1", "86", "1", "44", "07", "04", "13", "15", "010", "0755", "202", "8", "9"]),
    digits=st.text("0123456789", min_size=4, max_size=11),
)
@settings(steady, max_examples=300)
def test_plain_digits_are_read_as_libphonenumber_reads_them(country: str, prefix: str, digits: str) -> None:
    number = prefix + digits
    assert read_national(number, country, number) == ask_library(number, country)
    assert read_international(number, "+" + number) == ask_library("+" + number, None)
