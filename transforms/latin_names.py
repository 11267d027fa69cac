"""Western names in Latin letters: one text in, given name, family name and generation mark out.

`split_latin_name` reads "Dr. Robert J. van der Berg, Jr." and "Berg, Robert van der"; `repair_case` gives names in
capitals or small letters the usual spelling and leaves mixed ones as they are.
Only the first given name becomes `given`; the others stay in `full`. Of two Spanish family names written without a
hyphen the last one becomes `family`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from transforms.vocabulary import list_words

TITLES = list_words(
    """
    mr mrs ms miss mx mister madam master dr prof professor doctor sir dame lord lady rev reverend fr father hon
    judge capt captain col colonel maj major lt sgt gen herr frau hr fr monsieur mme mlle madame mademoiselle señor
    señora señorita sra srta dipl ing mag med
    """
)
DEGREES = list_words(
    """
    phd md mba esq esquire cpa rn dds dvm jd llb llm bsc msc ba bs mphil dphil obe cbe mbe obm frcs pe cfa pmp mp
    qc kc
    """
)
SUFFIXES = {
    **{"jr": "jr", "junior": "jr", "jnr": "jr", "sr": "sr", "senior": "sr", "snr": "sr", "ii": "ii", "iii": "iii"},
    **{"iv": "iv", "2nd": "ii", "3rd": "iii", "4th": "iv"},
}
PARTICLES = list_words(
    """
    van von der den de del della delle di da das do dos du la le las los lo ten ter te af av zu zum zur vom vander
    vanden bin ibn bint el al st y e
    """
)
SPECIAL = TITLES | DEGREES | PARTICLES | SUFFIXES.keys()
NICKNAME = re.compile(r"""\([^)]*\)|\[[^\]]*\]|"[^"]*"|“[^”]*”|(?<=\s)'[^']+'(?=\s|$)""")
APOSTROPHES = re.compile("[’‘`´ʼ′]")
WORD = re.compile(r"[^\W\d_]|\ufffd")
LATIN_WORD = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff][A-Za-z\u00c0-\u024f\u1e00-\u1eff'.\-]*")
JUNK = re.compile(r"[^\w\s'.,\-\u0300-\u036f\ufffd]|[\d_]")  # U+FFFD: a lost character is part of its word


class LatinName(NamedTuple):
    """Words of a Western name: `words` are all names in the order of speech, particles belong to `family`."""

    given: str | None = None
    family: str | None = None
    suffix: str | None = None
    words: tuple[str, ...] = ()
    reason: str | None = None
    comma: bool = False


def split_latin_name(text: str) -> LatinName:
    """Split a full name.

    1. Nicknames in brackets or quotes, titles and degrees fall off; a generation mark is kept apart.
    2. "Smith, Bob" is turned round.
    3. The family name begins at the first particle that is not the first word, else it is the last word.
    """
    words = text.split()
    if len(words) > 1 and all(word.isalpha() and word.lower() not in SPECIAL for word in words):
        plain = _repaired(words)
        return LatinName(plain[0], plain[-1], None, plain)
    text = APOSTROPHES.sub("'", NICKNAME.sub(" ", text))
    sections = [JUNK.sub(" ", section).split() for section in text.split(",")]
    suffix = next((mark for words in sections for word in words if (mark := _suffix(word, words))), None)
    sections = [kept for words in sections if (kept := _names_only(words))]
    if not sections:
        return LatinName(reason="no name in it")
    comma = len(sections) > 1
    family = sections[0] if comma else _family_words(sections[0])
    others = [word for words in sections[1:] for word in words] if comma else sections[0][: -len(family) or None]
    if comma:
        # "Berg, Robert van der": particles behind the given names go before the family name.
        while len(others) > 1 and _bare(others[-1]) in PARTICLES:
            family = [others.pop(), *family]
    if not others:
        return LatinName(None, repair_words(family), suffix, _repaired(family))
    names = _repaired([*others, *family])
    if not family:
        # "Mr Smith" is a family name; any other single word is what a person is called.
        titled = _bare(JUNK.sub(" ", text).split()[0]) in TITLES
        return LatinName(None if titled else names[0], names[0] if titled else None, suffix, names)
    return LatinName(names[0], " ".join(names[len(others) :]), suffix, names, None, comma)


def clean_words(text: str) -> tuple[list[str], str | None]:
    """Give the names of one field without titles, degrees and remarks, and its generation mark."""
    words = text.split()
    if all(word.isalpha() and word.lower() not in SPECIAL for word in words):
        return words, None
    words = JUNK.sub(" ", APOSTROPHES.sub("'", NICKNAME.sub(" ", text)).replace(",", " ")).split()
    suffix = next((mark for word in words if (mark := _suffix(word, words))), None)
    return _names_only(words), suffix


def latin_words(text: str) -> list[str]:
    """Give the Latin words in a text of several scripts."""
    return LATIN_WORD.findall(text)


def repair_words(words: list[str], family: bool = False) -> str:
    """Join words with their case repaired; particles of a family name of several words are small."""
    inside = range(0 if family else 1, len(words) - 1)
    return " ".join(repair_case(word, place not in inside) for place, word in enumerate(words))


@lru_cache(maxsize=200_000)
def repair_case(word: str, edge: bool = True) -> str:
    """Give the usual case to a word in capitals or in small letters: MCDONALD McDonald, o'brien O'Brien, VAN van.

    `edge` tells whether it begins or ends the name, where a particle is written with a capital.
    """
    word = word.rstrip(".") if len(word) < 3 or word.count(".") == 1 else word
    if not edge and word.lower() in PARTICLES and (word.islower() or word.isupper()):
        return word.lower()
    if not (word.islower() or word.isupper()) or _is_initials(word):
        return word
    return re.sub(r"[^\W\d_][^\W\d_\-]*(?:'[^\W\d_]+)?", lambda found: _capitalise(found.group()), word)


def _capitalise(word: str) -> str:
    head, mark, tail = word.partition("'")
    if mark and len(head) <= 2 and len(tail) > 1:
        return _capitalise(head) + mark + _capitalise(tail)
    word = word[:1].upper() + word[1:].lower()
    return "Mc" + word[2].upper() + word[3:] if word.startswith("Mc") and len(word) > 3 else word


def _is_initials(word: str) -> bool:
    """Tell whether capitals are initials: "JP", "J.P.", but not "LI" or "NG"."""
    letters = word.replace(".", "")
    if not word.isupper():
        return False
    return len(letters) == 1 or "." in word or (len(letters) == 2 and not set(letters) & set("AEIOUYVGÄÖÜ"))


def _repaired(words: list[str]) -> tuple[str, ...]:
    return tuple(repair_case(word, place in (0, len(words) - 1)) for place, word in enumerate(words))


def _family_words(words: list[str]) -> list[str]:
    starts = (place for place, word in enumerate(words) if 0 < place < len(words) - 1 and _bare(word) in PARTICLES)
    return words[next(starts, len(words) - 1) :] if len(words) > 1 else []


def _names_only(words: list[str]) -> list[str]:
    kept = [word for word in words if WORD.match(word) and not _suffix(word, words) and not _is_degree(word)]
    while len(kept) > 1 and _bare(kept[0]) in TITLES:
        kept = kept[1:]
    return [] if len(kept) == 1 and _bare(kept[0]) in TITLES and kept[0][-1:] == "." else kept


def _suffix(word: str, words: list[str]) -> str | None:
    """Give the generation mark a word is; "II" and "Jr" cannot be the first word of a longer name."""
    mark = SUFFIXES.get(_bare(word))
    return mark if mark and (len(words) == 1 or word is not words[0]) else None


def _is_degree(word: str) -> bool:
    bare = _bare(word)
    return bare in DEGREES and (len(bare) > 2 or word.isupper() or "." in word)


def _bare(word: str) -> str:
    return word.lower().replace(".", "").strip("'-")
