"""Pinyin: hanzi to syllables, and Latin letters that may be syllables of Chinese.

`read_hanzi` gives one syllable with its tone digit per hanzi ("xiao3"); `is_pinyin` tells whether letters split into
pinyin; `from_wade_giles` turns Taiwan's older spelling into pinyin where that is possible without guessing.
ü is written v throughout ("lv"), as on every Chinese keyboard.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

# Hanyu Pinyin's table: each initial with its finals. Interjections and syllables of dialects are left out, because
# they would make Western names look Chinese (lo + gan, dia + na, me + gan).
FINALS = {
    "": "a ai an ang ao e ei en eng er o ou",
    "b": "a ai an ang ao ei en eng i ian iao ie in ing o u",
    "p": "a ai an ang ao ei en eng i ian iao ie in ing o ou u",
    "m": "a ai an ang ao ei en eng i ian iao ie in ing iu o ou u",
    "f": "a an ang ei en eng o ou u",
    "d": "a ai an ang ao e eng i ian iao ie ing iu ong ou u uan ui un uo",
    "t": "a ai an ang ao e eng i ian iao ie ing ong ou u uan ui un uo",
    "n": "a ai an ang ao ei en eng i ian iang iao ie in ing iu ong u uan uo v ve",
    "l": "a ai an ang ao e ei eng i ian iang iao ie in ing iu ong ou u uan un uo v ve",
    "g": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "k": "a ai an ang ao e en eng ong ou u ua uai uan uang ui un uo",
    "h": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "j": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "q": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "x": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "zh": "a ai an ang ao e en eng i ong ou u ua uai uan uang ui un uo",
    "ch": "a ai an ang ao e en eng i ong ou u uai uan uang ui un uo",
    "sh": "a ai an ang ao e ei en eng i ou u ua uai uan uang ui un uo",
    "r": "an ang ao e en eng i ong ou u uan ui un uo",
    "z": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "c": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "s": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "y": "a an ang ao e i in ing ong ou u uan ue un",
    "w": "a ai an ang ao ei en eng o u",
}
SYLLABLES = frozenset(initial + final for initial, finals in FINALS.items() for final in finals.split())

# Readings in given names that differ from the most frequent one.
GIVEN_READINGS = {"长": "chang2", "行": "xing2", "乐": "le4", "盛": "sheng4", "娜": "na4", "晟": "sheng4", "叶": "ye4"}

NO_DIGITS = {ord(digit): None for digit in "12345"}

WADE_INITIALS = {
    **{"b": "p", "p": "p'", "d": "t", "t": "t'", "g": "k", "k": "k'", "j": "ch", "q": "ch'", "x": "hs", "zh": "ch"},
    **{"ch": "ch'", "r": "j", "z": "ts", "c": "ts'"},
}
WADE_WHOLE = {
    **{"zhi": "chih", "chi": "ch'ih", "shi": "shih", "ri": "jih", "zi": "tzu", "ci": "tz'u", "si": "ssu", "er": "erh"},
    **{"yi": "i", "ye": "yeh", "yan": "yen", "you": "yu", "yong": "yung", "yue": "yueh", "ge": "ko", "ke": "k'o"},
    **{"he": "ho", "gui": "kuei", "kui": "k'uei", "e": "o"},
}
WADE_FINALS = {"ian": "ien", "ie": "ieh", "ue": "ueh", "ve": "ueh", "ong": "ung", "iong": "iung", "v": "u"}


def read_hanzi(text: str) -> list[str]:
    """Give the syllable of each hanzi with its tone digit, 5 for the neutral tone; other characters stay."""
    import pypinyin.constants as tables

    if text in tables.PHRASES_DICT:
        found = [_with_digit(readings[0]) for readings in tables.PHRASES_DICT[text]]
        # Words weaken their second syllable (丽丽 li4 li5), names do not.
        return [
            _read_one(hanzi) if syllable[-1] == "5" else syllable for hanzi, syllable in zip(text, found, strict=True)
        ]
    return [GIVEN_READINGS.get(hanzi) or _read_one(hanzi) for hanzi in text]


def without_tones(text: str) -> str:
    """Give the syllables without their digits: "wang2 xiao3ming2" is "wang xiaoming"."""
    return text.translate(NO_DIGITS)


@lru_cache(maxsize=100_000)
def fold_latin(text: str) -> str:
    """Give lower-case letters without tone marks, ü as v: "Lǚ" and "LYU" are "lv"; apostrophes and hyphens fall out."""
    text = text.lower()
    if not text.isascii():
        parts = unicodedata.normalize("NFD", text).replace("u\u0308", "v")
        parts = re.sub("u([\u0300-\u036f])\u0308", r"v", parts)
        text = "".join(sign for sign in parts if not unicodedata.combining(sign))
    if not text.isalpha():
        text = "".join(sign for sign in text if sign.isalpha())
    if "yu" in text or "ue" in text:
        text = re.sub("(?<=[ln])(?:yu|u(?=e$))", "v", text)
    return text


@lru_cache(maxsize=200_000)
def count_syllables(letters: str) -> int:
    """Count the pinyin syllables folded letters split into, at best: 1 or 2; 0 when they do not split into so few."""
    if letters in SYLLABLES:
        return 1
    # A vowel that opens the second syllable needs an apostrophe in pinyin: "leo" is not le + o.
    cuts = [cut for cut in range(1, min(len(letters), 7)) if letters[cut] not in "aeo"]
    return 2 if any(letters[:cut] in SYLLABLES and letters[cut:] in SYLLABLES for cut in cuts) else 0


def from_wade_giles(letters: str) -> str | None:
    """Give the one pinyin syllable that Wade-Giles without apostrophes and umlauts writes so, None if several."""
    readings = read_wade_giles(letters)
    return next(iter(readings)) if len(readings) == 1 else None


def read_wade_giles(letters: str) -> frozenset[str]:
    """Give all pinyin syllables that Wade-Giles writes so when its apostrophes and umlauts are left out."""
    return frozenset(list_wade_giles().get(letters, ()))


@cache
def list_wade_giles() -> dict[str, set[str]]:
    """Give each Wade-Giles spelling without apostrophes and umlauts with the pinyin syllables it may stand for."""
    table: dict[str, set[str]] = {}
    for initial, finals in FINALS.items():
        for final in finals.split():
            for letters in _write_wade_giles(initial, final):
                table.setdefault(letters, set()).add(initial + final)
    return table


def _write_wade_giles(initial: str, final: str) -> set[str]:
    whole = WADE_WHOLE.get(initial + final)
    if final == "uo" and initial not in ("g", "k", "h", "sh"):
        final = "o"
    letters = whole or WADE_INITIALS.get(initial, initial) + WADE_FINALS.get(final, final)
    plain = letters.replace("'", "")
    return {plain, "szu"} if plain == "ssu" else {plain}


@cache
def _read_one(hanzi: str) -> str:
    import pypinyin.constants as tables

    readings = [_with_digit(marked) for marked in tables.PINYIN_DICT.get(ord(hanzi), hanzi).split(",")]
    return next((syllable for syllable in readings if syllable[-1] != "5"), readings[0])


@cache
def _with_digit(marked: str) -> str:
    from pypinyin.contrib.tone_convert import to_tone3

    return to_tone3(marked, neutral_tone_with_five=True).replace("ü", "v")
