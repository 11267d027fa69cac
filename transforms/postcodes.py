"""Postal codes: as typed in, as the country's post office writes them out.

Blanks, case and hyphens are put in order; a leading zero a spreadsheet took away comes back where the country and the
number of digits leave no doubt; a United States code keeps its first five digits, because sources differ in whether
they have the other four and equal addresses should look equal.
"""

from __future__ import annotations

import re
from functools import lru_cache

UNFIT = "the postal code does not fit the country"

# country: shape of the code without blanks and hyphens, what parts its groups
SHAPES = {
    "CN": (re.compile(r"(\d{6})"), ""),
    "TW": (re.compile(r"(\d{3}|\d{5}|\d{6})"), ""),
    "US": (re.compile(r"(\d{5})(?:\d{4})?"), ""),
    "PR": (re.compile(r"(\d{5})(?:\d{4})?"), ""),
    "GB": (re.compile(r"(GIR|[A-Z]{1,2}\d[A-Z\d]?)(\d[A-Z]{2})"), " "),
    "CA": (re.compile(r"([A-Z]\d[A-Z])(\d[A-Z]\d)"), " "),
    "NL": (re.compile(r"(\d{4})([A-Z]{2})"), " "),
    "IE": (re.compile(r"([A-Z]\d[\dW])([A-Z\d]{4})"), " "),
    "JP": (re.compile(r"(\d{3})(\d{4})"), "-"),
    "BR": (re.compile(r"(\d{5})(\d{3})"), "-"),
    "PL": (re.compile(r"(\d{2})(\d{3})"), "-"),
    "PT": (re.compile(r"(\d{4})(\d{3})"), "-"),
    "SE": (re.compile(r"(\d{3})(\d{2})"), " "),
    "AU": (re.compile(r"(\d{4})"), ""),
    "NZ": (re.compile(r"(\d{4})"), ""),
    "AT": (re.compile(r"(\d{4})"), ""),
    "BE": (re.compile(r"(\d{4})"), ""),
    "CH": (re.compile(r"(\d{4})"), ""),
    "DK": (re.compile(r"(\d{4})"), ""),
    "NO": (re.compile(r"(\d{4})"), ""),
    "DE": (re.compile(r"(\d{5})"), ""),
    "ES": (re.compile(r"(\d{5})"), ""),
    "FI": (re.compile(r"(\d{5})"), ""),
    "FR": (re.compile(r"(\d{5})"), ""),
    "IT": (re.compile(r"(\d{5})"), ""),
    "MX": (re.compile(r"(\d{5})"), ""),
    "MY": (re.compile(r"(\d{5})"), ""),
    "TH": (re.compile(r"(\d{5})"), ""),
    "KR": (re.compile(r"(\d{5})"), ""),
    "SG": (re.compile(r"(\d{6})"), ""),
    "IN": (re.compile(r"(\d{6})"), ""),
    "RU": (re.compile(r"(\d{6})"), ""),
}
# Codes of all digits that can begin with a zero (Massachusetts, Inner Mongolia, Dresden, the Northern Territory).
FULL_LENGTH = {"CN": 6, "US": 5, "PR": 5, "DE": 5, "ES": 5, "FR": 5, "IT": 5, "AU": 4, "MX": 5, "MY": 5, "FI": 5}
DRESS = re.compile(r"^['\"\s]+|['\"\s]+$|\.0$")
JOINTS = re.compile(r"[\s\-–]+")


@lru_cache(maxsize=100_000)
def read_postcode(text: str, country: str | None) -> tuple[str | None, str | None]:
    """Give (code, reason); the code is null only if the country is known to write its codes otherwise."""
    code = JOINTS.sub(" ", DRESS.sub("", text).upper()).strip()
    if country not in SHAPES:
        return code or None, None
    bare = code.replace(" ", "").removeprefix(f"{country}")
    length = FULL_LENGTH.get(country, 0)
    if bare.isdigit() and len(bare) == length - 1:
        bare = "0" + bare
    shape, joint = SHAPES[country]
    found = shape.fullmatch(bare)
    return (joint.join(found.groups()), None) if found else (None, UNFIT)


def find_postcode(text: str, country: str) -> tuple[str | None, str]:
    """Find a code at the end of a text; gives (code, what stands before it)."""
    shape = SHAPES.get(country)
    words = text.split()
    for count in (2, 1):
        if shape and len(words) >= count and shape[0].fullmatch(JOINTS.sub("", "".join(words[-count:])).upper()):
            return read_postcode(" ".join(words[-count:]), country)[0], " ".join(words[:-count])
    return None, text
