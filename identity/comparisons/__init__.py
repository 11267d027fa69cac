"""The comparisons: which of them a table can be given, from its columns and namespaces."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from identity.columns import Codes, Column, encode, encode_together, numbers
from identity.comparisons.attributes import compare_category, compare_number, compare_text, compare_word
from identity.comparisons.base import Comparison
from identity.comparisons.dates import compare_dates
from identity.comparisons.identifiers import Names, compare_identifier
from identity.comparisons.names import compare_names
from identity.comparisons.places import compare_places
from identity.engines.duckdb import read_arrow
from identity.settings import Settings

# What is compared of a contact below equality: the part that may be equal, and the text that may have a typo.
PARTS = {
    "email": ("email_local", "email"),
    "phone": ("phone_tail", "phone"),
    "national_id": (None, "national_id"),
}


def list_comparisons(
    con: duckdb.DuckDBPyConnection, namespaces: list[str], bits: dict[str, int], settings: Settings
) -> list[Comparison]:
    """Every comparison for which some record has a value, over identity_person and identity_value.

    bits: the bit of each blocking rule in the rule masks of pairs.
    """
    people = read_arrow(con, "select * from identity_person order by rid")
    found = _standard_comparisons(people)
    for name in namespaces:
        # A namespace in which no two records agree, such as a source's own record key, tells nothing.
        if name not in PARTS and name not in bits and f"{name} shared" not in bits:
            continue
        found.append(_identifier_comparison(con, people, name, bits, settings))
    found.extend(_extra_comparisons(people, settings))
    return found


def _standard_comparisons(people: pa.Table) -> list[Comparison]:
    """Names, birth date, place, gender, generation mark and company, as far as there are values."""
    found = []
    if _has(people, "given") or _has(people, "family"):
        parts = ("given", "family", "given_first", "given_pinyin", "family_pinyin")
        given, family, first, given_pinyin, family_pinyin = encode_together(*(people[name] for name in parts))
        found += compare_names(given, family, first, given_pinyin, family_pinyin, encode(people["name_letters"]).codes)
    if _has(people, "birth"):
        days = numbers(people["birth"])
        found.append(compare_dates("birth_date", days, numbers(people["birth_alt"]), encode(people["birth"]).codes))
    if any(_has(people, name) for name in ("address", "postcode", "city", "region")):
        places = (encode(people[name]) for name in ("address", "house", "postcode", "city", "region"))
        found.append(compare_places(*places))
    if _has(people, "gender"):
        found.append(compare_category("gender", encode(people["gender"]), 0.97, 0.5))
    if _has(people, "suffix"):
        found.append(compare_category("suffix", encode(people["suffix"]), 0.97, 0.1))
    if _has(people, "company"):
        found.append(compare_text("company", encode(people["company"])))
    return found


def _identifier_comparison(
    con: duckdb.DuckDBPyConnection, people: pa.Table, name: str, bits: dict[str, int], settings: Settings
) -> Comparison:
    """The comparison of one namespace; exact counts of agreeing pairs come from the value table."""
    namespace = settings.namespace(name)
    limit = namespace.max_persons
    random = con.execute(
        """
        select coalesce(sum((records - 1) / 2) filter (persons <= $limit), 0),
            coalesce(sum((records - 1) / 2) filter (persons > $limit), 0)
        from identity_value where namespace = $name
        """,
        {"limit": limit, "name": name},
    ).fetchone()
    part, near = PARTS.get(name, (None, None))
    return compare_identifier(
        name,
        namespace,
        _issuer_codes(con, name, people.num_rows),
        (bits.get(name), bits.get(f"{name} shared")),
        random or (0.0, 0.0),
        part=encode(people[part]).codes if part else None,
        near_on=encode(people[near]) if near else None,
        names=_spelled_names(con, people) if name == "email" else None,
        edits=2 if name == "email" else 1,
    )


def _spelled_names(con: duckdb.DuckDBPyConnection, people: pa.Table) -> Names:
    """Which local parts spell a name, and which records have a name anyway."""
    spelled = np.zeros(people.num_rows, np.bool_)
    spelled[np.asarray(con.execute("select rid from identity_named_local").fetchnumpy()["rid"])] = True
    named = np.asarray(people["given"].is_valid()) | np.asarray(people["family"].is_valid())
    letters = pc.replace_substring_regex(people["email_local"], "[0-9]", "")
    return Names(spelled, encode(letters).codes, named)


def _issuer_codes(con: duckdb.DuckDBPyConnection, namespace: str, records: int) -> Codes:
    """Code of the issuer of each record's value in a namespace, -1 where it carries none."""
    query = """
        select rid, cast(dense_rank() over (order by issuer) as integer) as issuer
        from (select rid, min(issuer) as issuer from identity_value where namespace = $name group by rid)
    """
    rows = con.execute(query, {"name": namespace}).fetchnumpy()
    codes = np.full(records, -1, np.int32)
    codes[np.asarray(rows["rid"])] = np.asarray(rows["issuer"])
    return codes


def _extra_comparisons(people: pa.Table, settings: Settings) -> list[Comparison]:
    """The comparisons a map or the settings add."""
    found = []
    for number, extra in enumerate(settings.comparisons):
        values = people[f"extra_{number}"]
        if values.null_count == len(values):
            continue
        column: Column = encode(values)
        if extra.kind == "date":
            nowhere = np.full(people.num_rows, -1, np.int64)
            found.append(compare_dates(extra.column, numbers(values), nowhere, column.codes))
            continue
        if extra.kind == "category":
            found.append(compare_category(extra.column, column, 0.85))
        elif extra.kind == "text":
            found.append(compare_text(extra.column, column))
        elif extra.kind == "number":
            found.append(compare_number(extra.column, column))
        else:
            found.append(compare_word(extra.column, column, extra.kind))
    return found


def _has(people: pa.Table, name: str) -> bool:
    """Whether any record has a value in the column."""
    return bool(people[name].null_count < people.num_rows)
