# mypy: ignore-errors
"""The records as the peer reads them: one table `records` with every column its settings may name.

In: a folder with records.parquet and identifiers.parquet. Out: the names of the columns that hold anything. Runs in
.venv-bench and imports nothing of ours.
"""

from pathlib import Path

import duckdb

TEXTS = (
    "full_name", "given_name", "family_name", "name_pinyin", "name_simplified", "email", "phone", "street", "city",
    "region", "postcode", "gender", "company",
)  # fmt: skip
NOT_COMPARED = {
    *TEXTS, "record_id", "source", "stream", "source_record_id", "name_script", "name_pinyin_toned", "name_suffix",
    "birth_date", "birth_date_alt", "address", "country", "district", "national_id", "language", "created_at",
    "updated_at", "deleted_at",
}  # fmt: skip
DEVICES = {"anonymous_id", "device_id"}
# A value on more records than this is a shop's or a call centre's: taken out here, as ours does by other means.
SHARED_BY = 15


def read_records(con: duckdb.DuckDBPyConnection, folder: Path, keyed: bool) -> tuple[set[str], list[str], list[str]]:
    """Make `records`; returns the filled columns, the namespaces that can join records, and the extra columns.

    keyed: with the columns of keys.parquet.
    """
    present = _columns(con, f"from '{folder / 'records.parquet'}'")
    extra = [name for name in present if name not in NOT_COMPARED and not name.startswith("_")]
    namespaces = _read_identifiers(con, folder)
    texts = [f"lower({_text(name, present)}) as {name}" for name in (*TEXTS, *extra) if name != "street"]
    listed = [f"coalesce({name}s, []) as {name}s" for name in ("email", "phone")]
    keys = ", keys.* exclude (record_id)" if keyed else ""
    join = f"left join '{folder / 'keys.parquet'}' as keys on keys.record_id = record.record_id" if keyed else ""
    con.execute(f"""
        create table records as
        select record.record_id as unique_id, coalesce(record.source, '') as source, {", ".join(texts)},
            lower(coalesce({_text("street", present)}, {_text("address", present)})) as street,
            {_text("birth_date", present)} as birth_date,
            split_part(lower({_text("email", present)}), '@', 1) as email_local,
            array_to_string(list_sort(string_split(regexp_replace(lower(full_name), '[,.]', '', 'g'), ' ')), ' ')
                as name_sorted,
            {", ".join([*listed, *(f"carried.{name}" for name in namespaces)])}{keys}
        from '{folder / "records.parquet"}' as record
        left join carried on record.record_id = carried.record_id {join}
        order by unique_id
    """)
    for column in ("email", "phone"):
        con.execute(
            f"update records set {column} = null where {column} in "
            f"(select {column} from records group by 1 having count(*) > {SHARED_BY})"
        )
    return _filled(con), namespaces, extra


def _columns(con: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    return [row[0] for row in con.execute(f"describe select * {table}").fetchall()]


def _text(name: str, present: list[str]) -> str:
    return f"record.{name}::varchar" if name in present else "null::varchar"


def _read_identifiers(con: duckdb.DuckDBPyConnection, folder: Path) -> list[str]:
    """Make `carried`: e-mails and phones as lists, and a column per namespace of which two records share a value."""
    file = folder / "identifiers.parquet"
    rows = con.execute(
        f"select distinct namespace from (select namespace, value from '{file}' "
        "group by all having count(distinct record_id) > 1) order by 1"
    ).fetchall()
    namespaces = [row[0] for row in rows if row[0] not in {*DEVICES, "email", "phone"}]
    listed = [f"list(distinct value) filter (where namespace = '{name}') as {name}s" for name in ("email", "phone")]
    single = [f"min(value) filter (where namespace = '{name}') as {name}" for name in namespaces]
    con.execute(
        f"create table carried as select record_id, {', '.join([*listed, *single])} from '{file}' group by record_id"
    )
    return namespaces


def _filled(con: duckdb.DuckDBPyConnection) -> set[str]:
    names = _columns(con, "from records")
    # All rows are fetched: DuckDB 2 lets a connection do nothing else until a result has been read to its end.
    counts = con.execute("select " + ", ".join(f"count({name})" for name in names) + " from records").fetchall()[0]
    return {name for name, count in zip(names, counts, strict=True) if count}
