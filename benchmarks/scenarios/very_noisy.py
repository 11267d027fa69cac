"""A very noisy table: every value is wrong in one case of four and missing in one of five.

Half of the wrong values are slips, half are somebody else's.
"""

import numpy as np

from benchmarks.scenarios.errors import leave_out, mistype, mix_up
from benchmarks.scenarios.people import draw_people
from benchmarks.scenarios.scenario import Scenario, take

PERSONS, WRONG, MISSING = 3_000, 0.25, 0.2
_MAPPING = {
    "given_name": "given_name",
    "family_name": "family_name",
    "birth_date": "birth_date",
    "address": "street",
    "city": "city",
    "postcode": "postcode",
    "phone": "phone",
    "email": "email",
}
_COLUMNS = {
    "given_name": "given",
    "family_name": "family",
    "birth_date": "born",
    "street": "street",
    "city": "town",
    "postcode": "postcode",
    "phone": "phone",
    "email": "email",
}


def make(rng: np.random.Generator) -> Scenario:
    """One to five records of each person."""
    people = draw_people(rng, PERSONS, (1935, 2005))
    person = np.repeat(np.arange(PERSONS), rng.integers(1, 6, PERSONS))
    rows = take(people, person)
    table = {}
    for column, name in _COLUMNS.items():
        wrong = mix_up(rng, mistype(rng, rows[name], WRONG / 2), WRONG / 2)
        table[column] = leave_out(rng, wrong, MISSING)
    return Scenario("very noisy", table, person, _MAPPING)
