"""Identifiers: e-mail, phone, identity numbers, accounts.

A record may carry several values; two records agree when they have one in common. Values of more persons than the
namespace allows have their own level, `shared`, which learns its own, lower weight. E-mails and phones are also
compared by what people get wrong in them.

    same        a value in common that few persons carry
    shared      a value in common that many carry: a household's or a shop's
    same local  e-mail: equal before the @ (robert255@a | robert255@b)
    near        e-mail: one or two edits; phone: one digit; identity number: one character
    same tail   phone: the last eight digits agree
    same name   e-mail: the same local part at another provider, or other digits behind it, where it spells a name
                (robert.smith@a | robert.smith@b) and one of the records has no name of its own
    told        the same, where both records have a name: compared there already, weighs nothing here
    different   both have a value of the same issuer, none in common
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from identity.columns import Codes, Column
from identity.comparisons.base import Comparison, Level, Levels, Pairs, both_present, missing
from identity.settings import Namespace
from identity.similarity import Vocabulary

SAME, SHARED, PART, NEAR, NAME, TOLD, DIFFERENT = range(1, 8)


@dataclass(frozen=True)
class Values:
    """The values of one namespace that records carry, sorted by record and code.

    issuer: code per record of who issued its value, -1 where it has none. rid, code: one entry per record and value.
    shared: per code, whether more persons carry the value than the namespace allows.
    """

    issuer: Codes
    rid: Codes
    code: Codes
    shared: npt.NDArray[np.bool_]

    @cached_property
    def start(self) -> npt.NDArray[np.int64]:
        """Where each record's entries begin; one more at the end."""
        counts = np.bincount(self.rid, minlength=len(self.issuer))
        return np.concatenate(([0], np.cumsum(counts)))

    @cached_property
    def single(self) -> Codes:
        """Code per record of its only value; -1 without a value, -2 with several."""
        out = np.full(len(self.issuer), -1, np.int32)
        out[self.rid] = self.code
        out[np.diff(self.start) > 1] = -2
        return out

    @cached_property
    def packed(self) -> npt.NDArray[np.int64]:
        """Record and code of each entry in one number, ascending."""
        return (self.rid.astype(np.int64) << 32) | self.code

    def agreements(self, pairs: Pairs) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """Pairs with a value in common that few carry, and pairs with one that many carry."""
        left, right = self.single[pairs.left], self.single[pairs.right]
        equal = (left == right) & (left >= 0)
        many = equal & self.shared[np.where(equal, left, 0)] if len(self.shared) else equal
        few = equal & ~many
        at = np.flatnonzero((left == -2) | (right == -2))
        at = at[(left[at] != -1) & (right[at] != -1)]
        if len(at):
            self._look_up(pairs.left[at], pairs.right[at], at, few, many)
        return few, many

    def _look_up(
        self,
        left: Codes,
        right: Codes,
        at: npt.NDArray[np.intp],
        few: npt.NDArray[np.bool_],
        many: npt.NDArray[np.bool_],
    ) -> None:
        """Every value of the left record is looked for among those of the right one."""
        count = self.start[left + 1] - self.start[left]
        which = np.repeat(np.arange(len(left)), count)
        entry = np.repeat(self.start[left] - np.cumsum(count) + count, count) + np.arange(count.sum())
        code = self.code[entry]
        wanted = (right[which].astype(np.int64) << 32) | code
        place = np.minimum(np.searchsorted(self.packed, wanted), len(self.packed) - 1)
        found = self.packed[place] == wanted
        few[at[which[found & ~self.shared[code]]]] = True
        many[at[which[found & self.shared[code]]]] = True


@dataclass(frozen=True)
class Names:
    """Per record: whether its local part spells a name, code of its letters, whether it has a name of its own."""

    spelled: npt.NDArray[np.bool_]
    letters: Codes
    known: npt.NDArray[np.bool_]


def compare_identifier(
    name: str,
    namespace: Namespace,
    values: Values,
    random: tuple[float, float],
    part: Codes | None = None,
    near_on: Column | None = None,
    names: Names | None = None,
    edits: int = 1,
) -> Comparison:
    """The comparison of one namespace.

    random: pairs of all records that share a value of few, and of many.
    part, near_on: what is compared below equality, if anything; edits: how far apart near is;
    names: which records' local part spells a name.
    """
    vocabulary = Vocabulary(near_on.words) if near_on is not None else None

    def evaluate(pairs: Pairs) -> Levels:
        out = np.zeros(len(pairs), np.uint8)
        left = values.issuer[pairs.left]
        some = np.flatnonzero(left >= 0)
        right = values.issuer[pairs.right[some]]
        both = some[right >= 0]
        out[some[right == left[some]]] = DIFFERENT
        few, many = values.agreements(pairs.take(both))
        out[both[few | many]] = SAME
        at = np.flatnonzero(out == DIFFERENT)
        near, alike = _are_near(pairs, at, near_on, vocabulary, edits), _are_equal(pairs, at, part)
        out[at[alike]] = PART
        # An e-mail with a typo in its domain is near; a phone without its country code is not one digit off.
        out[at[near if names is not None else near & ~alike]] = NEAR
        if names is not None:
            _set_names_apart(out, names, part, pairs)
        out[both[many & ~few]] = SHARED
        return out

    return Comparison(name, _levels(name, namespace, random), evaluate)


def _set_names_apart(out: Levels, names: Names, part: Codes | None, pairs: Pairs) -> None:
    """Likeness of local parts that spell a name is likeness of names, unless letters were mistyped."""
    at = np.flatnonzero((out == PART) | (out == NEAR))
    left, right = pairs.left[at], pairs.right[at]
    mistyped = names.letters[left] != names.letters[right]
    if part is not None:
        mistyped |= (part[left] == part[right]) & (out[at] == NEAR)
    spelled = (names.spelled[left] | names.spelled[right]) & ~mistyped
    out[at[spelled]] = NAME
    out[at[spelled & names.known[left] & names.known[right]]] = TOLD


def _are_equal(pairs: Pairs, at: npt.NDArray[np.intp], part: Codes | None) -> npt.NDArray[np.bool_]:
    """Whether the parts that may be equal are."""
    if part is None:
        return np.zeros(len(at), np.bool_)
    left, right = part[pairs.left[at]], part[pairs.right[at]]
    return both_present(left, right) & (left == right)


def _are_near(
    pairs: Pairs, at: npt.NDArray[np.intp], near_on: Column | None, vocabulary: Vocabulary | None, edits: int
) -> npt.NDArray[np.bool_]:
    """Whether texts of five letters and more are at most so many edits apart."""
    out = np.zeros(len(at), np.bool_)
    if near_on is None or vocabulary is None:
        return out
    left, right = near_on.codes[pairs.left[at]], near_on.codes[pairs.right[at]]
    some = np.flatnonzero(both_present(left, right) & (left != right))
    left, right = left[some], right[some]
    long = np.minimum(vocabulary.lengths[left], vocabulary.lengths[right]) >= 5
    out[some] = (vocabulary.distances(left, right, edits) <= edits) & long
    return out


def _levels(name: str, namespace: Namespace, random: tuple[float, float]) -> tuple[Level, ...]:
    part = {"email": "same local part", "phone": "same tail"}.get(name, "part")
    near = {"email": "near", "phone": "one digit", "national_id": "one character"}.get(name, "near")
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
        Level("different", change, 0.99 - 1.3 * household, most=change if namespace.unique_per_person else 1.0),
    )
