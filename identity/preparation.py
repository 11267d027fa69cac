"""Records and identifiers as they come in; `identity_person` and `identity_value` with what the engine works on out.

identity_person: one row per record, dense number `rid` in record_id order, names split into comparable parts, dates as
yyyymmdd numbers, lower-case text without punctuation.
identity_carried: one row per record, namespace, issuer and value, with their hash.
identity_value: the same with the number of records and of different names that carry it. All are
temporary tables.
"""

from __future__ import annotations

import duckdb

from identity.engines.duckdb import drop_tables, read_columns
from identity.errors import InputError
from identity.settings import Settings

HAN = "[㐀-鿿]"
CONTACTS = ("email", "phone", "national_id")

# Prepared text column -> standard columns it comes from, first non-empty one wins.
TEXT_COLUMNS = {
    "address": ("address", "street"),
    "postcode": ("postcode",),
    "city": ("city",),
    "district": ("district",),
    "region": ("region",),
    "company": ("company",),
    "gender": ("gender",),
    "suffix": ("name_suffix",),
}


def prepare_records(con: duckdb.DuckDBPyConnection, records: str, settings: Settings, first: int = 0) -> int:
    """Create identity_person from the records table and return the number of records; rid counts from `first`."""
    columns = read_columns(con, records)
    if "record_id" not in columns:
        raise InputError("the records table needs a column record_id")
    total, distinct = con.execute(f"select count(*), count(distinct record_id) from {records}").fetchone() or (0, 0)
    if total != distinct:
        raise InputError("record_id must be unique and not null in the records table")
    try:
        con.execute(_person_query(records, columns, settings))
    except (duckdb.BinderException, duckdb.ParserException) as error:
        raise InputError("a key under [[blocking]] is no column or SQL expression of the records table") from error
    # Looked at in what was written: a view with a join may give its rows in another order each time it is read.
    if not _is_sorted(con, "identity_prepared"):
        con.execute(
            "create or replace temp table identity_sorted as select * from identity_prepared order by record_id"
        )
        con.execute("create or replace temp table identity_prepared as select * from identity_sorted")
    # Rows keep the order they were written in, so their position is the number of the record. Inside a transaction
    # DuckDB counts positions from a high number.
    start = con.execute("select coalesce(min(rowid), 0) from identity_prepared").fetchone() or (0,)
    con.execute(
        f"create or replace temp view identity_person as "
        f"select cast(rowid - {int(start[0])} as integer) + {first} as rid, * from identity_prepared"
    )
    drop_tables(con, "identity_sorted")
    return int(total)


def _is_sorted(con: duckdb.DuckDBPyConnection, table: str) -> bool:
    """Whether the table's rows were written in the order of record_id."""
    row = con.execute(f"""
        select count(*) from (select record_id < lag(record_id) over (order by rowid) as falls from {table}) where falls
    """).fetchone()
    return row == (0,)


def prepare_values(con: duckdb.DuckDBPyConnection, identifiers: str | None, settings: Settings) -> None:
    """Create identity_carried from the records' own contact columns and the identifiers.

    One row per record, namespace, issuer and value. Device namespaces and revoked links are left out: they never join
    persons.
    """
    con.execute(_carried_query(con, identifiers), {"devices": _device_namespaces(settings)})


def count_persons(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Create identity_value from identity_carried and identity_person; return the namespaces in which records agree."""
    con.execute(f"create or replace temp table identity_value as {count_query('identity_carried', 'identity_person')}")
    return list_namespaces(con, "identity_value")


def list_namespaces(con: duckdb.DuckDBPyConnection, values: str, shared: bool = True) -> list[str]:
    """Namespaces of a table like identity_value: all, or contacts and those in which records have values in common.

    A namespace in which no two records agree, such as a source's own record key, tells nothing.
    """
    some = f"where records > 1 or namespace in {CONTACTS}" if shared else ""
    rows = con.execute(f"select distinct namespace from {values} {some} order by namespace").fetchall()
    return [str(row[0]) for row in rows]


def _person_query(records: str, columns: dict[str, str], settings: Settings) -> str:
    """The statement that makes identity_person."""

    def text(name: str) -> str:
        return f"nullif(trim(cast({name} as varchar)), '')" if name in columns else "cast(null as varchar)"

    def words(expression: str) -> str:
        plain = f"strip_accents(lower({expression}))"
        spaced = rf"regexp_replace(regexp_replace({plain}, '[''’`.]', '', 'g'), '[^\p{{L}}\p{{N}}]+', ' ', 'g')"
        return f"nullif(trim({spaced}), '')"

    def day(name: str) -> str:
        if name not in columns:
            return "cast(null as integer)"
        given = f"try_cast({name} as date)"
        date = f"case when year({given}) between 1 and 9999 then {given} end"
        return f"cast(year({date}) * 10000 + month({date}) * 100 + day({date}) as integer)"

    def number_of(name: str) -> str:
        return f"try_cast({text(name)} as double)"

    texts = ",\n".join(
        words("coalesce(" + ", ".join(text(source) for source in sources) + ")") + f" as {name}"
        for name, sources in TEXT_COLUMNS.items()
    )
    # A whole name is only taken apart where its parts are not known.
    full = f"""case when ({text("given_name")} is null and {text("family_name")} is null)
        or ({text("name_simplified")} is null and regexp_matches({text("full_name")}, '{HAN}'))
        then {words(text("full_name"))} end"""

    def extra(column: str, kind: str) -> str:
        return {"number": number_of, "date": day}.get(kind, lambda name: words(text(name)))(column)

    extras = "".join(
        f",\n{extra(item.column, item.kind)} as extra_{number}" for number, item in enumerate(settings.comparisons)
    )
    keys = "".join(
        f",\nlower(nullif(trim(cast({key} as varchar)), '')) as key_{number}_{part}"
        for number, rule in enumerate(settings.blocking)
        for part, key in enumerate(rule.keys)
    )
    return f"""
create or replace temp table identity_prepared as
with standard as (
    select
        record_id,
        {full} as full_name,
        {words(text("given_name"))} as given_name,
        {words(text("family_name"))} as family_name,
        {words(text("name_simplified"))} as simplified,
        {words(text("name_pinyin"))} as pinyin,
        {text("name_pinyin_toned")} as pinyin_toned,
        {day("birth_date")} as birth,
        {day("birth_date_alt")} as birth_alt,
        lower({text("email")}) as email,
        nullif(regexp_replace({text("phone")}, '[^0-9]', '', 'g'), '') as phone,
        lower({text("national_id")}) as national_id,
        {texts}{extras}{keys}
    from {records}
),
chinese as (
    select *,
        coalesce(simplified, full_name) as whole,
        regexp_matches(coalesce(simplified, family_name, full_name, ''), '{HAN}') as is_han,
        length(case when regexp_matches(coalesce(family_name, ''), '{HAN}') then family_name else '-' end)
            as family_length
    from standard
),
named as (
    select * replace (
        case
            when is_han and length(whole) > family_length then substr(whole, 1, family_length)
            when family_name is null and given_name is null and full_name like '% %'
                then regexp_extract(full_name, '([^ ]+)$', 1)
            else family_name
        end as family_name,
        case
            when is_han and length(whole) > family_length then trim(substr(whole, family_length + 1))
            when family_name is null and given_name is null and full_name like '% %'
                then regexp_extract(full_name, '^(.*) [^ ]+$', 1)
            when family_name is null and given_name is null then full_name
            else given_name
        end as given_name
    )
    from chinese
),
parted as (
    select * exclude (whole, family_length, simplified, full_name, given_name, family_name, pinyin),
        family_name as family,
        given_name as given,
        split_part(given_name, ' ', 1) as given_first,
        split_part(pinyin, ' ', 1) as family_pinyin,
        nullif(replace(substr(pinyin, length(split_part(pinyin, ' ', 1)) + 1), ' ', ''), '') as given_pinyin,
        coalesce(pinyin, nullif(trim(coalesce(given_name, '') || ' ' || coalesce(family_name, '')), '')) as spelled
    from named
)
select
    *,
    nullif(array_to_string(list_sort(string_split(replace(spelled, ' ', ''), '')), ''), '') as name_letters,
    birth // 10000 as birth_year,
    birth % 10000 as birth_day,
    birth // 10000 * 10000 + greatest(birth // 100 % 100, birth % 100) * 100 + least(birth // 100 % 100, birth % 100)
        as birth_sorted,
    nullif(regexp_replace(split_part(email, '@', 1), '[+].*$|[^a-z0-9]', '', 'g'), '') as email_local,
    case when length(phone) >= 7 then right(phone, 8) end as phone_tail,
    regexp_extract(address, '([0-9]+)', 1) as house
from parted
"""


# How many records and how many different names carry a value. One name takes part in at most as many persons as it has
# records, so names are only looked at where a value has more than two.
def count_query(carried: str, people: str) -> str:
    """The query of identity_value over tables like identity_carried and identity_person."""
    return f"""
with spread as (select key, count(*) as records from {carried} group by key),
named as (
    select key, greatest(count(distinct left(family_key, 2)), count(distinct left(given_key, 1))) as persons
    from (
        select key, coalesce(family_pinyin, family) as family_key, coalesce(given_pinyin, given) as given_key
        from {carried}
        join spread using (key)
        join {people} using (rid)
        where spread.records > 2
    )
    group by key
)
select rid, namespace, issuer, value, key, records, coalesce(persons, records) as persons
from {carried} join spread using (key) left join named using (key)
"""


def _carried_query(con: duckdb.DuckDBPyConnection, identifiers: str | None) -> str:
    """The statement that makes identity_carried; parameter $devices lists namespaces that are left out."""
    sources = [
        f"select rid, '{name}' as namespace, '' as issuer, {name} as value from identity_person" for name in CONTACTS
    ]
    if identifiers is not None:
        columns = read_columns(con, identifiers)
        issuer = "coalesce(issuer, '')" if "issuer" in columns else "''"
        current = "revoked_at is null" if "revoked_at" in columns else "true"
        sources.append(
            f"""select rid, namespace,
                case when namespace in ('email', 'phone', 'national_id') then '' else {issuer} end,
                case when namespace = 'phone' then regexp_replace(value, '[^0-9]', '', 'g') else lower(value) end
            from {identifiers} join identity_person using (record_id)
            where value is not null and {current}"""
        )
    return f"""
create or replace temp table identity_carried as
select distinct rid, namespace, issuer, value, hash(namespace, issuer, value) as key
from ({" union all ".join(sources)})
where value <> '' and not list_contains($devices, namespace)
"""


def _device_namespaces(settings: Settings) -> list[str]:
    """Namespaces whose values belong to devices, not persons."""
    return sorted(name for name, namespace in settings.namespaces.items() if namespace.kind == "device")
