"""The standard values of two records side by side, for a steward who asked to see them.

In: the warehouse (read-only) and two records. Out: per comparison and field the values of both, and how alike they are.
These are personal values: they are shown on a terminal and go nowhere else.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import duckdb

# Comparison → the fields of standard.record it looks at, where they are not called as it is.
_FIELDS = {
    "given_name": ("given_name", "full_name", "name_simplified", "name_pinyin"),
    "birth_date": ("birth_date", "birth_date_alt"),
    "address": ("address", "postcode", "district", "city", "region"),
    "suffix": ("name_suffix",),
}
_STANDARD = ("given_name", "family_name", "birth_date", "address", "gender", "suffix", "company", "email", "phone",
             "national_id")  # fmt: skip
# Fields of several words, whose order does not matter.
_WORDS = frozenset({"full_name", "address", "company"})

_Values = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class FieldValues:
    """One field: the values of both records, and the likeness from 0 to 1 of the two values most alike.

    similarity: None where a side has no value.
    """

    comparison: str
    field: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    similarity: float | None


def read_values(
    con: duckdb.DuckDBPyConnection, left: str, right: str, comparisons: Sequence[str] = ()
) -> tuple[FieldValues, ...]:
    """Every field of the comparisons (by default the standard ones) in which one of two records has a value."""
    one, other = (_read_record(con, record) | _read_identifiers(con, record) for record in (left, right))
    return tuple(
        FieldValues(comparison, field, one.get(field, ()), other.get(field, ()),
                    measure_similarity(field, one.get(field, ()), other.get(field, ())))
        for comparison in comparisons or _STANDARD
        for field in _FIELDS.get(comparison, (comparison,))
        if field in one or field in other
    )  # fmt: skip


def measure_similarity(field: str, left: Sequence[str], right: Sequence[str]) -> float | None:
    """Likeness of the two values most alike: 1 is equal, 0 has nothing in common.

    One less the share of characters to insert, delete, replace or swap with a neighbour; in texts of several words the
    likeness of the words in alphabetical order.
    """
    from rapidfuzz import fuzz
    from rapidfuzz.distance import OSA

    def alike(one: str, other: str) -> float:
        one, other = one.casefold(), other.casefold()
        return fuzz.token_sort_ratio(one, other) / 100 if field in _WORDS else OSA.normalized_similarity(one, other)

    return max((alike(one, other) for one, other in product(left, right)), default=None)


def _read_record(con: duckdb.DuckDBPyConnection, record_id: str) -> _Values:
    """The record's standard values as text, those that are there."""
    found = con.execute("select * from standard.record where record_id = $id", {"id": record_id})
    names = [str(column[0]) for column in found.description or ()]
    row = found.fetchone() or ()
    return {name: (str(value),) for name, value in zip(names, row, strict=False) if value not in (None, "")}


def _read_identifiers(con: duckdb.DuckDBPyConnection, record_id: str) -> _Values:
    """The record's identifiers that are not taken back, by namespace, spelled as comparisons are."""
    rows = con.execute(
        """
        select namespace, list(distinct value order by value) from standard.identifier
        where record_id = $id and revoked_at is null group by namespace
        """,
        {"id": record_id},
    ).fetchall()
    return {re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_"): tuple(values) for name, values in rows}
