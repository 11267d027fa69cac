"""Streets outside China: a house-and-street line in, the same line with one spelling for each street word out.

"12 main st., apt 4", "12 MAIN STREET APT. 4" and "12 Main St, Apt 4" all become "12 Main Street Apartment 4". Written
out are kinds of street, kinds of unit and a compass point behind the house number; "St" before a name is a saint and
stays. Small words get a capital; capitals are mended only where the whole line is in capitals.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

KINDS = {
    "alley": "aly ally alley",
    "avenue": "av ave aven avenue avn",
    "boulevard": "bd blvd boul boulevard boulv",
    "circle": "cir circ circle",
    "close": "cl close",
    "court": "ct crt court",
    "crescent": "cres crs cresent crescent",
    "drive": "dr drv drive",
    "expressway": "expy expressway",
    "gardens": "gdns gdn gardens",
    "grove": "gr grv grove",
    "heights": "hts heights",
    "highway": "hwy highwy highway",
    "lane": "ln lane la",
    "mews": "mews",
    "parade": "pde parade",
    "park": "pk park",
    "parkway": "pkwy pky parkway",
    "place": "pl plc place",
    "plaza": "plz plaza",
    "road": "rd road",
    "square": "sq sqr square",
    "street": "st str strt street",
    "terrace": "ter terr tce terrace",
    "trail": "trl trail",
    "turnpike": "tpke turnpike",
    "way": "wy way",
}
UNITS = {
    "apartment": "apt apartment appt",
    "building": "bldg building blg",
    "flat": "flt flat",
    "floor": "fl flr floor",
    "room": "rm room",
    "suite": "ste suite",
    "unit": "unit",
}
COMPASS = {"n": "North", "s": "South", "e": "East", "w": "West", "ne": "NE", "nw": "NW", "se": "SE", "sw": "SW"}
KIND_OF = {spelling: kind.capitalize() for kind, spellings in KINDS.items() for spelling in spellings.split()}
UNIT_OF = {spelling: unit.capitalize() for unit, spellings in UNITS.items() for spelling in spellings.split()}

POST_BOX = re.compile(r"\b(?:p\.?\s?o\.?|post office|postal)\s?box\b\.?\s*", re.IGNORECASE)
HOUSE = re.compile(r"^#?\d+[a-z]?(?:[-/]\d+[a-z]?)?$", re.IGNORECASE)
ORDINAL = re.compile(r"^\d+(?:st|nd|rd|th)$", re.IGNORECASE)
NUMBER_SIGN = re.compile(r"(?i)\b(?:no\.?|nr\.?|№)\s?(?=\d)")
WORD = re.compile(r"[^\s,]+|,")
COMMA = re.compile(r"\s*,[\s,]*")
COMMA_BEFORE_UNIT = re.compile(rf", (?=(?:{'|'.join(unit.capitalize() for unit in UNITS)})\b)")
SMALL_WORDS = frozenset(("of", "the", "de", "la", "du", "des", "von", "van", "der", "am", "im", "auf", "and"))


def standardise_street(text: str) -> str:
    """Give the line its one spelling."""
    text = POST_BOX.sub("PO Box ", NUMBER_SIGN.sub("", text))
    words = WORD.findall(text)
    shouted = text.isupper()
    written = [_write_word(words, position, shouted) for position in range(len(words))]
    return COMMA_BEFORE_UNIT.sub(" ", COMMA.sub(", ", " ".join(written))).strip(" ,;.-")


@lru_cache(maxsize=100_000)
def mend_case(text: str) -> str:
    """Capitalise the words of a name written in capitals or small letters only; other spellings are meant."""
    if not (text.isupper() or text.islower()):
        return text
    words = text.lower().split()
    return " ".join(
        word if position and word in SMALL_WORDS else _capitalise(word) for position, word in enumerate(words)
    )


def _write_word(words: Sequence[str], position: int, shouted: bool) -> str:
    """Write out one word, seeing its neighbours."""
    word = words[position]
    bare = word.strip(".").lower()
    before = words[position - 1] if position else ","
    after = words[position + 1] if position + 1 < len(words) else ","
    if bare in UNIT_OF and (_holds_number(after) or (bare in ("fl", "flr", "floor") and _holds_number(before))):
        return UNIT_OF[bare]
    if bare in KIND_OF and position and _ends_name(before, after, words[position + 1 :]):
        return KIND_OF[bare]
    if bare in COMPASS and HOUSE.match(before) and after != ",":
        return COMPASS[bare]
    if HOUSE.match(word):
        return word.upper()
    if not (shouted or word.islower()):
        return word.removesuffix(".") if len(bare) > 1 else word
    if ORDINAL.match(word) or (bare in SMALL_WORDS and before != ","):
        return word.lower()
    return _capitalise(word.removesuffix("."))


def _ends_name(before: str, after: str, rest: Sequence[str]) -> bool:
    """Tell whether a kind of street stands where one does: behind a name, before a comma, a unit or a compass point."""
    if before == "," or (HOUSE.match(before) and after != ","):
        return False
    bare = after.strip(".").lower()
    return (
        after == ","
        or bare in UNIT_OF
        or bare in COMPASS
        or HOUSE.match(after) is not None
        or (bare in KIND_OF and len(rest) > 1 and rest[1] != ",")
    )


def _holds_number(word: str) -> bool:
    return any(character.isdigit() for character in word) or (len(word) == 1 and word.isalpha())


def _capitalise(word: str) -> str:
    """Capitalise each part of a word: Stratford-upon-Avon aside, hyphens and apostrophes begin a new one."""
    if word.lower() == "po":
        return "PO"
    capital = re.sub(r"(^|[-/(])([^\W\d_])", lambda part: part[1] + part[2].upper(), word.lower())
    return re.sub(r"^([OD]['’])([^\W\d_])", lambda part: part[1] + part[2].upper(), capital)
