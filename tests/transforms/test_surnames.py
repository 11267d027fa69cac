"""The tables of surnames agree with each other and with the rules of pinyin."""

from __future__ import annotations

import pytest

from transforms.pinyin import count_syllables, fold_latin, from_wade_giles, without_tones
from transforms.surnames import COMMON, FREQUENT, OTHER, READINGS, ROMANISED, is_surname, rank_pinyin, read_surname


def test_no_surname_is_listed_twice() -> None:
    listed = COMMON + FREQUENT + OTHER
    assert sorted(listed) == sorted(set(listed))


def test_every_special_reading_belongs_to_a_surname() -> None:
    assert [surname for surname in READINGS if not is_surname(surname)] == []


def test_every_surname_reads_as_pinyin() -> None:
    letters = {surname: without_tones("".join(read_surname(surname))) for surname in COMMON + FREQUENT + OTHER}
    assert {surname: read for surname, read in letters.items() if not count_syllables(read)} == {}


def test_every_romanised_surname_stands_for_known_ones() -> None:
    unknown = [spelling for spelling, readings in ROMANISED.items() if not all(map(rank_pinyin, readings.split("|")))]
    assert unknown == []


@pytest.mark.parametrize(
    ("written", "letters"),
    [("Lǚ", "lv"), ("LYU", "lv"), ("Nüe", "nve"), ("Xiǎo-míng", "xiaoming"), ("Xi'an", "xian"), ("Liu", "liu")],
)
def test_latin_letters_fold(written: str, letters: str) -> None:
    assert fold_latin(written) == letters


@pytest.mark.parametrize(
    ("syllable", "pinyin"),
    [
        ("hsiao", "xiao"),
        ("ming", "ming"),
        ("jung", "rong"),
        ("ssu", "si"),
        ("chih", None),
        ("cheng", None),
        ("bob", None),
    ],
)
def test_wade_giles_reads_only_without_doubt(syllable: str, pinyin: str | None) -> None:
    assert from_wade_giles(syllable) == pinyin
