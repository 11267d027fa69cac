"""`guiyi link`: who is who in any table, without a warehouse.

In: a CSV or Parquet file with one row per record, and a map from standard names to its columns. Out: a Parquet file
`record_id, customer_id`, and on request the scored pairs. The same normalisers and the same engine as the pipeline.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from identity.resolution import Resolution, resolve
from identity.settings import extend_settings, load_settings
from pipeline.normalisers import (
    ADDRESS_COLUMNS,
    address_step,
    company_step,
    email_step,
    gender_step,
    historic_birth_date_step,
    identifier_step,
    name_step,
    national_id_step,
    phone_step,
)
from pipeline.stage import Progress
from pipeline.values import apply_steps
from warehouse.raw import quoted

STANDARD_NAMES = (
    *("given_name", "family_name", "full_name", "birth_date", "gender", "email", "phone", "address", "city", "region"),
    *("postcode", "country", "company", "national_id", "source", "updated_at"),
)


class LinkError(ValueError):
    """The table or its map cannot be used; the text says what to change."""


@dataclass(frozen=True)
class ColumnMap:
    """What MAP.toml says: the id column, standard name → SQL expression, and the engine's extra entries."""

    id: str
    columns: dict[str, str]
    comparisons: tuple[dict[str, Any], ...] = ()
    blocking: tuple[dict[str, Any], ...] = ()


def read_map(path: Path | None, available: list[str]) -> ColumnMap:
    """The map of a file, or, without one, the columns that already carry standard names."""
    if path is None:
        found = {name: name for name in (*STANDARD_NAMES, *_identifier_columns(available)) if name in available}
        return ColumnMap(_guess_id(available), found)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise LinkError(f"{path} does not exist") from None
    except tomllib.TOMLDecodeError as error:
        raise LinkError(f"{path}: {error}") from None
    columns = _flatten(data.get("columns", {}))
    if not columns:
        raise LinkError(f'{path} needs a [columns] table: standard_name = "source_column"')
    unknown = [name for name in columns if name not in STANDARD_NAMES and not name.startswith("identifier.")]
    if unknown:
        raise LinkError(
            f"{path}: [columns] does not know {unknown}; it knows {', '.join(STANDARD_NAMES)} and "
            "identifier.<namespace>"
        )
    return ColumnMap(
        str(data.get("id") or _guess_id(available)),
        columns,
        tuple(data.get("comparison", ())),
        tuple(data.get("blocking", ())),
    )


def link(
    con: duckdb.DuckDBPyConnection,
    records: Path,
    mapping: Path | None,
    *,
    settings: Path | None = None,
    country: str | None = None,
    progress: Progress | None = None,
) -> Resolution:
    """Resolve the file; leaves the engine's temporary tables in `con`."""
    tell = progress or (lambda text: None)
    columns = open_records(con, records)
    column_map = read_map(mapping, columns)
    tell(f"reading {records.name}")
    _stage(con, column_map, columns, country)
    tell("standardising")
    _standardise(con, country)
    _list_identifiers(con, column_map)
    chosen = extend_settings(load_settings(settings), column_map.comparisons, column_map.blocking)
    return resolve(con, "_linked", "_linked_identifier", None, chosen, tell)


def open_records(con: duckdb.DuckDBPyConnection, path: Path) -> list[str]:
    """Make `_source` of the file, every column as text and empty text missing; returns the column names."""
    if not path.exists():
        raise LinkError(f"{path} does not exist")
    reader = (
        "read_parquet($path)" if path.suffix.lower() in {".parquet", ".pq"} else "read_csv($path, all_varchar = true)"
    )
    try:
        con.execute(f"create or replace temp table _source_raw as select * from {reader}", {"path": str(path)})
    except duckdb.Error as error:
        raise LinkError(f"{path} cannot be read as CSV or Parquet ({type(error).__name__})") from None
    columns = [row[0] for row in con.execute("describe _source_raw").fetchall()]
    texts = ", ".join(f"nullif(trim({quoted(name)}::varchar), '') as {quoted(name.strip())}" for name in columns)
    con.execute(f"create or replace temp table _source as select {texts} from _source_raw")
    con.execute("drop table _source_raw")
    return [name.strip() for name in columns]


def write_clusters(con: duckdb.DuckDBPyConnection, found: Resolution, out: Path) -> int:
    """Write `record_id, customer_id`; a customer is named after its smallest record id. Returns customers."""
    out.parent.mkdir(parents=True, exist_ok=True)
    con.execute(
        f"""
        create or replace temp table _clusters as
        select record_id, 'C' || left(sha256(min(record_id) over (partition by cluster)), 15) as customer_id
        from {found.clusters} order by record_id
        """
    )
    _copy(con, "select record_id, customer_id from _clusters order by record_id", out)
    return found.customers


def write_pairs(con: duckdb.DuckDBPyConnection, found: Resolution, out: Path) -> None:
    """Write the scored pairs with a level and a weight per comparison."""
    out.parent.mkdir(parents=True, exist_ok=True)
    _copy(con, f"select * from {found.links} order by record_id_l, record_id_r", out)


def _copy(con: duckdb.DuckDBPyConnection, query: str, out: Path) -> None:
    kind = "csv, header" if out.suffix.lower() == ".csv" else "parquet"
    target = str(out).replace("'", "''")
    con.execute(f"copy ({query}) to '{target}' (format {kind})")


def _flatten(columns: dict[str, Any]) -> dict[str, str]:
    """[columns] with `identifier.x` written as a key or as a nested table."""
    flat: dict[str, str] = {}
    for name, value in columns.items():
        if isinstance(value, dict):
            flat |= {f"{name}.{inner}": str(each) for inner, each in value.items()}
        else:
            flat[name] = str(value)
    return flat


def _identifier_columns(available: list[str]) -> list[str]:
    return [name for name in available if name.startswith("identifier.")]


def _guess_id(available: list[str]) -> str:
    for name in ("record_id", "unique_id", "rec_id", "id"):
        if name in available:
            return name
    raise LinkError(f'say which column is the record\'s id: id = "…" in the map; the table has {", ".join(available)}')


def _stage(con: duckdb.DuckDBPyConnection, column_map: ColumnMap, available: list[str], country: str | None) -> None:
    """`_linked` with `raw_<standard name>` columns, null where the map is silent, and the extra columns as they are."""
    if column_map.id not in available:
        raise LinkError(f"the table has no column {column_map.id!r} for the id; it has {', '.join(available)}")
    raw = [
        f"{_expression(column_map.columns[name], available) if name in column_map.columns else 'null'}::varchar "
        f"as raw_{name}"
        for name in (*STANDARD_NAMES, "district")
    ]
    raw += [
        f"{_expression(expression, available)}::varchar as {quoted(f'raw_{name}')}"
        for name, expression in column_map.columns.items()
        if name.startswith("identifier.")
    ]
    taken = {*STANDARD_NAMES, "record_id"}
    extra = [str(entry.get("column", "")) for entry in column_map.comparisons]
    raw += [quoted(name) for name in dict.fromkeys(extra) if name in available and name not in taken]
    try:
        con.execute(
            f"create or replace temp table _linked as select {quoted(column_map.id)} as record_id, {', '.join(raw)} "
            "from _source"
        )
    except duckdb.Error as error:
        raise LinkError(f"an expression of [columns] cannot be evaluated: {str(error).splitlines()[0]}") from None
    if country:
        con.execute("update _linked set raw_country = $country where raw_country is null", {"country": country})
    _check_ids(con, column_map.id)


def _expression(text: str, available: list[str]) -> str:
    """A column of the table, or a SQL expression over its columns. Empty text is missing."""
    return quoted(text) if text in available else f"nullif(trim(({text})::varchar), '')"


def _check_ids(con: duckdb.DuckDBPyConnection, name: str) -> None:
    row = con.execute(
        "select count(*) filter (record_id is null), count(record_id) - count(distinct record_id) from _linked"
    ).fetchone()
    missing, repeated = row if row else (0, 0)
    if missing or repeated:
        raise LinkError(f"column {name!r} is no id: {missing} rows lack it and {repeated} repeat another's")


def _standardise(con: duckdb.DuckDBPyConnection, country: str | None) -> None:
    steps = [
        name_step(),
        address_step(),
        historic_birth_date_step(),
        gender_step(),
        company_step(),
        national_id_step(),
        email_step("email"),
        phone_step("phone", country),
    ]
    apply_steps(con, "_linked", steps)
    con.execute(
        """
        create or replace temp table _linked as
        select *, raw_source as source, try_cast(raw_updated_at as timestamp) as updated_at from _linked
        """
    )
    # An address whose country is not known still has its words; a phone without a country keeps its digits.
    con.execute(
        """
        update _linked set phone = nullif(regexp_replace(raw_phone, '[^0-9]', '', 'g'), '')
        where phone is null and raw_phone is not null and length(regexp_replace(raw_phone, '[^0-9]', '', 'g')) >= 6
        """
    )
    for column in ADDRESS_COLUMNS:
        if column != "street":
            con.execute(f"update _linked set {column} = lower(raw_{column}) where {column} is null")


def _list_identifiers(con: duckdb.DuckDBPyConnection, column_map: ColumnMap) -> None:
    """`_linked_identifier`: e-mails, phones, national ids and every `identifier.<namespace>` column."""
    parts = [
        f"select record_id, '{name}' as namespace, {name} as value from _linked where {name} is not null"
        for name in ("email", "phone", "national_id")
    ]
    for number, name in enumerate(each for each in column_map.columns if each.startswith("identifier.")):
        table = f"_linked_namespace_{number}"
        con.execute(
            f"create or replace temp table {table} as "
            f"select record_id, {quoted(f'raw_{name}')} as raw_value from _linked"
        )
        apply_steps(con, table, [identifier_step()])
        namespace = name.removeprefix("identifier.").replace("'", "''")
        parts.append(f"select record_id, '{namespace}' as namespace, value from {table} where value is not null")
    con.execute(
        f"""
        create or replace temp table _linked_identifier as
        select distinct record_id, namespace, '' as issuer, value, null::timestamp as seen_first,
            null::timestamp as seen_last, null::timestamp as revoked_at
        from ({" union all ".join(parts)})
        """
    )
