"""Many records of each person, as in a collection of biographies: aliases, heavy slips, much left out.

5,000 persons with one to forty records; name, birth date and place, postcode, gender, occupation.
"""

import numpy as np

from benchmarks.scenarios.errors import exchange, leave_out, mistype, mix_up, replace
from benchmarks.scenarios.people import draw_people
from benchmarks.scenarios.scenario import Scenario, take
from benchmarks.scenarios.words import TOWNS, Text

PERSONS = 5_000
_MAPPING = {
    "given_name": "first_name",
    "family_name": "surname",
    "birth_date": "dob",
    "city": "birth_place",
    "postcode": "postcode",
    "gender": "gender",
}


def make(rng: np.random.Generator) -> Scenario:
    """Persons born between 1450 and 1950."""
    people = draw_people(rng, PERSONS, (1450, 1950))
    # Some are known by another surname as well: of a place, or by marriage.
    people["alias"] = np.where(
        rng.random(PERSONS) < 0.25, np.strings.add("of ", TOWNS[rng.integers(0, len(TOWNS), PERSONS)]), ""
    )
    known = np.clip(rng.lognormal(1.9, 0.8, PERSONS), 1, 40).astype(np.int64)
    person = np.repeat(np.arange(PERSONS), known)
    rows = take(people, person)
    given = _spoil_given(rng, rows)
    family = mistype(rng, replace(rng, rows["family"], rows["alias"], 0.15), 0.14)
    given, family = exchange(rng, given, family, 0.01)
    table = {
        "first_name": leave_out(rng, given, 0.02),
        "surname": leave_out(rng, family, 0.03),
        "dob": leave_out(rng, _spoil_days(rng, rows["born"]), 0.14),
        "birth_place": leave_out(rng, mistype(rng, rows["town"], 0.05), 0.15),
        "postcode": leave_out(rng, mistype(rng, mix_up(rng, rows["postcode"], 0.06), 0.06), 0.2),
        "gender": leave_out(rng, rows["sex"], 0.12),
        "occupation": leave_out(rng, mix_up(rng, rows["occupation"], 0.08), 0.25),
    }
    return Scenario("many records each", table, person, _MAPPING, ("occupation",))


def _spoil_given(rng: np.random.Generator, rows: dict[str, Text]) -> Text:
    with_middle = np.strings.strip(np.strings.add(np.strings.add(rows["given"], " "), rows["middle"]))
    given = replace(rng, rows["given"], with_middle, 0.3)
    given = replace(rng, given, rows["short"], 0.15)
    given = replace(rng, given, rows["given"].astype("<U1"), 0.05)
    given = replace(rng, given, np.strings.add("Sir ", given), 0.03)
    return mistype(rng, given, 0.14)


def _spoil_days(rng: np.random.Generator, born: Text) -> Text:
    only_year = np.strings.add(born.astype("<U4"), "-01-01")
    return mistype(rng, replace(rng, born, only_year, 0.1), 0.05)
