"""Chinese addresses: parts in any mixture of fields in, full names of province, city and district out.

The fields for region, city and district are read first, in that order, as if they were written in front of the
address; what the address repeats is taken off, what contradicts them makes the address ambiguous. The address in one
line is put together again from the full names, so that 深圳南山科技园 and 广东省深圳市南山区科技园 are equal.
"""

from __future__ import annotations

import re

from transforms.address_parts import Address
from transforms.places import MUNICIPALITIES, Place, name_region, read_place
from transforms.postcodes import read_postcode

UNPLACED = "no province, city or district recognised"
AMBIGUOUS = "the district lies in several cities"
CONFLICT = "names of places contradict each other"

CHINESE = frozenset(("CN", "HK", "MO", "TW"))
HANZI = re.compile(r"[\u3400-\u9fff]")
BLANKS = re.compile(r"(?<=[\u3400-\u9fff,，、])\s+|\s+(?=[\u3400-\u9fff,，、])")
LABEL = re.compile(r"^(?:(?:收货|收件|联系|通讯|家庭|详细|居住)?地址|住址|户籍)\s*[::]\s*")
COUNTRY = re.compile(
    r"^(?:中华人民共和国|中国大陆|中国|China|CHINA|CN\b|P\.?R\.?C\.?\b)[\s,，·-]*|[\s,，]*(?:中国|China|CHINA)$"
)
POSTCODE = re.compile(
    r"(?:[(（]?(?:邮编|邮政编码)[::]?\s*(\d{6})[)）]?)|(?<!\d)(\d{6})$|^(\d{6})(?=[\s,，\u4e00-\u9fff])"
)
EDGES = " \t,，、;；。.·-–_|/"
PIECES = re.compile(r"\s*[,，;；|]\s*")
# Towns whose places the tables do not have below the city.
SAR = {"香港特别行政区": "香港", "澳门特别行政区": "澳门"}


def is_chinese(parts: Address) -> bool:
    """Tell whether an address is to be read here: its line (or else a field) is in hanzi, its country not another."""
    text = parts.address or f"{parts.district}{parts.city}{parts.region}"
    return (parts.country is None or parts.country in CHINESE) and HANZI.search(text) is not None


def read_chinese(parts: Address) -> Address:
    """Read one address in simplified characters."""
    place, left = read_fields(parts)
    text = _undress(parts.address or "")
    text, postcode = _take_postcode(text)
    place, rest = read_place(text, place)
    if not place.known or (rest == text and not left):
        place, rest = _read_backwards(text, place, rest)
    code, unfit = read_postcode(parts.postcode or postcode or "", "CN") if parts.postcode or postcode else (None, None)
    country = name_region(place.province) if place.province else parts.country or "CN"
    if country != "CN" and parts.postcode:
        code, unfit = read_postcode(parts.postcode, country)
    street = rest.strip(EDGES) or None
    return Address(
        address=(text if place.conflict else _join(place, street)) if parts.address else None,
        street=street,
        district=place.district or parts.district,
        city=place.city or (None if place.known else parts.city),
        region=place.province or parts.region,
        postcode=code,
        country=country,
        ambiguous=place.ambiguous,
        reason=_explain(place) or unfit,
    )


def read_fields(parts: Address) -> tuple[Place, str]:
    """Read the fields above the street; gives the place and what was not understood of them."""
    place, left = Place(), ""
    for text in (parts.region, parts.city, parts.district):
        if text and HANZI.search(text):
            place, rest = read_place(_undress(text), place)
            left += rest
    return place, left


def _undress(text: str) -> str:
    """Take labels, the country and the blanks between hanzi away."""
    return COUNTRY.sub("", BLANKS.sub("", LABEL.sub("", text))).strip(EDGES)


def _take_postcode(text: str) -> tuple[str, str | None]:
    found = POSTCODE.search(text)
    if not found:
        return text, None
    return (text[: found.start()] + text[found.end() :]).strip(EDGES), found[1] or found[2] or found[3]


def _read_backwards(text: str, place: Place, rest: str) -> tuple[Place, str]:
    """Read an address written from the house up to the province, its pieces parted by commas."""
    pieces = [piece for piece in PIECES.split(text) if piece]
    if len(pieces) < 2:
        return place, rest
    backwards, street = read_place(",".join(reversed(pieces)), place)
    if backwards == place:
        return place, rest
    return backwards, ",".join(reversed([piece for piece in PIECES.split(street) if piece]))


def _join(place: Place, street: str | None) -> str | None:
    """Put the address together from the province down; a municipality is named once."""
    city = None if place.city in MUNICIPALITIES and place.province == place.city else place.city
    city = None if city in SAR and city == place.province else city
    return "".join(filter(None, (place.province, city, place.district, street))) or None


def _explain(place: Place) -> str | None:
    if place.conflict:
        return CONFLICT
    if not place.known:
        return UNPLACED
    return AMBIGUOUS if place.ambiguous else None
