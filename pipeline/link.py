"""`guiyi link`: who is who in any table, without a warehouse.

In: a CSV or Parquet file with one row per record, and a map from standard names to its columns. Out: a Parquet file
`record_id, customer_id`, and on request the scored pairs; or, instead, the plan of which pairs would be compared. The
same normalisers and the same engine as the pipeline.
"""

import re
import tomllib
from pathlib import Path
from typing import Any

import duckdb

from identity.plan import Plan, plan_rules
from identity.resolution import Resolution, resolve
from identity.settings import ExtraComparison, Settings, extend_settings, load_settings
from pipeline.column_map import STANDARD_NAMES, ColumnMap, find_column, read_map
from pipeline.normalisers import (
    ADDRESS_COLUMNS,
    NAME_COLUMNS,
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
from pipeline.table_file import load_table
from pipeline.values import apply_steps
from transforms.countries import ALPHA2
from warehouse.raw import quoted

# Columns of the records table that come from standard names; an extra column of the same name must not replace them.
_TAKEN = {*STANDARD_NAMES, *NAME_COLUMNS, *ADDRESS_COLUMNS, "record_id", "district", "birth_date_alt", "value"}


class LinkError(ValueError):
    """The table or its map cannot be used; the text says what to change."""


def link(
    con: duckdb.DuckDBPyConnection,
    records: Path,
    mapping: Path | None,
    *,
    settings: Path | None = None,
    country: str | None = None,
    encoding: str = "utf-8",
    progress: Progress | None = None,
) -> Resolution:
    """Resolve the file; leaves the engine's temporary tables in `con`."""
    chosen = _prepare(con, records, mapping, settings, country, encoding, progress)
    return resolve(con, "_linked", "_linked_identifier", None, chosen, progress)


def plan(
    con: duckdb.DuckDBPyConnection,
    records: Path,
    mapping: Path | None,
    *,
    settings: Path | None = None,
    country: str | None = None,
    encoding: str = "utf-8",
    progress: Progress | None = None,
) -> Plan:
    """Which blocking rules `link` would run on the file, what each costs and what it adds; resolves nothing."""
    chosen = _prepare(con, records, mapping, settings, country, encoding, progress)
    return plan_rules(con, "_linked", "_linked_identifier", chosen, progress)


def check_targets(records: Path, out: Path, pairs: Path | None) -> None:
    """LinkError when a file to be written is a folder, or one that is read or written already."""
    written = [each for each in (out, pairs) if each]
    if folder := next((each for each in written if each.is_dir()), None):
        raise LinkError(f"{folder} is a folder: name a file to write to")
    if len({each.resolve() for each in (records, *written)}) <= len(written):
        raise LinkError("RECORDS, --out and --pairs must be different files")


def guessed_columns(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Standard names that a table linked without a map turned out to carry."""
    return list(read_map(None, [row[0] for row in con.execute("describe _source").fetchall()]).columns)


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


def _prepare(
    con: duckdb.DuckDBPyConnection,
    records: Path,
    mapping: Path | None,
    settings: Path | None,
    country: str | None,
    encoding: str,
    progress: Progress | None,
) -> Settings:
    """`_linked` and `_linked_identifier` from the file, and the settings with the map's entries."""
    tell = progress or (lambda text: None)
    tell(f"reading {records.name}")
    columns = load_table(con, "_source", records, encoding)
    column_map = read_map(mapping, columns)
    comparisons = _stage(con, column_map, columns, _country(country))
    tell("standardising")
    _standardise(con, _country(country))
    _list_identifiers(con, column_map)
    chosen = extend_settings(_settings(settings), comparisons, column_map.blocking)
    if not _is_comparable(con, chosen.comparisons):
        raise LinkError(
            f"{records} holds nothing to compare: "
            + ("the columns of the map are empty" if mapping else "no filled column carries a standard name, so say "
               f"in a map (--columns MAP.toml) what they mean; the table has {', '.join(columns)}")
        )  # fmt: skip
    return chosen


def _country(code: str | None) -> str | None:
    if code is not None and code.upper() not in ALPHA2:
        raise LinkError(f"--country {code!r} is no ISO 3166 code of two letters, such as CN, US or GB")
    return code.upper() if code else None


def _settings(path: Path | None) -> Settings:
    if path and not path.is_file():
        raise LinkError(f"{path} does not exist")
    try:
        return load_settings(path)
    except tomllib.TOMLDecodeError as error:
        raise LinkError(f"{path}: {error}") from None


def _stage(
    con: duckdb.DuckDBPyConnection, column_map: ColumnMap, available: list[str], country: str | None
) -> list[dict[str, Any]]:
    """`_linked` with `raw_<standard name>` columns, null where the map is silent, and the extra columns as they are.

    Returns the extra comparisons with the names their columns have there.
    """
    expressions = {f"raw_{name}": _expression(text, available) for name, text in column_map.columns.items()}
    raw = [
        f"{expressions.get(f'raw_{name}', 'null')}::varchar as {quoted(f'raw_{name}')}"
        for name in dict.fromkeys((*STANDARD_NAMES, "district", *column_map.columns))
    ]
    comparisons, extra = _extra_columns(con, column_map, available)
    raw += [f"{quoted(column)} as {name}" for name, column in extra.items()]
    query = f"select {quoted(column_map.id)} as record_id, {', '.join(raw)} from _source"
    try:
        con.execute(f"create or replace temp table _linked as {query}")
    except duckdb.Error as error:
        raise _explain(con, column_map, available, error) from None
    if country:
        con.execute("update _linked set raw_country = $country where raw_country is null", {"country": country})
    _check_ids(con, column_map.id)
    return comparisons


def _expression(text: str, available: list[str]) -> str:
    """A column of the table, or a SQL expression over its columns. Empty text is missing."""
    column = find_column(text, available)
    return quoted(column) if column else f"nullif(trim(({text})::varchar), '')"


def _extra_columns(
    con: duckdb.DuckDBPyConnection, column_map: ColumnMap, available: list[str]
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """The extra comparisons on columns the engine can name, and those names → the table's columns."""
    rows = con.execute("select keyword_name from duckdb_keywords() where keyword_category = 'reserved'").fetchall()
    taken = {*_TAKEN, *(row[0] for row in rows)}
    comparisons, extra = [], {}
    for number, entry in enumerate(column_map.comparisons):
        column = None if entry.get("column") in STANDARD_NAMES else find_column(str(entry.get("column", "")), available)
        if column is None:
            comparisons.append(entry)
            continue
        name = re.sub(r"[^a-z0-9]+", "_", column.lower()).strip("_")
        if not re.match("[a-z]", name) or name in taken or name.startswith(("raw_", "reason_")):
            name = f"own_{name or number}"
        extra[name] = column
        comparisons.append({**entry, "column": name})
    return comparisons, extra


def _explain(
    con: duckdb.DuckDBPyConnection, column_map: ColumnMap, available: list[str], error: duckdb.Error
) -> LinkError:
    """Which entry of [columns] is at fault. Only what binding says is quoted: a conversion error names a value."""
    for name, text in column_map.columns.items():
        try:
            con.execute(f"select {quoted(column_map.id)}, {_expression(text, available)} from _source limit 0")
        except duckdb.Error as found:
            reason = str(found).splitlines()[0]
            return LinkError(
                f"[columns] {name} = {text!r} is no column and no SQL expression over the columns ({reason}); "
                f"the table has {', '.join(available)}"
            )
    return LinkError(
        f"an expression of [columns] fails on some rows ({type(error).__name__}): use try_cast where a value may not "
        "fit"
    )


def _check_ids(con: duckdb.DuckDBPyConnection, name: str) -> None:
    row = con.execute(
        "select count(*) filter (record_id is null), count(record_id) - count(distinct record_id) from _linked"
    ).fetchone()
    missing, repeated = row if row else (0, 0)
    if missing or repeated:
        raise LinkError(
            f"column {name!r} is no id: {missing:,} rows lack it and {repeated:,} repeat another's; name the column "
            'that tells records apart in a map (--columns MAP.toml): id = "…"'
        )


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


def _is_comparable(con: duckdb.DuckDBPyConnection, extra: tuple[ExtraComparison, ...]) -> bool:
    """Whether any record has a value that can be compared."""
    names = ("full_name", "birth_date", "gender", "company", "address", "city", "region", "postcode")
    columns = dict.fromkeys((*names, *(each.column for each in extra)))
    some = " or ".join(f"{quoted(name)} is not null" for name in columns)
    row = con.execute(
        f"select exists (select 1 from _linked where {some}) or exists (select 1 from _linked_identifier)"
    ).fetchone()
    return bool(row and row[0])
