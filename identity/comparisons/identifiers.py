"""Identifiers: e-mail, phone, identity numbers, accounts.

Whether two records share a value is known from blocking: the rule of the namespace found the pair. Values of more
persons than the namespace allows have their own level, `shared`, which learns its own, lower weight. E-mails and
phones are also compared by what people get wrong in them.

    same        a value in common that few persons carry
    shared      a value in common that many carry: a household's or a shop's
    same local  e-mail: equal before the @ (robert255@a | robert255@b)
    near local  e-mail: one or two edits before the @; phone: one digit; numbers: one character
    same tail   phone: the last eight digits agree
    same name   e-mail: same or near local part, but one that spells a name (robert.smith@a | robert.smith@b), and
                one of the records has no name
    told        the same, where both records have a name: compared there already, weighs nothing here
    different   both have a value of the same issuer, none in common
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from identity.columns import Codes, Column
from identity.comparisons.base import Comparison, Level, Levels, Pairs, both_present, missing
from identity.settings import Namespace
from identity.similarity import Vocabulary

SAME, SHARED, PART, NEAR, NAME, TOLD, DIFFERENT = range(1, 8)


@dataclass(frozen=True)
class Names:
    """Per record: whether its local part spells a name, whether it has a name of its own."""

    spelled: npt.NDArray[np.bool_]
    known: npt.NDArray[np.bool_]


def compare_identifier(
    name: str,
    namespace: Namespace,
    issuers: Codes,
    bits: tuple[int, int],
    random: tuple[float, float],
    part: Codes | None = None,
    near_on: Column | None = None,
    names: Names | None = None,
) -> Comparison:
    """The comparison of one namespace.

    issuers: code per record of who issued its value, -1 where it has none.
    bits: numbers of the blocking rules for the same and the shared value; random: pairs each of them stands for.
    part, near_on: what is compared below equality, if anything; names: which records' local part spells a name.
    """
    vocabulary = Vocabulary(near_on.vocabulary) if near_on is not None else None

    def evaluate(pairs: Pairs) -> Levels:
        out = np.zeros(len(pairs), np.uint8)
        left, right = issuers[pairs.left], issuers[pairs.right]
        out[both_present(left, right) & (left == right)] = DIFFERENT
        at = np.flatnonzero(out == DIFFERENT)
        if near_on is not None and vocabulary is not None:
            out[at[_are_near(near_on.codes[pairs.left[at]], near_on.codes[pairs.right[at]], vocabulary)]] = NEAR
        if part is not None:
            first, second = part[pairs.left[at]], part[pairs.right[at]]
            out[at[both_present(first, second) & (first == second)]] = PART
        if names is not None:
            _set_names_apart(out, names, pairs)
        out[(pairs.rules >> np.uint64(bits[1])) & np.uint64(1) != 0] = SHARED
        out[(pairs.rules >> np.uint64(bits[0])) & np.uint64(1) != 0] = SAME
        return out

    return Comparison(name, _levels(name, namespace, random), evaluate)


def _set_names_apart(out: Levels, names: Names, pairs: Pairs) -> None:
    """Likeness of local parts that spell a name is likeness of names."""
    at = np.flatnonzero((out == PART) | (out == NEAR))
    left, right = pairs.left[at], pairs.right[at]
    spelled = names.spelled[left] | names.spelled[right]
    told = names.known[left] & names.known[right]
    out[at[spelled]] = NAME
    out[at[spelled & told]] = TOLD


def _are_near(left: Codes, right: Codes, vocabulary: Vocabulary) -> npt.NDArray[np.bool_]:
    """One edit apart, or two in text of eight characters and more."""
    out = np.zeros(len(left), np.bool_)
    at = np.flatnonzero(both_present(left, right) & (left != right))
    distances = vocabulary.distances(left[at], right[at], 1)
    long = np.minimum(vocabulary.lengths[left[at]], vocabulary.lengths[right[at]]) >= 5
    out[at[(distances <= 1) & long]] = True
    return out


def _levels(name: str, namespace: Namespace, random: tuple[float, float]) -> tuple[Level, ...]:
    part = {"email": "same local part", "phone": "same tail"}.get(name, "part")
    near = {"email": "near local part", "phone": "one digit", "national_id": "one character"}.get(name, "near")
    change = 0.02 if namespace.unique_per_person else 0.35
    household = {"email": 0.10, "phone": 0.40}.get(name, 0.01 if namespace.kind == "person" else 0.6)
    return (
        missing(),
        Level("same", 0.9 - change, household, random=random[0], trust=namespace.trust),
        Level("shared", 0.02, household * 0.3, random=random[1], trust=min(0.2, namespace.trust)),
        Level(part, 0.03, 0.005),
        Level(near, 0.05, 0.005),
        Level("same name", 0.01, 0.002),
        Level("told by the name", 0.0, 0.0, silent=True),
        Level("different", change, 0.99 - 1.3 * household),
    )
