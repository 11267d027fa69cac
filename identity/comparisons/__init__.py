"""The comparisons: which of them a table can be given, from its columns and namespaces."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from identity.columns import Column, encode, encode_together, numbers
from identity.comparisons.attributes import compare_category, compare_number, compare_text, compare_word
from identity.comparisons.base import Comparison
from identity.comparisons.dates import compare_dates
from identity.comparisons.identifiers import Names, Values, compare_identifier
from identity.comparisons.names import compare_names
from identity.comparisons.places import compare_places
from identity.engines.duckdb import read_arrow, read_numpy
from identity.settings import Settings

# What is compared of a contact below equality: the part that may be equal, and the text that may have a typo.
PARTS = {
    "email": ("email_local", "email"),
    "phone": ("phone_tail", "phone"),
    "national_id": (None, "national_id"),
}
NAME_PARTS = ("given", "family", "given_first", "given_pinyin", "family_pinyin")
PLACES = ("address", "house", "postcode", "city", "region")


@dataclass(frozen=True)
class Source:
    """Where the records to be compared are: tables of the shape of identity_person and identity_value.

    rid in both must be 0, 1, 2, … in the order of record_id. spelled: table of the rid whose e-mail spells a name.
    """

    con: duckdb.DuckDBPyConnection
    people: str = "identity_person"
    values: str = "identity_value"
    spelled: str = "identity_named_local"

    def columns(self, *expressions: str) -> tuple[Column, ...]:
        """Columns of the people as codes, each with a vocabulary of its own."""
        table = self._read(expressions)
        return tuple(self._place(table, encode(table[number])) for number in range(len(expressions)))

    def columns_together(self, *expressions: str) -> tuple[Column, ...]:
        """Columns of the people as codes of one vocabulary."""
        table = self._read(expressions)
        found = encode_together(*(table[number] for number in range(len(expressions))))
        return tuple(self._place(table, column) for column in found)

    def numbers(self, expression: str) -> npt.NDArray[np.int64]:
        """A whole-number column of the people, -1 where it is missing."""
        table = self._read((expression,))
        out = np.empty(table.num_rows, np.int64)
        out[np.asarray(table["rid"])] = numbers(table[0])
        return out

    def flags(self, expression: str) -> npt.NDArray[np.bool_]:
        """A condition on the people."""
        table = self._read((expression,))
        out = np.zeros(table.num_rows, np.bool_)
        out[np.asarray(table["rid"])] = np.asarray(table[0], np.bool_)
        return out

    def _read(self, expressions: tuple[str, ...]) -> pa.Table:
        listed = ", ".join(f"{expression} as c{number}" for number, expression in enumerate(expressions))
        return read_arrow(self.con, f"select {listed}, rid from {self.people}")

    def _place(self, table: pa.Table, column: Column) -> Column:
        """The codes in the order of rid: cheaper than to have the database sort wide rows."""
        codes = np.empty_like(column.codes)
        codes[np.asarray(table["rid"])] = column.codes
        return Column(codes, column.words)

    def filled(self, *columns: str) -> bool:
        """Whether any record has a value in one of the columns."""
        present = " or ".join(f"{column} is not null" for column in columns)
        row = self.con.execute(f"select exists (select 1 from {self.people} where {present})").fetchone()
        return bool(row and row[0])


def list_comparisons(
    source: Source, namespaces: list[str], settings: Settings, wanted: Collection[str] | None = None
) -> list[Comparison]:
    """Every comparison for which some record has a value, or the `wanted` ones among them.

    namespaces: those in which records may agree; a namespace of a source's own keys tells nothing.
    """
    found = [
        *_compare_names(source),
        *_compare_birth(source),
        *_compare_places(source),
        *_compare_attributes(source),
        *(_compare_namespace(source, name, settings) for name in namespaces if wanted is None or name in wanted),
        *_extra_comparisons(source, settings),
    ]
    return [each for each in found if wanted is None or each.name in wanted]


def _compare_names(source: Source) -> list[Comparison]:
    if not source.filled("given", "family"):
        return []
    given, family, first, given_pinyin, family_pinyin = source.columns_together(*NAME_PARTS)
    return compare_names(given, family, first, given_pinyin, family_pinyin, *source.columns("name_letters"))


def _compare_birth(source: Source) -> list[Comparison]:
    if not source.filled("birth"):
        return []
    days, other_reading = source.numbers("birth"), source.numbers("birth_alt")
    return [compare_dates("birth_date", days, other_reading, *source.columns("birth"))]


def _compare_places(source: Source) -> list[Comparison]:
    if not source.filled("address", "postcode", "city", "region"):
        return []
    return [compare_places(*source.columns(*PLACES))]


def _compare_attributes(source: Source) -> list[Comparison]:
    """Gender, generation mark and company."""
    found = []
    if source.filled("gender"):
        found.append(compare_category("gender", source.columns("gender")[0], 0.97, 0.5))
    if source.filled("suffix"):
        found.append(compare_category("suffix", source.columns("suffix")[0], 0.97, 0.1))
    if source.filled("company"):
        found.append(compare_text("company", *source.columns("company")))
    return found


def _compare_namespace(source: Source, name: str, settings: Settings) -> Comparison:
    """The comparison of one namespace; exact counts of agreeing pairs come from the value table."""
    namespace = settings.namespace(name)
    random = source.con.execute(
        f"""
        select coalesce(sum((records - 1) / 2) filter (persons <= $limit), 0),
            coalesce(sum((records - 1) / 2) filter (persons > $limit), 0)
        from {source.values} where namespace = $name
        """,
        {"limit": namespace.max_persons, "name": name},
    ).fetchone()
    part, near = PARTS.get(name, (None, None))
    return compare_identifier(
        name,
        namespace,
        _read_values(source, name, namespace.max_persons),
        random or (0.0, 0.0),
        part=source.columns(part)[0].codes if part else None,
        near_on=source.columns(near)[0] if near else None,
        names=_spelled_names(source) if name == "email" else None,
        edits=2 if name == "email" else 1,
    )


def _read_values(source: Source, namespace: str, limit: int) -> Values:
    """The values of a namespace by record; a record's issuer is the first of its issuers."""
    query = f"""
        select rid, key, persons > $limit as shared, cast(dense_rank() over (order by issuer) as integer) as issuer
        from {source.values} where namespace = $name
    """
    rows = read_numpy(source.con, query, {"name": namespace, "limit": limit})
    rid = np.asarray(rows["rid"], np.int32)
    keys, back = np.unique(np.asarray(rows["key"], np.uint64), return_inverse=True)
    code = np.asarray(back, np.int32)
    order = np.lexsort((code, rid))
    rid, code = rid[order], code[order]
    shared = np.zeros(len(keys), np.bool_)
    shared[code] = np.asarray(rows["shared"], np.bool_)[order]
    count = source.con.execute(f"select count(*) from {source.people}").fetchone()
    issuer = np.full(int((count or (0,))[0]), np.iinfo(np.int32).max, np.int32)
    np.minimum.at(issuer, rid, np.asarray(rows["issuer"], np.int32)[order])
    issuer[issuer == np.iinfo(np.int32).max] = -1
    return Values(issuer, rid, code, shared)


def _spelled_names(source: Source) -> Names:
    """Which local parts spell a name, and which records have a name anyway."""
    known = source.flags("given is not null or family is not null")
    spelled = np.zeros(len(known), np.bool_)
    spelled[read_numpy(source.con, f"select rid from {source.spelled}")["rid"]] = True
    letters = source.columns("regexp_replace(email_local, '[0-9]', '', 'g')")[0]
    return Names(spelled, letters.codes, known)


def _extra_comparisons(source: Source, settings: Settings) -> list[Comparison]:
    """The comparisons a map or the settings add."""
    found = []
    for number, extra in enumerate(settings.comparisons):
        if not source.filled(f"extra_{number}"):
            continue
        column = source.columns(f"extra_{number}")[0]
        if extra.kind == "date":
            days = source.numbers(f"extra_{number}")
            found.append(compare_dates(extra.column, days, np.full(len(days), -1, np.int64), column))
        elif extra.kind == "category":
            found.append(compare_category(extra.column, column, 0.85))
        elif extra.kind == "text":
            found.append(compare_text(extra.column, column))
        elif extra.kind == "number":
            found.append(compare_number(extra.column, column))
        else:
            found.append(compare_word(extra.column, column, extra.kind))
    return found
