"""Who lives with whom: households, the part each member plays, sex and date of birth.

In: the number of persons and the seed. Out: `People`, one numpy entry per person, ordered by household. About 28 % of
persons live in a household of two to five with one address; the others are households of one.
"""

from dataclasses import dataclass

import numpy as np

from pipeline.demo.draws import draw_choice, open_stream

CHINESE, WESTERN, OVERSEAS = 0, 1, 2
HEAD, SPOUSE, CHILD = 0, 1, 2
_SHARED = 0.28
_SIZES, _SIZE_SHARES = np.array([2, 3, 4, 5]), (0.42, 0.32, 0.20, 0.06)
_COUNTRIES = {
    CHINESE: (("CN",), (1.0,)),
    WESTERN: (("US", "GB", "AU", "DE", "CA"), (0.50, 0.22, 0.10, 0.12, 0.06)),
    OVERSEAS: (("US", "CA", "AU", "GB", "HK", "TW", "SG"), (0.30, 0.18, 0.12, 0.08, 0.17, 0.07, 0.08)),
}


@dataclass(frozen=True)
class People:
    """One entry per person."""

    household: np.ndarray  # number of the household, ascending
    part: np.ndarray  # HEAD, SPOUSE or CHILD
    head: np.ndarray  # position of the household's head
    culture: np.ndarray  # CHINESE, WESTERN or OVERSEAS
    country: np.ndarray  # ISO country of residence
    female: np.ndarray  # bool
    birth: np.ndarray  # days since 1970-01-01
    twin: np.ndarray  # position of the elder twin, or -1
    namesake: np.ndarray  # position of the father whose given name a son bears, or -1
    shared: np.ndarray  # bool: more than one person in the household


def form_households(customers: int, seed: int) -> People:
    """Form households until there are `customers` persons."""
    rng = open_stream(seed, "households")
    size = _draw_sizes(rng, customers)
    household = np.repeat(np.arange(len(size)), size)[:customers]
    starts = np.concatenate([[0], np.cumsum(size)])[household]
    position = np.arange(customers) - starts
    culture = draw_choice(rng, (0.55, 0.35, 0.10), len(size))[household]
    part = _assign_parts(rng, position, size[household], household)
    female = _draw_sexes(rng, part, starts)
    birth, twin = _draw_births(rng, part, position, starts, size[household])
    return People(
        household=household,
        part=part,
        head=starts,
        culture=culture,
        country=_draw_countries(rng, culture, household),
        female=female,
        birth=birth,
        twin=twin,
        namesake=_name_after_father(rng, part, starts, female, culture),
        shared=size[household] > 1,
    )


def _draw_sizes(rng: np.random.Generator, customers: int) -> np.ndarray:
    many = max(1, int(customers * _SHARED / 2.9))
    shared = _SIZES[draw_choice(rng, _SIZE_SHARES, many)]
    single = np.ones(max(0, customers - int(shared.sum())), dtype=np.int64)
    size = rng.permutation(np.concatenate([shared, single]))
    return size[: np.searchsorted(np.cumsum(size), customers) + 1]


def _assign_parts(
    rng: np.random.Generator, position: np.ndarray, size: np.ndarray, household: np.ndarray
) -> np.ndarray:
    couple = rng.random(household[-1] + 1)[household] < np.where(size == 2, 0.7, 0.85)
    part = np.where(position == 0, HEAD, CHILD)
    return np.where((position == 1) & couple, SPOUSE, part)


def _draw_sexes(rng: np.random.Generator, part: np.ndarray, head: np.ndarray) -> np.ndarray:
    female = rng.random(len(part)) < 0.52
    female[(part == HEAD) & (rng.random(len(part)) < 0.3)] = False
    return np.where(part == SPOUSE, ~female[head], female)


def _draw_births(
    rng: np.random.Generator, part: np.ndarray, position: np.ndarray, head: np.ndarray, size: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    rows = len(part)
    adult = rng.triangular(1948, 1988, 2007, rows)
    parent = rng.triangular(1948, 1966, 1984, rows)
    year = np.where(size > 1, parent, adult)
    spouse_year = year[head] + rng.normal(0, 3, rows)
    child_year = np.minimum(year[head] + rng.uniform(22, 34, rows), 2009.9)
    year = np.where(part == SPOUSE, spouse_year, np.where(part == CHILD, child_year, year))
    birth = ((year - 1970) * 365.2425).astype(np.int64)
    previous = np.arange(rows) - 1
    is_twin = (part == CHILD) & (position > 1) & (part[previous] == CHILD) & (rng.random(rows) < 0.15)
    twin = np.where(is_twin, previous, -1)
    birth = np.where(is_twin, birth[previous], birth)
    return birth, twin


def _name_after_father(
    rng: np.random.Generator, part: np.ndarray, head: np.ndarray, female: np.ndarray, culture: np.ndarray
) -> np.ndarray:
    son = (part == CHILD) & ~female & ~female[head] & (culture == WESTERN)
    first = son & (np.arange(len(part)) - head <= 2)
    return np.where(first & (rng.random(len(part)) < 0.15), head, -1)


def _draw_countries(rng: np.random.Generator, culture: np.ndarray, household: np.ndarray) -> np.ndarray:
    country = np.empty(household[-1] + 1, dtype=object)
    culture_of_household = culture[np.searchsorted(household, np.arange(len(country)))]
    for kind, (codes, shares) in _COUNTRIES.items():
        here = culture_of_household == kind
        country[here] = np.array(codes, dtype=object)[draw_choice(rng, shares, int(here.sum()))]
    return country[household]
