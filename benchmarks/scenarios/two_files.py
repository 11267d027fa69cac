"""Two files without duplicates of their own: 5,000 persons each, 60 % of them in both."""

import numpy as np

from benchmarks.scenarios.errors import leave_out, mistype, mix_up, replace
from benchmarks.scenarios.people import draw_people
from benchmarks.scenarios.scenario import Scenario, Table, stack, take

PERSONS, SHARED = 5_000, 0.6
_MAPPING = {
    "given_name": "first_name",
    "family_name": "last_name",
    "birth_date": "dob",
    "address": "address",
    "city": "town",
    "postcode": "postcode",
    "phone": "telephone",
    "source": "file",
}


def make(rng: np.random.Generator) -> Scenario:
    """A register, and a later one: people have moved and changed their telephone."""
    both = round(PERSONS * SHARED)
    people = draw_people(rng, 2 * PERSONS - both, (1930, 2005))
    early, late = np.arange(PERSONS), np.arange(PERSONS - both, 2 * PERSONS - both)
    first = _write(rng, take(people, early), "A")
    moved = take(people, late)
    homes = draw_people(rng, PERSONS, (1930, 2005))
    moves = rng.random(PERSONS) < 0.15
    for name in ("street", "town", "postcode"):
        moved[name] = np.where(moves, homes[name], moved[name])
    moved["phone"] = replace(rng, moved["phone"], homes["phone"], 0.25)
    second = _write(rng, moved, "B")
    return Scenario(
        "two files", stack([first, second]), np.concatenate([early, late]), _MAPPING, link_only=True
    )  # fmt: skip


def _write(rng: np.random.Generator, people: Table, file: str) -> Table:
    count = len(people["given"])
    given = mistype(rng, replace(rng, people["given"], people["short"], 0.08), 0.04)
    return {
        "file": np.full(count, file),
        "first_name": given,
        "last_name": mistype(rng, people["family"], 0.05),
        "dob": leave_out(rng, mistype(rng, mix_up(rng, people["born"], 0.01), 0.03), 0.05),
        "address": leave_out(rng, mistype(rng, people["street"], 0.06), 0.08),
        "town": leave_out(rng, people["town"], 0.05),
        "postcode": leave_out(rng, mistype(rng, people["postcode"], 0.04), 0.1),
        "telephone": leave_out(rng, people["phone"], 0.3),
    }
