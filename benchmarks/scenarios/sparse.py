"""Hardly any duplicates: 20,000 records, 3 % of which repeat another's person."""

import numpy as np

from benchmarks.scenarios.errors import leave_out, mistype, replace
from benchmarks.scenarios.people import draw_people
from benchmarks.scenarios.scenario import Scenario, stack, take

RECORDS, REPEATED = 20_000, 0.03
_MAPPING = {
    "given_name": "first",
    "family_name": "last",
    "email": "mail",
    "phone": "mobile",
    "birth_date": "birthday",
    "city": "city",
}


def make(rng: np.random.Generator) -> Scenario:
    """Customers who signed up once, and a few twice."""
    again = round(RECORDS * REPEATED)
    people = draw_people(rng, RECORDS - again, (1945, 2006))
    twice = rng.choice(RECORDS - again, again, replace=False)
    second = take(people, twice)
    fresh = draw_people(rng, again, (1945, 2006))
    second["email"] = replace(rng, second["email"], fresh["email"], 0.4)
    second["phone"] = replace(rng, second["phone"], fresh["phone"], 0.35)
    second["town"] = replace(rng, second["town"], fresh["town"], 0.15)
    second["given"] = mistype(rng, replace(rng, second["given"], second["short"], 0.15), 0.08)
    second["family"] = mistype(rng, second["family"], 0.08)
    second["born"] = mistype(rng, second["born"], 0.05)
    rows = stack([people, second])
    table = {
        "first": rows["given"],
        "last": rows["family"],
        "mail": leave_out(rng, rows["email"], 0.15),
        "mobile": leave_out(rng, rows["phone"], 0.3),
        "birthday": leave_out(rng, rows["born"], 0.25),
        "city": leave_out(rng, rows["town"], 0.1),
    }
    return Scenario("sparse", table, np.concatenate([np.arange(RECORDS - again), twice]), _MAPPING)
