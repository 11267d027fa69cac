"""Which column has which part in the stream: one for each meaning, all for e-mails and phones.

In: the guesses. Out: Roles. Of two columns with one meaning the one is taken whose header says it in full, then by the
better word, then the fuller one; the other falls back to its next meaning, or is left in the raw table. Parts of a name
and of an address are taken from columns whose headers begin alike (`Billing City`, `Billing Zip`).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.inference.column_guess import Guess, Meaning
from pipeline.inference.sample import Column

SEVERAL = frozenset(("email", "phone"))
NAME = ("full_name", "given_name", "family_name")
ADDRESS = (
    *("full_address", "street", "street_more", "house_number", "city", "region", "district", "postcode", "country"),
)
_STRENGTHS = {"whole": 0, "part": 1, "values": 2}


@dataclass(frozen=True)
class Role:
    """A column in a part; `taken` is false where another column has it."""

    column: Column
    meaning: Meaning | None
    taken: bool
    note: str = ""


@dataclass(frozen=True)
class Roles:
    """Every column with its part."""

    roles: tuple[Role, ...]

    def get(self, meaning: str) -> Column | None:
        """The column in this part."""
        return next((each for each in self.all(meaning)), None)

    def all(self, meaning: str) -> list[Column]:
        """All columns in this part, those whose headers say it in full first."""
        held = [each for each in self.roles if each.taken and each.meaning and each.meaning.name == meaning]
        return [each.column for each in sorted(held, key=lambda each: _order(each.meaning, each.column))]

    def meaning(self, name: str) -> Meaning | None:
        """What its header said of the column in this part."""
        return next(
            (each.meaning for each in self.roles if each.taken and each.meaning and each.meaning.name == name), None
        )

    def has(self, *meanings: str) -> bool:
        """True when any of the parts is taken."""
        return any(self.get(meaning) is not None for meaning in meanings)


def settle_roles(guesses: Iterable[Guess]) -> Roles:
    """Give every column its part."""
    guesses = list(guesses)
    heads = {meaning: head for family in (NAME, ADDRESS) for meaning, head in _heads(guesses, family).items()}
    waiting = [(guess, list(guess.meanings)) for guess in guesses]
    holders: dict[str, tuple[Guess, Meaning]] = {}
    lost: dict[str, Meaning] = {}
    while waiting:
        guess, left = waiting.pop(0)
        left = [each for each in left if each.name not in heads or each.head == heads[each.name]]
        if not left:
            continue
        meaning, rest = left[0], left[1:]
        if meaning.name in SEVERAL:
            holders[f"{meaning.name} {guess.column.label}"] = (guess, meaning)
            continue
        holder = holders.get(meaning.name)
        if holder is None or _order(meaning, guess.column) < _order(holder[1], holder[0].column):
            holders[meaning.name] = (guess, meaning)
            guess, rest = (holder[0], _after(holder)) if holder else (guess, [])
        if holder:
            lost[guess.column.label] = meaning
            waiting.append((guess, rest))
    by_label = {guess.column.label: meaning for guess, meaning in holders.values()}
    return Roles(tuple(_role(guess, by_label, holders) for guess in guesses))


def _order(meaning: Meaning | None, column: Column) -> tuple[int, int, int, float]:
    assert meaning is not None
    weak = int(column.filled < 0.05)  # a column that is all but empty gives way
    return weak, _STRENGTHS[meaning.strength], meaning.rank, -column.filled


def _after(holder: tuple[Guess, Meaning]) -> list[Meaning]:
    guess, meaning = holder
    return list(guess.meanings[guess.meanings.index(meaning) + 1 :])


def _heads(guesses: list[Guess], family: tuple[str, ...]) -> dict[str, str]:
    """For each part of a name or address the beginning of the headers it is taken from."""
    filled: dict[str, dict[str, float]] = {}
    for guess in guesses:
        for meaning in guess.meanings[:1]:
            if meaning.name in family:
                parts = filled.setdefault(meaning.head, {})
                parts[meaning.name] = max(parts.get(meaning.name, 0.0), guess.column.filled)
    if not filled:
        return {}
    # Of two addresses as full, that of the bill is the buyer's own.
    best = max(filled, key=lambda head: (round(sum(filled[head].values()), 1), "bill" in head, head == ""))
    return {part: best if part in filled[best] else "" for part in family}


def _role(guess: Guess, by_label: dict[str, Meaning], holders: dict[str, tuple[Guess, Meaning]]) -> Role:
    meaning = by_label.get(guess.column.label)
    if meaning:
        return Role(guess.column, meaning, taken=True)
    if guess.meanings:
        first = guess.meanings[0]
        holder = holders.get(first.name)
        note = f"not used: {holder[0].column.label} is taken" if holder else "not used: another group of columns is"
        return Role(guess.column, first, taken=False, note=note)
    return Role(guess.column, guess.doubt, taken=False, note="not used: too few values are understood")
