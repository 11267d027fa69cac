"""The person a request is about: found by an identifier, spelled as people spell it.

In: NAMESPACE:VALUE, and perhaps customers or records named besides. Out: the temporary tables of the person (see
`stage_subject`) and counts. No text of this module quotes the value that was asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import phonenumbers
import pyarrow as pa

from pipeline.config import Config
from pipeline.evidence import find_record
from transforms.emails import standardise_emails
from transforms.identifiers import clean_identifiers
from transforms.phones import standardise_phones
from warehouse.rights.words import as_word


class SubjectNotFound(ValueError):
    """Nobody, or more than one customer, carries the identifier; the text says what to do."""


@dataclass(frozen=True)
class Request:
    """Who is asked for: an identifier, and customers or records (source/stream/key) named besides."""

    identifier: str
    customers: tuple[str, ...] = ()
    records: tuple[str, ...] = ()

    @property
    def namespace(self) -> str:
        """What kind of identifier it is."""
        return self.identifier.partition(":")[0]

    @property
    def value(self) -> str:
        """The value as it was written."""
        return self.identifier.partition(":")[2]


@dataclass(frozen=True)
class Subject:
    """A person found: customer ids (current first, then former ones), and counts.

    `own` identifiers nobody else carries; `shared` ones stay with the others, by namespace.
    """

    customers: tuple[str, ...]
    records: int
    own: int
    shared: dict[str, int]


def find_values(config: Config, request: Request) -> list[str]:
    """The standardised values that the request may mean: one, or for a phone without a country one a country."""
    if not request.namespace or not request.value.strip():
        raise SubjectNotFound("name a person as NAMESPACE:VALUE, for example email:li.na@example.com")
    if request.namespace == "email":
        found = standardise_emails(pa.array([request.value]))["email"].to_pylist()
    elif request.namespace == "phone":
        countries = [None, *sorted({each.country for each in config.sources.values() if each.country})]
        asked = pa.table({
            "phone": pa.array([request.value] * len(countries)), "country": pa.array(countries, pa.string())
        })  # fmt: skip
        found = standardise_phones(asked)["phone"].to_pylist()
    else:
        found = clean_identifiers(pa.array([request.value]))["identifier"].to_pylist()
    return sorted({value for value in found if value})


def stage_subject(con: duckdb.DuckDBPyConnection, config: Config, request: Request) -> Subject:
    """Create the temporary tables of a person; SubjectNotFound when it is nobody or not one.

    erased_customer (customer_id), erased_record (record_id, source, stream, source_record_id), erased_identifier
    (namespace, issuer, value, is_own, is_carrier): `is_own` when no other record carries it, `is_carrier` when none
    carries the value under any issuer; erased_text (word, spelling): own values as words, names without a word.
    """
    values = find_values(config, request)
    customers = _choose(con, request, values)
    con.execute(
        """
        create or replace temp table erased_customer as
        select unnest($customers::varchar[]) as customer_id
        union
        select old_customer_id from identity.alias where list_contains($customers::varchar[], customer_id)
        """,
        {"customers": customers},
    )
    _stage_records(con, [find_record(con, name).record_id for name in request.records])
    _stage_identifiers(con)
    _stage_texts(con)
    return _describe(con, customers)


def _choose(con: duckdb.DuckDBPyConnection, request: Request, values: list[str]) -> list[str]:
    """Current ids of the customers who carry the value, or those of them that were named."""
    rows = con.execute(
        f"""
        select distinct customer_id from ({_OWNERS}) join standard.identifier using (record_id)
        where namespace = $namespace and list_contains($values::varchar[], value) order by 1
        """,
        {"namespace": request.namespace, "values": values},
    ).fetchall()
    found = [row[0] for row in rows]
    named = [_current(con, each) for each in request.customers]
    if named:
        if not set(named) & set(found):
            raise SubjectNotFound("none of the customers named with --customer carries this identifier")
        return list(dict.fromkeys(named))
    if len(found) > 1:
        raise SubjectNotFound(
            f"several customers carry this identifier: {', '.join(found)}; look at them with `guiyi explain`, and name "
            "those that are the person with --customer"
        )
    if not found and not request.records:
        raise SubjectNotFound(
            f"nobody carries this {request.namespace}; kinds of identifiers that somebody carries: {_kinds(con)}"
        )
    return found


def _kinds(con: duckdb.DuckDBPyConnection) -> str:
    rows = con.execute("select distinct namespace from standard.identifier order by 1").fetchall()
    return ", ".join(row[0] for row in rows) or "none"


# Whose a record is; a record deleted at its source belongs to whoever it belonged to last.
_OWNERS = """
    select record_id, customer_id from identity.record_customer
    union
    select departed.record_id, coalesce(alias.customer_id, departed.customer_id)
    from identity.departed as departed
    left join identity.alias as alias on alias.old_customer_id = departed.customer_id
"""


def _current(con: duckdb.DuckDBPyConnection, customer_id: str) -> str:
    row = con.execute("select customer_id from identity.alias where old_customer_id = ?", [customer_id]).fetchone()
    return str(row[0]) if row else customer_id


def _stage_records(con: duckdb.DuckDBPyConnection, named: Sequence[str]) -> None:
    con.execute(
        f"""
        create or replace temp table erased_record as
        with chosen as (
            select record_id from ({_OWNERS}) where customer_id in (select customer_id from erased_customer)
            union
            select unnest($named::varchar[])
        )
        select record_id, source, stream, source_record_id from chosen join standard.record using (record_id)
        union
        select record_id, source, stream, source_record_id from chosen join identity.record_customer using (record_id)
        """,
        {"named": list(named)},
    )


def _stage_identifiers(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        """
        create or replace temp table erased_identifier as
        with mine as (
            select distinct namespace, issuer, value from standard.identifier semi join erased_record using (record_id)
        ),
        others as (
            select distinct namespace, issuer, value from standard.identifier
            semi join mine using (namespace, value)
            anti join erased_record using (record_id)
        )
        select namespace, issuer, value,
            (namespace, issuer, value) not in (select (namespace, issuer, value) from others) as is_own,
            (namespace, value) not in (select (namespace, value) from others) as is_carrier
        from mine
        """
    )


def _stage_texts(con: duckdb.DuckDBPyConnection) -> None:
    """What the person can be known by in a text: own identifiers, the sources' keys, and a name nobody else has."""
    rows = con.execute(
        """
        select namespace, value from erased_identifier where is_carrier
        union
        select 'key', source_record_id from erased_record where source_record_id not in (
            select source_record_id from standard.record anti join erased_record using (record_id)
        )
        """
    ).fetchall()
    words = {word for namespace, value in rows for each in _spellings(namespace, value) if (word := as_word(each))}
    con.execute("create or replace temp table erased_text (word varchar, name varchar)")
    con.execute("insert into erased_text select unnest($words::varchar[]), null", {"words": sorted(words)})
    con.execute(
        """
        insert into erased_text
        select distinct null, full_name from standard.record semi join erased_record using (record_id)
        -- Three Chinese characters or eight letters: shorter names stand in many words.
        where strlen(full_name) >= if(strlen(full_name) = length(full_name), 8, 9) and lower(full_name) not in (
            select lower(full_name) from standard.record anti join erased_record using (record_id)
            where full_name is not null
        )
        """
    )


def _spellings(namespace: str, value: str) -> set[str]:
    """A value as it stands in files: a phone with and without its country, with the national leading zero."""
    if namespace != "phone":
        return {value}
    try:
        national = str(phonenumbers.parse(value).national_number)
    except phonenumbers.NumberParseException:
        national = value
    return {value.lstrip("+"), national, f"0{national}", f"00{value.lstrip('+')}"}


def _describe(con: duckdb.DuckDBPyConnection, current: list[str]) -> Subject:
    former = con.execute("select customer_id from erased_customer order by 1").fetchall()
    records = con.execute("select count(*) from erased_record").fetchone()
    own = con.execute("select count(*) from erased_identifier where is_own").fetchone()
    shared = con.execute(
        "select namespace, count(*) from erased_identifier where not is_own group by all order by 1"
    ).fetchall()
    return Subject(
        tuple(dict.fromkeys([*current, *(row[0] for row in former)])),
        records[0] if records else 0,
        own[0] if own else 0,
        dict(shared),
    )
