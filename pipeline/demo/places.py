"""Where people live: one table of dwellings with every part of the address in hanzi and in Latin letters.

In: the country of each dwelling wanted. Out: a pyarrow table, one row per dwelling, `address_id` from 0.
"""

import numpy as np
import pyarrow as pa

from pipeline.demo.draws import draw_choice
from pipeline.demo.vocabulary import Vocabulary, spell_districts

_LETTERS = np.array(list("ABDEFGHJLNPQRSTUWXYZ"), dtype=object)


def draw_dwellings(rng: np.random.Generator, country: np.ndarray, words: Vocabulary) -> pa.Table:
    """Draw one dwelling per entry of `country`."""
    place = _draw_cities(rng, country, words)
    rows = len(country)
    district, district_latin = _draw_districts(rng, place, words)
    road = rng.integers(0, len(words.words["chinese_roads"]), rows)
    community = rng.integers(0, len(words.words["chinese_communities"]), rows)
    number = (1 + rng.exponential(120, rows)).astype(np.int64)
    flat = np.where(country == "CN", True, rng.random(rows) < 0.35)
    columns = {
        "address_id": np.arange(rows),
        "country": country,
        "region_code": words.column("places.region_code")[place],
        "region": words.column("places.region")[place],
        "region_latin": words.column("places.region_latin")[place],
        "city": words.column("places.city")[place],
        "city_latin": words.column("places.city_latin")[place],
        "district": district,
        "district_latin": district_latin,
        "road": words.words["chinese_roads"][road],
        "road_latin": words.words["chinese_roads_latin"][road],
        "community": words.words["chinese_communities"][community],
        "community_latin": words.words["chinese_communities_latin"][community],
        "number": number,
        "block": rng.integers(1, 29, rows),
        "entrance": rng.integers(1, 5, rows),
        "room": rng.integers(1, 33, rows) * 100 + rng.integers(1, 5, rows),
        "flat": flat,
        "unit": rng.integers(1, 40, rows),
        "unit_letter": _LETTERS[rng.integers(0, 8, rows)],
        "street": _draw_streets(rng, country, words),
        "street_kind": _draw_kinds(rng, country, words),
        "postcode": _draw_postcodes(rng, place, country, words),
        "area_code": _draw_listed(rng, words.column("places.area_codes"), place),
    }
    return pa.table({name: pa.array(values) for name, values in columns.items()})


def _draw_cities(rng: np.random.Generator, country: np.ndarray, words: Vocabulary) -> np.ndarray:
    countries, weight = words.column("places.country"), words.numbers("places.weight")
    place = np.zeros(len(country), dtype=np.int64)
    for code in sorted(set(countries)):
        members, here = np.flatnonzero(countries == code), country == code
        place[here] = members[draw_choice(rng, weight[members], int(here.sum()))]
    return place


def _draw_districts(rng: np.random.Generator, place: np.ndarray, words: Vocabulary) -> tuple[np.ndarray, np.ndarray]:
    district = _draw_listed(rng, words.column("places.districts"), place)
    distinct, position = np.unique(district.astype(str), return_inverse=True)
    return district, spell_districts(distinct.astype(object))[position]


def _draw_listed(rng: np.random.Generator, lists: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Pick one entry of the |-separated list of each place."""
    options = [text.split("|") for text in lists]
    longest = max(len(option) for option in options)
    table = np.array([[option[k % len(option)] for k in range(longest)] for option in options], dtype=object)
    length = np.array([len(option) for option in options])
    return table[place, (rng.random(len(place)) * length[place]).astype(np.int64)]


def _draw_streets(rng: np.random.Generator, country: np.ndarray, words: Vocabulary) -> np.ndarray:
    rows = len(country)
    western = words.words["western_streets"][draw_choice(rng, 1 / (np.arange(60) + 8.0), rows)]
    german = words.words["german_streets"][rng.integers(0, len(words.words["german_streets"]), rows)]
    hongkong = words.words["hongkong_streets"][rng.integers(0, len(words.words["hongkong_streets"]), rows)]
    return np.select([country == "DE", country == "HK"], [german, hongkong], western)


def _draw_kinds(rng: np.random.Generator, country: np.ndarray, words: Vocabulary) -> np.ndarray:
    kinds = words.words["street_kinds"][draw_choice(rng, (30, 20, 18, 9, 10, 5, 4, 4), len(country))]
    return np.where(np.isin(country, ("DE", "HK")), "", kinds)


def _draw_postcodes(rng: np.random.Generator, place: np.ndarray, country: np.ndarray, words: Vocabulary) -> np.ndarray:
    rows = len(country)
    prefix = _draw_listed(rng, words.column("places.postcodes"), place)
    digits = np.array([f"{k:03d}" for k in range(1000)], dtype=object)
    letter = [_LETTERS[rng.integers(0, len(_LETTERS), rows)] for _ in range(3)]
    number = [rng.integers(0, 10, rows).astype(str).astype(object) for _ in range(3)]
    area = rng.integers(1, 22, rows).astype(str).astype(object)
    patterns = {
        "CN": prefix + digits[rng.integers(0, 60, rows)],
        "US": prefix + _tail(digits, rng.integers(1, 100, rows), 2),
        "GB": prefix + area + " " + number[0] + letter[0] + letter[1],
        "CA": prefix + number[0] + letter[0] + " " + number[1] + letter[1] + number[2],
        "AU": prefix + _tail(digits, rng.integers(0, 100, rows), 2),
        "DE": prefix + digits[rng.integers(100, 1000, rows)],
        "HK": np.full(rows, "", dtype=object),
        "TW": prefix + number[0],
        "SG": prefix + digits[rng.integers(100, 1000, rows)] + _tail(digits, rng.integers(0, 100, rows), 2),
    }
    return np.select([country == code for code in patterns], list(patterns.values()), "")


def _tail(digits: np.ndarray, number: np.ndarray, length: int) -> np.ndarray:
    short = np.array([text[-length:] for text in digits], dtype=object)
    return short[number]
