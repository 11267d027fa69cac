"""How people can be reached: mobile numbers valid in their country, landlines of households, mailboxes.

In: people, names and the dwellings' area codes. Out: country calling code and national number (without trunk zero)
apart, so that every channel can write them its own way; mailboxes as lower-case addresses.
"""

import numpy as np

from pipeline.demo.draws import draw_choice, draw_unique_numbers
from pipeline.demo.households import WESTERN, People
from pipeline.demo.names import Names
from pipeline.demo.vocabulary import Vocabulary

CALLING_CODES = {
    "CN": "86",
    "US": "1",
    "CA": "1",
    "GB": "44",
    "AU": "61",
    "DE": "49",
    "HK": "852",
    "TW": "886",
    "SG": "65",
}
# National mobile numbers without the trunk zero: first digits and how many follow.
_MOBILE_SHAPES = {
    "GB": (("7400", "7415", "7500", "7590", "7712", "7725", "7780", "7850", "7890", "7960"), 6),
    "AU": (("40", "41", "42", "43", "46"), 7),
    "DE": (("151", "152", "157", "159"), 8),
    "HK": (("61", "63", "64", "65", "69", "92", "94", "96", "97"), 6),
    "TW": (("910", "911", "920", "921", "932", "933", "952", "960", "972", "988"), 6),
    "SG": (("81", "82", "83", "90", "91", "92", "96", "97"), 6),
}


def draw_mobiles(rng: np.random.Generator, country: np.ndarray, area_code: np.ndarray, words: Vocabulary) -> np.ndarray:
    """Draw a national mobile number per entry; two entries share one as rarely as recycled numbers are met."""
    rows = len(country)
    prefixes = words.words["chinese_mobile_prefixes"]
    serial = draw_unique_numbers(rng, 0, 100_000_000, rows)
    prefix = prefixes[rng.integers(0, len(prefixes), rows)]
    number = prefix + _pad(serial, 8)
    north = np.isin(country, ("US", "CA"))
    exchange = (220 + serial % 770).astype(str).astype(object)
    number = np.where(north, area_code + exchange + _pad(serial // 770 % 10_000, 4), number)
    for code, (heads, digits) in _MOBILE_SHAPES.items():
        head = np.array(heads, dtype=object)[rng.integers(0, len(heads), rows)]
        number = np.where(country == code, head + _pad(serial % 10**digits, digits), number)
    return number


def draw_landlines(
    rng: np.random.Generator, country: np.ndarray, area_code: np.ndarray, words: Vocabulary
) -> np.ndarray:
    """Draw a national landline number per entry, with the area code of its place."""
    serial = draw_unique_numbers(rng, 0, 10_000_000, len(country))
    digits = {length: _pad(serial % 10**length, length) for length in (5, 6, 7)}
    eight = np.isin(area_code, words.words["chinese_areas_with_eight_digits"])
    british = [area_code == "20", area_code == "29", np.isin(area_code, ("1865", "1223"))]
    shapes = {
        "CN": area_code + np.where(eight, "8" + digits[7], "6" + digits[6]),
        "GB": area_code + np.select(british, ["7" + digits[7], "22" + digits[6], "5" + digits[5]], "2" + digits[6]),
        "AU": area_code + "9" + digits[7],
        "DE": area_code + "4" + digits[6],
        "HK": "25" + digits[6],
        "TW": area_code + np.where(area_code == "2", "2" + digits[7], "3" + digits[6]),
        "SG": "6" + (1 + serial % 8).astype(str).astype(object) + digits[6],
    }
    north = area_code + (220 + serial % 770).astype(str).astype(object) + _pad(serial // 770 % 10_000, 4)
    return np.select([country == code for code in shapes], list(shapes.values()), north)


def draw_mailboxes(
    rng: np.random.Generator, people: People, names: Names, words: Vocabulary, kinds: int
) -> list[np.ndarray]:
    """Draw `kinds` mailboxes per person, all different: spelt from the name, a QQ number, or a nickname with a year."""
    local = [_draw_local_parts(rng, people, names, words) for _ in range(kinds)]
    domain = [_draw_domains(rng, people, words) for _ in range(kinds)]
    numeric = [np.array([part.isdigit() for part in parts], dtype=bool) for parts in local]
    domain = [
        np.where(digits & (people.culture != WESTERN), "qq.com", name)
        for digits, name in zip(numeric, domain, strict=True)
    ]
    return np.split(_number_duplicates(np.concatenate(local), np.concatenate(domain)), kinds)


def draw_family_mailboxes(rng: np.random.Generator, people: People, names: Names, words: Vocabulary) -> np.ndarray:
    """Draw the mailbox a household shares, the same for all its members."""
    pattern = rng.integers(0, 3, len(people.household))[people.head]
    family = spell_local(names.family_latin[people.head])
    local = np.select([pattern == 0, pattern == 1], ["the" + family + "s", family + "family"], family + "home")
    local = local + (people.household % 97).astype(str).astype(object)
    domain = _draw_domains(rng, people, words)[people.head]
    heads = _number_duplicates(
        local[people.head == np.arange(len(local))], domain[people.head == np.arange(len(local))]
    )
    order = np.cumsum(people.head == np.arange(len(local))) - 1
    return heads[order]


def spell_local(values: np.ndarray) -> np.ndarray:
    """Reduce names to the ASCII letters of a mailbox; one step per distinct name."""
    distinct, position = np.unique(values.astype(str), return_inverse=True)
    table = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", " ": "", "-": "", "'": "", ".": ""})
    return np.array([name.lower().translate(table) for name in distinct], dtype=object)[position]


def _draw_local_parts(rng: np.random.Generator, people: People, names: Names, words: Vocabulary) -> np.ndarray:
    rows = len(people.household)
    given, family = spell_local(names.given_latin), spell_local(names.family_latin)
    initial = np.array([name[:1] for name in given], dtype=object)
    short = np.where(names.nickname == "", given, spell_local(names.nickname))
    english = np.where(names.english == "", given, spell_local(names.english))
    year = (1970 + people.birth // 365.2425).astype(np.int64)
    two_digits, four_digits = _pad(year % 100, 2), year.astype(str).astype(object)
    day = _pad(1 + people.birth % 28, 2)
    nick = words.words["mailbox_nicknames"][rng.integers(0, 30, rows)]
    some = rng.integers(10, 10_000, rows).astype(str).astype(object)
    qq = rng.integers(10**7, 4 * 10**9, rows).astype(str).astype(object)
    west = [
        given + "." + family,
        initial + family,
        short + family,
        given + family + two_digits,
        family + "." + given,
        given + "_" + family,
        short + some,
        nick + two_digits,
        short + "." + family + two_digits,
        initial + "." + family + some,
    ]
    east = [
        qq,
        family + given,
        given + family,
        family + given + four_digits,
        nick + some,
        english + family,
        given + "." + family,
        family + initial + some,
        english + some,
        family + given + day,
    ]
    weights = np.where(people.culture == WESTERN, 0, 1)
    pick_west = draw_choice(rng, (22, 12, 12, 14, 5, 6, 9, 8, 8, 4), rows)
    pick_east = draw_choice(rng, (34, 12, 6, 11, 11, 6, 6, 6, 4, 4), rows)
    return np.where(weights == 0, np.choose(pick_west, west), np.choose(pick_east, east))


def _draw_domains(rng: np.random.Generator, people: People, words: Vocabulary) -> np.ndarray:
    rows = len(people.household)
    chinese = words.words["mail_domains_chinese"][draw_choice(rng, (8, 30, 14, 7, 8, 12, 8, 6, 5, 2), rows)]
    western = words.words["mail_domains_western"][draw_choice(rng, (46, 12, 11, 10, 10, 3, 3, 3, 1, 1), rows)]
    german = words.words["mail_domains_german"][draw_choice(rng, (30, 28, 10, 25, 7), rows)]
    abroad = (people.country != "CN") & (people.culture != WESTERN) & (rng.random(rows) < 0.7)
    chinese = np.where(abroad, western, chinese)
    return np.where(people.culture == WESTERN, np.where(people.country == "DE", german, western), chinese)


def _number_duplicates(local: np.ndarray, domain: np.ndarray) -> np.ndarray:
    """Add a number where the address was taken, as providers do."""
    address = local + "@" + domain
    _, position = np.unique(address.astype(str), return_inverse=True)
    order = np.argsort(position, kind="stable")
    counts = np.bincount(position)
    nth = np.empty(len(position), dtype=np.int64)
    nth[order] = np.arange(len(position)) - np.repeat(np.cumsum(counts) - counts, counts)
    return local + np.where(nth == 0, "", "_" + nth.astype(str).astype(object)) + "@" + domain


def _pad(number: np.ndarray, digits: int) -> np.ndarray:
    return np.char.zfill(number.astype(str), digits).astype(object)
