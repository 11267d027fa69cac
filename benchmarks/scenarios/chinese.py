"""Chinese persons with a name, a mobile number and a city, and nothing else.

Names are in hanzi, traditional characters or pinyin, in either order; couples may share a mobile number.
"""

import numpy as np

from benchmarks.scenarios.errors import leave_out, mistype, replace
from benchmarks.scenarios.people import number
from benchmarks.scenarios.scenario import Scenario, Table, take
from benchmarks.scenarios.words import Text
from pipeline.demo.vocabulary import load_vocabulary

PERSONS = 6_000
_MAPPING = {"full_name": "name", "phone": "mobile", "city": "city"}


def make(rng: np.random.Generator) -> Scenario:
    """One to four records of each person."""
    people = _draw_people(rng)
    person = np.repeat(np.arange(PERSONS), rng.choice(4, PERSONS, p=(0.4, 0.3, 0.2, 0.1)) + 1)
    rows = take(people, person)
    name = replace(rng, rows["han"], rows["traditional"], 0.15)
    name = replace(rng, name, rows["pinyin"], 0.2)
    name = replace(rng, name, rows["given_first"], 0.1)
    mobile = replace(rng, rows["mobile"], rows["second_mobile"], 0.15)
    mobile = mistype(rng, replace(rng, mobile, rows["partner_mobile"], 0.03), 0.02)
    city = replace(rng, replace(rng, rows["city"], rows["other_city"], 0.08), rows["city_latin"], 0.15)
    table = {"name": name, "mobile": leave_out(rng, mobile, 0.15), "city": leave_out(rng, city, 0.2)}
    return Scenario("Chinese", table, person, _MAPPING)


def _draw_people(rng: np.random.Generator) -> Table:
    words = load_vocabulary()

    def column(name: str) -> Text:
        return words.column(name).astype(np.str_)

    def choose(name: str) -> np.ndarray:
        weight = words.numbers(name)
        return rng.choice(len(weight), PERSONS, p=weight / weight.sum())

    surname, first, second = (
        choose("chinese_surnames.share"),
        choose("chinese_given.weight"),
        choose("chinese_given.weight"),
    )
    single = rng.random(PERSONS) < 0.15

    def full(script: str) -> Text:
        given = column(f"chinese_given.{script}")
        tail = np.where(single, "", given[second])
        return np.strings.add(column(f"chinese_surnames.{script}")[surname], np.strings.add(given[first], tail))

    pinyin = column("chinese_given.pinyin")
    given = np.strings.capitalize(np.strings.add(pinyin[first], np.where(single, "", pinyin[second])))
    family = np.strings.capitalize(column("chinese_surnames.pinyin")[surname])
    here = column("places.country") == "CN"
    city, city_latin = column("places.city")[here], column("places.city_latin")[here]
    home, other = rng.integers(0, len(city), (2, PERSONS))
    mobile = number(rng, "13", 9, PERSONS)
    return {
        "han": full("han"),
        "traditional": full("traditional"),
        "pinyin": np.strings.add(np.strings.add(family, " "), given),
        "given_first": np.strings.add(np.strings.add(given, " "), family),
        "mobile": mobile,
        "second_mobile": number(rng, "15", 9, PERSONS),
        "partner_mobile": mobile[np.arange(PERSONS) ^ 1],
        "city": city[home],
        "other_city": city[other],
        "city_latin": city_latin[home],
    }
