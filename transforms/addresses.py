"""Addresses: whatever mixture of fields a source has in, comparable parts out.

In: a table of distinct (`address`, `city`, `region`, `district`, `postcode`, `country`); columns may be missing, and
the country may be the source's default. Out: the same columns and `street` (what is below district and city),
`ambiguous` and `reason`. Chinese places get their full names, states their postal codes, countries ISO 3166 alpha-2,
postal codes and street words one spelling. An ambiguous place stays ambiguous: nothing is guessed. The one-line
`address` is put together again from the parts. A row without any value comes back empty, even if it has a country.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from transforms.address_parts import Address
from transforms.chinese_addresses import CHINESE, is_chinese, read_chinese
from transforms.columns import build_table, read_column
from transforms.countries import find_country_codes
from transforms.text import clean_text
from transforms.western_addresses import read_western

if TYPE_CHECKING:
    from opencc import OpenCC

UNKNOWN_COUNTRY = "the country is not known by this name"

TEXTS = ("address", "street", "district", "city", "region", "postcode", "country")
FIELDS = [*(pa.field(name, pa.string()) for name in TEXTS), pa.field("ambiguous", pa.bool_())]


def standardise_addresses(addresses: pa.Table) -> pa.Table:
    """Read each row of fields as one address; see the module for columns."""
    names = ("address", "district", "city", "region", "postcode")
    columns = [clean_text(read_column(addresses, name)) for name in names]
    spelled = clean_text(read_column(addresses, "country"))
    countries = find_country_codes(spelled)
    chinese = pa.array([country is None or country in CHINESE for country in countries], pa.bool_())
    columns = [_simplify(column, chinese) for column in columns]
    rows = zip(*(column.to_pylist() for column in columns), countries, spelled.to_pylist(), strict=True)
    read = (_read_row(*row) for row in rows)
    return build_table(((*(getattr(row, name) for name in TEXTS), row.ambiguous, row.reason) for row in read), FIELDS)


def _read_row(
    address: str | None,
    district: str | None,
    city: str | None,
    region: str | None,
    postcode: str | None,
    country: str | None,
    spelled_country: str | None,
) -> Address:
    """Send one row to the reader of its script and country."""
    texts = [text for text in (address, district, city, region) if text]
    if not texts and not postcode:
        return Address(country=country, reason=UNKNOWN_COUNTRY if spelled_country and not country else None)
    parts = Address(address, None, district, city, region, postcode, country)
    read = read_chinese(parts) if is_chinese(parts) else read_western(parts)
    if spelled_country and not country and not read.reason:
        return Address(
            **{name: getattr(read, name) for name in TEXTS}, ambiguous=read.ambiguous, reason=UNKNOWN_COUNTRY
        )
    return read


def _simplify(column: pa.Array, chinese: pa.Array) -> pa.Array:
    """Turn traditional characters of Chinese rows into simplified ones, the whole column in one call of OpenCC."""
    rows = pc.and_(chinese, pc.fill_null(pc.match_substring_regex(column, r"\p{Han}"), False))
    # GB 2312 has no traditional characters; what fits in is left alone, or 乾县 would become 干县.
    rows = pc.and_(
        rows, pa.array([text is not None and not _is_gb2312(text) for text in column.to_pylist()], pa.bool_())
    )
    texts = column.filter(rows).to_pylist()
    if not texts:
        return column
    simplified = _simplifier().convert("\n".join(texts)).split("\n")
    return pc.replace_with_mask(column, rows, pa.array(simplified, pa.string()))


def _is_gb2312(text: str) -> bool:
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


@cache
def _simplifier() -> OpenCC:
    from opencc import OpenCC

    return OpenCC("t2s")
