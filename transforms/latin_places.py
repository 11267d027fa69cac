"""Chinese places written in Latin letters: "Shenzhen", "Guangdong Province" in, 深圳市 and 广东省 out.

A spelling that two places share (Suzhou is 苏州市 in Jiangsu and 宿州市 in Anhui) is resolved by the province, or not
at all.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache

from transforms.places import all_names, all_places

# Spellings that are not the pinyin of the name.
CUSTOMARY = {
    "陕西省": ("shaanxi",),
    "内蒙古自治区": ("innermongolia", "neimenggu", "neimongol"),
    "西藏自治区": ("tibet", "xizang"),
    "香港特别行政区": ("hongkong", "hongkongsar", "hk"),
    "澳门特别行政区": ("macau", "macao", "macausar"),
    "台湾省": ("taiwan",),
    "北京市": ("peking",),
    "广州市": ("canton",),
    "哈尔滨市": ("harbin",),
    "呼和浩特市": ("hohhot", "huhhot"),
    "乌鲁木齐市": ("urumqi",),
    "拉萨市": ("lhasa",),
    "台北市": ("taipei",),
    "新北市": ("newtaipei",),
    "高雄市": ("kaohsiung",),
    "台中市": ("taichung",),
}
KIND = re.compile(
    r"\b(?:city|shi|municipality|province|sheng|prefecture|autonomous region|zhuang|hui|uygur|uighur|sar)\b|[^a-z]"
)


def read_latin_place(region: str | None, city: str | None) -> tuple[str | None, str | None]:
    """Give (province, city) in hanzi; null for what is not known or could be several places."""
    provinces, cities = _spellings()
    province = provinces.get(_fold(region), region if region in provinces.values() else None) if region else None
    found = cities.get(_fold(city), frozenset()) if city else frozenset()
    if province:
        found = frozenset(pair for pair in found if pair[0] == province)
    if len(found) == 1:
        return next(iter(found))
    return province, None


def _fold(text: str) -> str:
    return KIND.sub("", text.lower())


@cache
def _spellings() -> tuple[dict[str, str], dict[str, frozenset[tuple[str, str]]]]:
    """Spellings of provinces, and of cities with the (province, city) pairs they can be."""
    from pypinyin import lazy_pinyin

    provinces: dict[str, str] = {}
    cities: dict[str, set[tuple[str, str]]] = defaultdict(set)
    short = {
        name.province: spelling
        for spelling, names in all_names().items()
        for name in names
        if name.level == 0 and not name.full
    }
    for province in sorted({row[0] for row in all_places()}):
        spelled = "".join(lazy_pinyin(short.get(province, province)))
        for spelling in CUSTOMARY.get(province, (spelled,)):
            provinces[spelling] = province
        provinces.setdefault(spelled, province)
    for province, city in sorted({(row[0], row[1]) for row in all_places() if row[1]}):
        stem = "".join(lazy_pinyin(city.removesuffix("市")))
        for spelling in {stem, *CUSTOMARY.get(city, ())}:
            cities[spelling].add((province, city))
    return provinces, {spelling: frozenset(pairs) for spelling, pairs in cities.items()}
