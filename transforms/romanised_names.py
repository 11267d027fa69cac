"""Chinese names in Latin letters: the words of a name in, family, given name and pinyin out.

`read_romanised` recognises "Wang Xiaoming", "Xiaoming WANG", "Ou-Yang Xiu", "Hsiao Mei-ling" and "Chan Tai Man".
Which word is the family name:

1. what the source states (two fields, or a comma), unless only the other one is a surname;
2. a word in capitals beside others that are not ("WANG Xiaoming");
3. the word that is a surname and leaves a given name of one or two syllables;
4. of two such words the more frequent surname, and on a draw the first: Chinese order, as written.

Pinyin is given only if it is certain: a name in pinyin as it stands; Wade-Giles where the spelling without apostrophes
has one reading; a Cantonese or Hokkien family name only with a given name that is plainly pinyin ("Tan Xiaoming").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from transforms.pinyin import count_syllables, fold_latin, from_wade_giles, list_wade_giles, read_wade_giles
from transforms.surnames import BROKEN_COMPOUNDS, ROMANISED, list_pinyin, rank_pinyin
from transforms.vocabulary import list_words

# Western given names that happen to split into pinyin (mi + ke).
WESTERN = list_words(
    """
    alan ali ana anna annie ben bennie cali dale dana daisha dina duane duke gale gene heidi juan jude judi julian
    julie kate katie kane kari ken kenji lane lana lani lena linda lisa liza luke luna mali manda maya mike mimi
    mina minna minnie misha mona nate nina nita rina rita sadie sasha shane sue susan tami tasha tate tina wanda
    zane zeke sam tom pat kim tim jim ann anne sean joan jean dean leon paul mark max
    """
)
# A syllable as southern romanisations write it.
SOUTHERN = re.compile(
    "(?:[bdfghjklmnpstwyz]|ch|hs|kh|kw|gw|ng|ph|sh|sz|th|ts|tz)?(?:a|aa|ai|au|aw|ay|e|ee|ei|eo|eu|ew|ey|i|ia|ie|iew|ih|io"
    "|iu|o|oe|oi|oo|ou|ow|oy|u|ua|ue|uei|ui|uo)(?:m|n|ng|p|t|k|h|r)?|ng"
)
PLAINLY_PINYIN = re.compile("[xq]|zh")
CAMEL = re.compile(r"([A-Z][a-z]+)([A-Z][a-z]+)")


class Romanised(NamedTuple):
    """A Chinese name found in Latin letters; `pinyin` is toneless, family first, None where it is not certain."""

    family: str
    given: str
    pinyin: str | None


def read_romanised(words: Sequence[str], *, stated: bool = False) -> Romanised | None:
    """Read the words of a name; `stated` says that the last word is known to be the family name."""
    if len(words) == 1 and (camel := CAMEL.fullmatch(words[0])):
        words = camel.groups()
    if len(words) < 2 or _edges().isdisjoint((fold_latin(words[0]), fold_latin(words[-1]))):
        return None
    folded = [fold_latin(word) for word in words]
    if len(words) > 4 or not all(folded) or "\ufffd" in "".join(words) or not WESTERN.isdisjoint(folded):
        return None
    places = list(_places(words, stated))
    if not places:
        return None
    # The first of the best: `_places` yields Chinese order first.
    _, family, given = max(places, key=lambda place: place[0])
    return _build(family, given)


def _places(words: Sequence[str], stated: bool) -> Iterator[tuple[tuple[int, ...], Sequence[str], Sequence[str]]]:
    for last in (False, True):
        for length in (2, 1) if len(words) > 2 else (1,):
            family, given = (words[-length:], words[:-length]) if last else (words[:length], words[length:])
            rank = _rank_family(family)
            if rank and _is_given(given):
                capitals = _in_capitals(family) and not any(_in_capitals([word]) for word in given)
                yield (int(stated and last), int(capitals), length, rank), family, given


def _rank_family(words: Sequence[str]) -> int:
    letters = "".join(map(fold_latin, words))
    return 0 if len(words) == 2 and letters not in BROKEN_COMPOUNDS else _families().get(letters, 0)


@cache
def _families() -> dict[str, int]:
    """Rank the spellings of family names: pinyin, Wade-Giles of the common ones, southern romanisations."""
    wade_giles = {letters: max(map(rank_pinyin, readings)) for letters, readings in list_wade_giles().items()}
    ranks = {letters: rank for letters, rank in wade_giles.items() if rank == 3}
    for letters, rank in [*dict.fromkeys(ROMANISED, 2).items(), *list_pinyin().items()]:
        ranks[letters] = max(rank, ranks.get(letters, 0))
    return ranks


@cache
def _edges() -> frozenset[str]:
    """What the first or the last word of a Chinese name can be: a family name or half of a compound one."""
    halves = (letters[:cut] for letters in BROKEN_COMPOUNDS for cut in range(2, len(letters)))
    return frozenset(_families()) | frozenset(half for half in halves if count_syllables(half) == 1)


def _is_given(words: Sequence[str]) -> bool:
    pieces = [piece for word in words for piece in _pieces(word)]
    if not pieces or len(pieces) > 2:
        return False
    if len(pieces) == 1:
        return count_syllables(pieces[0]) > 0 or bool(read_wade_giles(pieces[0])) or _is_southern(pieces[0])
    return all(count_syllables(piece) == 1 or read_wade_giles(piece) or _is_southern(piece) for piece in pieces)


def _is_southern(letters: str) -> bool:
    return SOUTHERN.fullmatch(letters) is not None


def _build(family_words: Sequence[str], given_words: Sequence[str]) -> Romanised:
    family = "".join(map(fold_latin, family_words))
    pieces = [piece for word in given_words for piece in _pieces(word)]
    pinyin = _pinyin(family, pieces)
    if pinyin and rank_pinyin(family) and all(map(count_syllables, pieces)):
        apostrophe = "'" if pieces[-1][0] in "aeo" else ""  # Xi'an, as pinyin's orthography wants it
        return Romanised(family.capitalize(), apostrophe.join(pieces).capitalize(), pinyin)
    given = " ".join(piece.capitalize() for piece in pieces)
    return Romanised(" ".join(word.capitalize() for word in map(fold_latin, family_words)), given, pinyin)


def _pinyin(family: str, pieces: list[str]) -> str | None:
    letters = "".join(pieces)
    is_pinyin = sum(map(count_syllables, pieces)) <= 2 and all(map(count_syllables, pieces))
    if is_pinyin and rank_pinyin(family):
        return f"{family} {letters}"
    if is_pinyin and PLAINLY_PINYIN.search(letters):
        return _with_family(ROMANISED.get(family, ""), letters)
    if family in ROMANISED and not _wade_giles_family(family):
        return None
    converted = [from_wade_giles(piece) for piece in pieces]
    if any(piece is None for piece in converted):
        return None
    return _with_family(_wade_giles_family(family), "".join(filter(None, converted)))


def _with_family(readings: str, letters: str) -> str | None:
    return f"{readings} {letters}" if readings and "|" not in readings else None


def _wade_giles_family(letters: str) -> str:
    """The surnames that Wade-Giles writes so, the rare ones left out if there is a common one."""
    readings = sorted(read_wade_giles(letters) | ({letters} if rank_pinyin(letters) else set()))
    best = max(map(rank_pinyin, readings), default=0)
    return "|".join(reading for reading in readings if best and rank_pinyin(reading) == best)


def _in_capitals(words: Sequence[str]) -> bool:
    return all(len(word) > 1 and word.isupper() for word in words)


def _pieces(word: str) -> list[str]:
    if word.isalpha():
        return [fold_latin(word)]
    return [folded for piece in re.split("['’\\- ]", word) if (folded := fold_latin(piece))]
