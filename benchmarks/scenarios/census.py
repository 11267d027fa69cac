"""Four sources that each know something else about the same families: census, parish, electors, hospital.

Families live at one address; children may be twins or carry a parent's name; women marry and change their surname.
"""

import numpy as np
import numpy.typing as npt

from benchmarks.scenarios.errors import leave_out, mistype, replace
from benchmarks.scenarios.people import draw_days, draw_people
from benchmarks.scenarios.scenario import Scenario, Table, stack, take

FAMILIES = 2_500
_MAPPING = {
    "given_name": "forename",
    "family_name": "surname",
    "birth_date": "birth",
    "gender": "sex",
    "address": "address",
    "city": "town",
    "postcode": "postcode",
    "phone": "phone",
    "source": "list",
}


def make(rng: np.random.Generator) -> Scenario:
    """Every source has a share of the persons and columns of its own."""
    people, adult = _draw_families(rng)
    everyone = np.arange(len(adult))
    parts, persons = [], []
    for write, share, who in (
        (_census, 0.8, everyone),
        (_parish, 0.6, everyone),
        (_electors, 0.8, everyone[adult]),
        (_hospital, 0.5, everyone),
    ):
        chosen = who[rng.random(len(who)) < share]
        parts.append(write(rng, take(people, chosen)))
        persons.append(chosen)
    return Scenario("census-like", stack(parts), np.concatenate(persons), _MAPPING)


def _draw_families(rng: np.random.Generator) -> tuple[Table, npt.NDArray[np.bool_]]:
    """Father, mother and up to five children per family; and who is grown up."""
    size = 2 + rng.binomial(5, 0.4, FAMILIES)
    family = np.repeat(np.arange(FAMILIES), size)
    head = np.repeat(np.cumsum(size) - size, size)
    place = np.arange(len(family)) - head
    child = place >= 2
    people = draw_people(rng, len(family), (1935, 1965))
    people["born"] = np.where(child, draw_days(rng, len(family), (1985, 2012)), people["born"])
    _name_parents(rng, people, place)
    people["maiden"] = np.where(place == 1, people["family"], "")
    # A daughter's or son's surname is the father's; a wife keeps hers in one case of four.
    keeps = (place == 1) & (rng.random(len(family)) < 0.25)
    people["family"] = np.where(keeps, people["family"], people["family"][head])
    for name in ("street", "town", "postcode"):
        people[name] = people[name][head]
    people["phone"] = np.where(rng.random(len(family)) < 0.4, people["phone"][head], people["phone"])
    twin = (place >= 3) & (rng.random(len(family)) < 0.06)
    people["born"] = np.where(twin, people["born"][np.arange(len(family)) - 1], people["born"])
    namesake = child & (people["sex"] == "male") & (rng.random(len(family)) < 0.08)
    for name in ("given", "short"):
        people[name] = np.where(namesake, people[name][head], people[name])
    return people, ~child


def _name_parents(rng: np.random.Generator, people: Table, place: npt.NDArray[np.int64]) -> None:
    """The first of a family is a man, the second a woman."""
    pool = draw_people(rng, 4 * len(place), (1935, 1965))
    for parent, sex in ((0, "male"), (1, "female")):
        rows = np.flatnonzero(place == parent)
        source = np.flatnonzero(pool["sex"] == sex)[: len(rows)]
        for name in ("given", "short", "sex"):
            people[name][rows] = pool[name][source]


def _names(rng: np.random.Generator, people: Table, maiden: float) -> Table:
    given = replace(rng, people["given"], people["short"], 0.1)
    return {
        "forename": mistype(rng, given, 0.05),
        "surname": mistype(rng, replace(rng, people["family"], people["maiden"], maiden), 0.05),
    }


def _census(rng: np.random.Generator, people: Table) -> Table:
    return {
        "list": np.full(len(people["given"]), "census"),
        **_names(rng, people, 0.0),
        "birth": leave_out(rng, mistype(rng, people["born"], 0.06), 0.05),
        "sex": people["sex"],
        "address": mistype(rng, people["street"], 0.06),
        "town": people["town"],
    }


def _parish(rng: np.random.Generator, people: Table) -> Table:
    return {
        "list": np.full(len(people["given"]), "parish"),
        **_names(rng, people, 0.6),
        "birth": mistype(rng, people["born"], 0.02),
        "sex": people["sex"],
        "town": leave_out(rng, people["town"], 0.1),
    }


def _electors(rng: np.random.Generator, people: Table) -> Table:
    names = _names(rng, people, 0.05)
    names["forename"] = replace(rng, names["forename"], people["given"].astype("<U1"), 0.1)
    return {
        "list": np.full(len(people["given"]), "electors"),
        **names,
        "address": people["street"],
        "postcode": leave_out(rng, people["postcode"], 0.1),
    }


def _hospital(rng: np.random.Generator, people: Table) -> Table:
    return {
        "list": np.full(len(people["given"]), "hospital"),
        **_names(rng, people, 0.1),
        "birth": leave_out(rng, mistype(rng, people["born"], 0.03), 0.03),
        "postcode": leave_out(rng, people["postcode"], 0.15),
        "phone": leave_out(rng, people["phone"], 0.3),
    }
