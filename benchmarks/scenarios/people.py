"""Persons with English names: one row each, every value as it truly is.

In: a random generator, how many, and when they were born. Out: a table of text columns: given, short (form of the given
name), middle, family, sex, born, town, street, postcode, occupation, phone, email.
"""

import numpy as np
import numpy.typing as npt

from benchmarks.scenarios.scenario import Table
from benchmarks.scenarios.words import (
    FEMALE,
    FEMALE_SHORT,
    MALE,
    MALE_SHORT,
    OCCUPATIONS,
    STREETS,
    SURNAMES,
    TOWNS,
    Text,
    draw,
)

_ALPHABET = np.array(list("ABDEFGHJLNPQRSTUWXYZ"))
_MAILERS = np.array(["mail.example", "post.example", "inbox.example", "letters.example"])


def draw_people(rng: np.random.Generator, count: int, years: tuple[int, int]) -> Table:
    """Persons born between the first day of the one year and the last of the other."""
    female = rng.random(count) < 0.5
    given, short = draw_given(rng, female)
    middle, _ = draw_given(rng, female)
    family = SURNAMES[draw(rng, SURNAMES, count, 40)]
    return {
        "given": given,
        "short": short,
        "middle": np.where(rng.random(count) < 0.5, middle, ""),
        "family": family,
        "sex": np.where(female, "female", "male"),
        "born": draw_days(rng, count, years),
        **draw_homes(rng, count),
        "occupation": OCCUPATIONS[draw(rng, OCCUPATIONS, count, 6)],
        "phone": number(rng, "07", 9, count),
        "email": write_emails(rng, given, family),
    }


def draw_given(rng: np.random.Generator, female: npt.NDArray[np.bool_]) -> tuple[Text, Text]:
    """Given names and their short forms, empty where there is none."""
    his, hers = draw(rng, MALE, len(female), 6), draw(rng, FEMALE, len(female), 6)
    return np.where(female, FEMALE[hers], MALE[his]), np.where(female, FEMALE_SHORT[hers], MALE_SHORT[his])


def draw_days(rng: np.random.Generator, count: int, years: tuple[int, int]) -> Text:
    """Days as 1788-06-28."""
    first, last = (np.datetime64(f"{year}-01-01", "D").astype(int) for year in (years[0], years[1] + 1))
    return rng.integers(first, last, count).astype("datetime64[D]").astype(str)


def draw_homes(rng: np.random.Generator, count: int) -> Table:
    """Town, street with a house number, and postcode: a town has one area, a street one code in it."""
    town, street = draw(rng, TOWNS, count, 12), draw(rng, STREETS, count, 30)
    house = (1 + rng.integers(0, 120, count)).astype(str)
    return {
        "town": TOWNS[town],
        "street": np.strings.add(np.strings.add(house, " "), STREETS[street]),
        "postcode": write_postcodes(town, street),
    }


def write_postcodes(town: npt.NDArray[np.int64], street: npt.NDArray[np.int64]) -> Text:
    """`AB4 7QX`: letters and digit of the town, then of the street."""
    parts = [
        _ALPHABET[town % 20],
        _ALPHABET[town * 7 // 20 % 20],
        (1 + town % 9).astype(str),
        np.full(len(town), " "),
        (street % 10).astype(str),
        _ALPHABET[street * 3 // 10 % 20],
        _ALPHABET[(street + town) % 20],
    ]
    return _add(*parts)


def number(rng: np.random.Generator, start: str, digits: int, count: int) -> Text:
    """`start` followed by so many random digits."""
    return np.strings.add(start, np.strings.zfill(rng.integers(0, 10**digits, count).astype(str), digits))


def write_emails(rng: np.random.Generator, given: Text, family: Text) -> Text:
    """Mostly names with a number, sometimes an initial."""
    count = len(given)
    first = np.where(rng.random(count) < 0.6, given, given.astype("<U1"))
    tail = np.where(rng.random(count) < 0.7, rng.integers(1, 100, count).astype(str), "")
    dot = np.where(rng.random(count) < 0.5, ".", "")
    local = np.strings.lower(_add(first, dot, family, tail))
    return _add(local, np.full(count, "@"), _MAILERS[rng.integers(0, 4, count)])


def _add(*parts: Text) -> Text:
    joined = parts[0]
    for part in parts[1:]:
        joined = np.strings.add(joined, part)
    return joined
