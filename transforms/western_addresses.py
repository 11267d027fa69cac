"""Addresses outside China, or in Latin letters: fields and one-line addresses in, the same parts in one spelling out.

A line that repeats its city, state, postal code or country at the end is cut there. Where the fields are empty the
line's end fills them, but only what its shape proves: a country's name, a postal code that fits it, a state beside the
code, and then the city in front of them.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from transforms.address_parts import Address
from transforms.chinese_addresses import CHINESE, HANZI, read_fields
from transforms.countries import read_country
from transforms.latin_places import read_latin_place
from transforms.postcodes import find_postcode, read_postcode
from transforms.regions import is_region, read_region
from transforms.streets import mend_case, standardise_street

PIECES = re.compile(r"\s*[,;\n]+\s*")
SAR = {"HK": "香港特别行政区", "MO": "澳门特别行政区"}
# A code of this shape with a state in front of it tells its country.
SIGNED_ENDS = (
    ("US", re.compile(r"(?i)\b([A-Z]{2})\.?\s+(\d{5}(?:-\d{4})?)$")),
    ("AU", re.compile(r"(?i)\b(ACT|NSW|NT|QLD|SA|TAS|VIC|WA)\s+(\d{4})$")),
    ("CA", re.compile(r"(?i)\b([A-Z]{2})\s+([A-Z]\d[A-Z]\s?\d[A-Z]\d)$")),
    ("GB", re.compile(r"(?i)()\b([A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2})$")),
)


def read_western(parts: Address) -> Address:
    """Read one address; gives its parts in one spelling."""
    pieces = [piece for piece in PIECES.split(parts.address or "") if piece.strip(" .-")]
    parts, pieces = _read_end(parts, pieces)
    code, reason = read_postcode(parts.postcode, parts.country) if parts.postcode else (None, None)
    region = read_region(parts.region, parts.country) if parts.region else None
    if region == parts.region and region:
        region = mend_case(region) if len(region) > 3 else region.upper()
    city = mend_case(parts.city) if parts.city else None
    district = mend_case(parts.district) if parts.district else None
    spelled = (district, city, region)
    if parts.country in CHINESE:
        region, city, district = _name_places(region, city, district, parts)
        # A line in Latin letters stays in Latin letters: what it repeats is kept as it spells it.
        if HANZI.search("".join(filter(None, spelled))):
            spelled = (None, None, None)
    street_pieces = _drop_repeated(pieces, parts, {*spelled, region, city, district, code})
    street = standardise_street(", ".join(street_pieces)) or None
    repeated = pieces[len(street_pieces) :] if spelled == (None, None, None) else ()
    line = (street, *repeated, *spelled[:2], " ".join(filter(None, (spelled[2], None if repeated else code))))
    return replace(
        parts,
        address=(", ".join(filter(None, line)) or None) if parts.address else None,
        street=street,
        district=district,
        city=city,
        region=region,
        postcode=code,
        reason=reason,
    )


def _name_places(
    region: str | None, city: str | None, district: str | None, parts: Address
) -> tuple[str | None, str | None, str | None]:
    """Give the full names in hanzi of a region, city and district of China, as far as they are known."""
    place, _ = read_fields(parts)
    province, town = read_latin_place(place.province or region, place.city or city)
    if parts.country in SAR:
        province = SAR[parts.country]
    return province or place.province or region, town or place.city or city, place.district or district


def _read_end(parts: Address, pieces: list[str]) -> tuple[Address, list[str]]:
    """Take country, postal code, state and city off the end of the line into the fields that are empty."""
    country = read_country(pieces[-1]) if len(pieces) > 1 and len(pieces[-1]) > 3 else None
    if len(pieces) > 1 and pieces[-1].upper().replace(".", "") in ("USA", "UK", "GBR", "AUS", "PRC"):
        country = read_country(pieces[-1])
    if country and country == (parts.country or country) and not is_region(pieces[-1], parts.country or ""):
        parts, pieces = replace(parts, country=country), pieces[:-1]
    if parts.postcode or len(pieces) < 2:
        return parts, pieces
    for home, shape in SIGNED_ENDS:
        found = shape.search(pieces[-1])
        if not found or (parts.country or home) != home or (found[1] and not is_region(found[1], home)):
            continue
        before = [*pieces[:-1], pieces[-1][: found.start()].strip()]
        parts = replace(parts, country=home, postcode=found[2], region=parts.region or found[1] or None)
        return _take_city(parts, [piece for piece in before if piece])
    if parts.country:
        code, before_code = find_postcode(pieces[-1], parts.country)
        if code:
            parts = replace(parts, postcode=code)
            return _take_city(parts, [*pieces[:-1], *filter(None, [before_code])])
        # Continental lines: "10115 Berlin"
        first, _, town = pieces[-1].partition(" ")
        code = read_postcode(first, parts.country)[0] if town and first.isdigit() and len(first) > 3 else None
        if code and parts.country not in ("US", "CA", "GB", "AU"):
            return _take_city(replace(parts, postcode=code), [*pieces[:-1], town])
    return parts, pieces


def _take_city(parts: Address, pieces: list[str]) -> tuple[Address, list[str]]:
    """Take the last piece as city (and a state before it) if a street is left and the piece is a name."""
    if len(pieces) > 1 and not parts.region and parts.country and is_region(pieces[-1], parts.country):
        parts, pieces = replace(parts, region=pieces[-1]), pieces[:-1]
    if parts.city or len(pieces) < 2 or any(character.isdigit() for character in pieces[-1]):
        return parts, pieces
    return replace(parts, city=pieces[-1]), pieces[:-1]


def _drop_repeated(pieces: list[str], parts: Address, more: set[str | None]) -> list[str]:
    """Cut the end of a line that only repeats the fields, but never its first piece."""
    if len(pieces) < 2:
        return pieces
    fields = {parts.city, parts.region, parts.postcode, parts.district, *more} - {None}
    known = {_fold(field) for field in fields if field}
    known |= {first + second for first in known for second in known}
    while len(pieces) > 1 and (_fold(pieces[-1]) in known or _names_field(pieces[-1], parts, fields)):
        pieces = pieces[:-1]
    return pieces


def _names_field(piece: str, parts: Address, fields: set[str | None]) -> bool:
    """Tell whether a piece names the country, or in Latin letters a Chinese place the fields hold in hanzi."""
    if parts.country and read_country(piece) == parts.country:
        return True
    if parts.country not in CHINESE:
        return False
    bare = piece.removesuffix(parts.postcode or " ").strip()
    return bool({*read_latin_place(bare, None), *read_latin_place(parts.region, bare)} & (fields - {None}))


@lru_cache(maxsize=100_000)
def _fold(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()
