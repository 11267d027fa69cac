"""What people are called: in hanzi, in Latin letters, by nickname, before marriage.

In: the people of the households. Out: `Names`, one entry per person. Surnames and given names follow real frequencies;
Chinese given names have one or two characters, twins and siblings often share one of them.
"""

from dataclasses import dataclass

import numpy as np

from pipeline.demo.draws import draw_choice, open_stream
from pipeline.demo.households import CHILD, CHINESE, OVERSEAS, SPOUSE, WESTERN, People
from pipeline.demo.vocabulary import Vocabulary

PINYIN, CANTONESE, WADE_GILES = 0, 1, 2
_MIDDLE = np.array(list("AABCDEEFGHJJJKLLMMMNPRRSTW"), dtype=object)


@dataclass(frozen=True)
class Names:
    """One entry per person; empty text where there is none."""

    family_han: np.ndarray
    given_han: np.ndarray
    family_traditional: np.ndarray
    given_traditional: np.ndarray
    family_latin: np.ndarray
    given_latin: np.ndarray
    given_syllables: np.ndarray  # "Xiao Ming", "Tai Man": the same given name with its syllables apart
    english: np.ndarray  # English first name of a Chinese person
    nickname: np.ndarray  # short form of a Western first name
    middle: np.ndarray  # initial
    maiden: np.ndarray  # Latin family name before marriage
    suffix: np.ndarray  # Sr, Jr
    romanisation: np.ndarray  # PINYIN, CANTONESE or WADE_GILES


def draw_names(people: People, words: Vocabulary, seed: int) -> Names:
    """Name every person."""
    rng = open_stream(seed, "names")
    chinese = _draw_chinese(rng, people, words)
    western = _draw_western(rng, people, words)
    west = people.culture == WESTERN
    blank = np.full(len(west), "", dtype=object)
    english = np.where(
        people.female, *(words.words[k][rng.integers(0, 20, len(west))] for k in ("english_female", "english_male"))
    )
    has_english = ~west & (rng.random(len(west)) < np.where(people.culture == OVERSEAS, 0.6, 0.15))
    return Names(
        family_han=np.where(west, blank, chinese["family_han"]),
        given_han=np.where(west, blank, chinese["given_han"]),
        family_traditional=np.where(west, blank, chinese["family_traditional"]),
        given_traditional=np.where(west, blank, chinese["given_traditional"]),
        family_latin=np.where(west, western["family"], chinese["family_latin"]),
        given_latin=np.where(west, western["given"], chinese["given_latin"]),
        given_syllables=np.where(west, western["given"], chinese["given_syllables"]),
        english=np.where(has_english, english, blank),
        nickname=np.where(west, western["nickname"], blank),
        middle=np.where(west & (rng.random(len(west)) < 0.6), _MIDDLE[rng.integers(0, len(_MIDDLE), len(west))], blank),
        maiden=np.where(west, western["maiden"], blank),
        suffix=western["suffix"],
        romanisation=chinese["romanisation"],
    )


def _draw_chinese(rng: np.random.Generator, people: People, words: Vocabulary) -> dict[str, np.ndarray]:
    rows = len(people.household)
    family = draw_choice(rng, words.numbers("chinese_surnames.share"), rows)
    family = np.where(people.part == CHILD, family[people.head], family)
    first = _draw_characters(rng, people, words)
    second = _draw_characters(rng, people, words)
    siblings = (people.part == CHILD) & (people.part[np.arange(rows) - 1] == CHILD)
    first = np.where(siblings & (rng.random(rows) < 0.4), first[np.arange(rows) - 1], first)
    second = np.where((second == first) & (rng.random(rows) < 0.7), _draw_characters(rng, people, words), second)
    single = rng.random(rows) < 0.16
    romanisation = _draw_romanisation(rng, people)
    return _write_chinese(words, family, first, second, single, romanisation)


def _draw_characters(rng: np.random.Generator, people: People, words: Vocabulary) -> np.ndarray:
    weight, lean = words.numbers("chinese_given.weight"), words.column("chinese_given.lean")
    picks = [draw_choice(rng, weight * np.where(lean == other, 0.02, 1.0), len(people.female)) for other in ("m", "f")]
    return np.where(people.female, picks[0], picks[1])


def _draw_romanisation(rng: np.random.Generator, people: People) -> np.ndarray:
    rows = len(people.culture)
    usual = draw_choice(rng, (0.55, 0.30, 0.15), rows)
    usual = np.where(people.country == "HK", CANTONESE, np.where(people.country == "TW", WADE_GILES, usual))
    return np.where(people.culture == CHINESE, PINYIN, usual)[people.head]


def _write_chinese(
    words: Vocabulary, family: np.ndarray, first: np.ndarray, second: np.ndarray, single: np.ndarray, system: np.ndarray
) -> dict[str, np.ndarray]:
    empty = np.array([""], dtype=object)

    def given(column: str, joint: np.ndarray | str, lower: bool) -> np.ndarray:
        values = words.column(f"chinese_given.{column}")
        tail = np.array([value.lower() for value in values], dtype=object) if lower else values
        return values[first] + np.where(single, empty, joint + tail[second])

    pinyin = np.array([value.capitalize() for value in words.column("chinese_given.pinyin")], dtype=object)
    pinyin_tail = words.column("chinese_given.pinyin")
    joined = pinyin[first] + np.where(single, empty, pinyin_tail[second])
    apart = pinyin[first] + np.where(single, empty, empty + " " + pinyin[second])
    cantonese = given("cantonese", empty + " ", False)
    wade = given("wade_giles", empty + "-", True)
    systems = [system == PINYIN, system == CANTONESE, system == WADE_GILES]
    surnames = [words.column(f"chinese_surnames.{column}")[family] for column in ("pinyin", "cantonese", "wade_giles")]
    return {
        "family_han": words.column("chinese_surnames.han")[family],
        "given_han": given("han", empty, False),
        "family_traditional": words.column("chinese_surnames.traditional")[family],
        "given_traditional": given("traditional", empty, False),
        "family_latin": np.select(systems, surnames),
        "given_latin": np.select(systems, [joined, cantonese, wade]),
        "given_syllables": np.select(systems, [apart, cantonese, wade]),
        "romanisation": system,
    }


def _draw_western(rng: np.random.Generator, people: People, words: Vocabulary) -> dict[str, np.ndarray]:
    german = people.country == "DE"
    rows = len(german)
    given, nickname = _draw_given(rng, people, words, german)
    own = np.where(german, _draw_ranked(rng, words, "d", 6, rows), _draw_ranked(rng, words, "e", 25, rows))
    father = people.namesake >= 0
    given = np.where(father, given[people.namesake], given)
    nickname = np.where(father & (rng.random(rows) < 0.5), nickname[people.namesake], nickname)
    takes = (people.part == SPOUSE) & people.female & (rng.random(rows) < 0.72)
    family = np.where((people.part == CHILD) | takes, own[people.head], own)
    changed_alone = (people.part != CHILD) & people.female & ~takes & (rng.random(rows) < 0.10)
    maiden = np.where(takes, own, np.where(changed_alone, rng.permutation(own), ""))
    fathers = np.unique(people.namesake[father])
    suffix = np.where(father & (rng.random(rows) < 0.6), "Jr", "").astype(object)
    suffix[fathers] = np.where(rng.random(len(fathers)) < 0.3, "Sr", "")
    return {"given": given, "nickname": nickname, "family": family, "maiden": maiden, "suffix": suffix}


def _draw_given(
    rng: np.random.Generator, people: People, words: Vocabulary, german: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    group = words.column("western_given.group")
    wanted = np.where(german, np.where(people.female, "h", "g"), np.where(people.female, "f", "m"))
    pick = np.zeros(len(german), dtype=np.int64)
    for code in ("m", "f", "g", "h"):
        members = np.flatnonzero(group == code)
        here = wanted == code
        pick[here] = members[draw_choice(rng, 1 / (np.arange(len(members)) + 12.0), int(here.sum()))]
    names, short = words.column("western_given.name"), words.column("western_given.nicknames")
    # Six slots per name, shared evenly among its short forms.
    choices = [text.split("|") for text in short]
    slots = np.array([[forms[slot * len(forms) // 6] for slot in range(6)] for forms in choices], dtype=object)
    return names[pick], slots[pick, rng.integers(0, 6, len(pick))]


def _draw_ranked(rng: np.random.Generator, words: Vocabulary, group: str, offset: float, rows: int) -> np.ndarray:
    names = words.column("western_surnames.name")[words.column("western_surnames.group") == group]
    return names[draw_choice(rng, 1 / (np.arange(len(names)) + offset), rows)]
