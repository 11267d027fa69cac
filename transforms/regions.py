"""States and provinces outside China: a code or a name in, the code its post office uses out (CA, NSW, ON)."""

from __future__ import annotations

import re
from functools import cache, lru_cache

STATES = {
    "US": "AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut|DE Delaware|"
    "DC District of Columbia|DC Washington DC|FL Florida|GA Georgia|HI Hawaii|ID Idaho|IL Illinois|IN Indiana|IA Iowa|"
    "KS Kansas|KY Kentucky|LA Louisiana|ME Maine|MD Maryland|MA Massachusetts|MI Michigan|MN Minnesota|"
    "MS Mississippi|MO Missouri|MT Montana|NE Nebraska|NV Nevada|NH New Hampshire|NJ New Jersey|NM New Mexico|"
    "NY New York|NY New York State|NC North Carolina|ND North Dakota|OH Ohio|OK Oklahoma|OR Oregon|PA Pennsylvania|"
    "RI Rhode Island|SC South Carolina|SD South Dakota|TN Tennessee|TX Texas|UT Utah|VT Vermont|VA Virginia|"
    "WA Washington|WA Washington State|WV West Virginia|WI Wisconsin|WY Wyoming|PR Puerto Rico|GU Guam|"
    "VI Virgin Islands|AS American Samoa|MP Northern Mariana Islands|AA Armed Forces Americas|"
    "AE Armed Forces Europe|AP Armed Forces Pacific|AL Ala|AZ Ariz|AR Ark|CA Calif|CO Colo|CT Conn|"
    "DE Del|FL Fla|IL Ill|IN Ind|KS Kans|MA Mass|MI Mich|MN Minn|MS Miss|MT Mont|NE Neb|NE Nebr|NV Nev|OK Okla|"
    "OR Ore|PA Penn|PA Penna|TN Tenn|TX Tex|WA Wash|WI Wis|WI Wisc|WY Wyo",
    "CA": "AB Alberta|BC British Columbia|MB Manitoba|NB New Brunswick|NL Newfoundland and Labrador|NL Newfoundland|"
    "NS Nova Scotia|NT Northwest Territories|NU Nunavut|ON Ontario|PE Prince Edward Island|QC Quebec|QC Québec|"
    "SK Saskatchewan|YT Yukon|YT Yukon Territory",
    "AU": "ACT Australian Capital Territory|NSW New South Wales|NT Northern Territory|QLD Queensland|"
    "SA South Australia|TAS Tasmania|VIC Victoria|WA Western Australia",
    "GB": "ENG England|SCT Scotland|WLS Wales|NIR Northern Ireland",
}
MARKS = re.compile(r"[\s.]+")


@lru_cache(maxsize=10_000)
def read_region(text: str, country: str | None) -> str:
    """Give the code of a state of this country; the text itself, blanks collapsed, where it is none that is known.

    Without a country only a name that one country has is turned into its code: "WA" may be Perth or Seattle.
    """
    key = MARKS.sub(" ", text).strip().casefold()
    if country:
        code = _spellings(country).get(key) or _spellings(country).get(key.replace(" ", ""))
        return code or text
    codes = {_spellings(home).get(key) for home in STATES if len(key) > 3} - {None}
    return codes.pop() or text if len(codes) == 1 else text


def is_region(text: str, country: str) -> bool:
    """Tell whether a text names a state of this country."""
    return MARKS.sub(" ", text).strip().casefold() in _spellings(country)


@cache
def _spellings(country: str) -> dict[str, str]:
    """Lower-case codes and names of a country's states, and the code of each."""
    spellings = {}
    for entry in filter(None, STATES.get(country, "").split("|")):
        code, _, name = entry.partition(" ")
        spellings[name.casefold()] = spellings[code.casefold()] = code
    return spellings
