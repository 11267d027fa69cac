"""The word lists of the demo, read from `data/`: names with their frequencies, places, streets, products, sentences.

In: nothing. Out: one `Vocabulary` of numpy arrays. The lists were written for this project; the shares of Chinese
surnames follow the published census order of magnitude. Latin spellings of Chinese places are made with pypinyin.
"""

import csv
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

_DATA = Path(__file__).parent / "data"
_PINYIN_EXCEPTIONS = {
    "陕西省": "Shaanxi",
    "内蒙古自治区": "Inner Mongolia",
    "广西壮族自治区": "Guangxi",
    "新疆维吾尔自治区": "Xinjiang",
    "宁夏回族自治区": "Ningxia",
    "乌鲁木齐市": "Urumqi",
    "呼和浩特市": "Hohhot",
    "哈尔滨市": "Harbin",
    "厦门市": "Xiamen",
    "重庆市": "Chongqing",
}
# Wade-Giles without its marks, initials and finals; longest first.
_WADE_INITIALS = (
    ("zh", "ch"),
    ("ch", "ch"),
    ("sh", "sh"),
    ("b", "p"),
    ("d", "t"),
    ("g", "k"),
    ("j", "ch"),
    ("q", "ch"),
    ("x", "hs"),
    ("r", "j"),
    ("z", "ts"),
    ("c", "ts"),
)
_WADE_FINALS = (("iong", "iung"), ("ong", "ung"), ("ian", "ien"), ("ie", "ieh"), ("ue", "ueh"))


@dataclass(frozen=True)
class Vocabulary:
    """Columns of the word lists; `columns["file.column"]`, `words["list"]`."""

    columns: dict[str, np.ndarray]
    words: dict[str, np.ndarray]

    def column(self, name: str) -> np.ndarray:
        """Give one column of one file, for example `chinese_given.han`."""
        return self.columns[name]

    def numbers(self, name: str) -> np.ndarray:
        """Give one column as floats."""
        return self.columns[name].astype(float)


@cache
def load_vocabulary() -> Vocabulary:
    """Read every list once per process."""
    columns: dict[str, np.ndarray] = {}
    for path in sorted(_DATA.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        for name in rows[0]:
            columns[f"{path.stem}.{name}"] = np.array([row[name] for row in rows], dtype=object)
    with (_DATA / "vocabulary.toml").open("rb") as file:
        words = {name: np.array(values, dtype=object) for name, values in tomllib.load(file).items()}
    columns["chinese_given.wade_giles"] = _map(columns["chinese_given.pinyin"], _spell_wade_giles)
    columns["chinese_given.traditional"] = _map(columns["chinese_given.han"], _write_traditional)
    columns["chinese_surnames.traditional"] = _map(columns["chinese_surnames.han"], _write_traditional)
    columns["places.region_latin"] = _map(columns["places.region"], _spell_place)
    columns["places.city_latin"] = _map(columns["places.city"], _spell_place)
    words["chinese_roads_latin"] = _map(words["chinese_roads"], _spell_road)
    words["chinese_communities_latin"] = _map(words["chinese_communities"], _spell_place)
    return Vocabulary(columns, words)


def spell_districts(districts: np.ndarray) -> np.ndarray:
    """Spell distinct Chinese districts in pinyin, as a Western form receives them."""
    return _map(districts, lambda name: f"{_spell_place(name)} District" if name else "")


def _map(values: np.ndarray, function: Callable[[str], str]) -> np.ndarray:
    return np.array([function(value) for value in values], dtype=object)


def _spell_wade_giles(pinyin: str) -> str:
    start, rest = next(((w, pinyin[len(p) :]) for p, w in _WADE_INITIALS if pinyin.startswith(p)), ("", pinyin))
    final = next((rest[: -len(p)] + w for p, w in _WADE_FINALS if rest.endswith(p)), rest)
    return (start + final).capitalize()


def _write_traditional(han: str) -> str:
    return str(_open_converter().convert(han))


@cache
def _open_converter() -> Any:
    import opencc

    return opencc.OpenCC("s2t")


def _spell_place(name: str) -> str:
    if name in _PINYIN_EXCEPTIONS:
        return _PINYIN_EXCEPTIONS[name]
    if not name or name.isascii() or name[0] < "一":
        return name
    stem = name[:-1] if name[-1] in "市省区县镇" and len(name) > 2 else name
    return "".join(_read_aloud(stem)).capitalize()


def _spell_road(name: str) -> str:
    kinds = {"大道": "Avenue", "大街": "Street", "路": "Road", "街": "Street"}
    ending = next(kind for kind in kinds if name.endswith(kind))
    return f"{''.join(_read_aloud(name[: -len(ending)])).capitalize()} {kinds[ending]}"


def _read_aloud(han: str) -> list[str]:
    from pypinyin import lazy_pinyin

    return list(lazy_pinyin(han))
