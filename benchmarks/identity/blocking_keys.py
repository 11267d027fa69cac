"""Our blocking rules as columns, for the variant of Splink that blocks like we do.

In: a data set's folder. Out: keys.parquet: record_id, one column `key_<n>` per rule that finds any pair, and
`identifier_keys`, the list of a record's identifiers. The rules are those of identity/rules.py, written anew over the
columns of records.parquet, with the same limits: a key whose block is larger than a rule may afford is null. Splink has
no such limits of its own, and making the columns is not counted as its time.
"""

from pathlib import Path

import duckdb

LARGEST_BLOCK = 200
SHARP_PAIRS, BROAD_PAIRS, SMALL_TABLE_PAIRS = 4.0, 2.0, 200_000  # per record, per record, in all
EVERY_PAIR = 1_000_000
DEVICES = ("anonymous_id", "device_id")

SHARP = (
    "email_local", "phone_tail", "birth+family", "birth+given_first", "birth+family_initial+given_initial",
    "birth+family_pinyin", "birth+given_pinyin", "birth+postcode", "birth+house", "birth_sorted+family_start",
    "birth_sorted+given_start", "birth_day+family+given_initial", "birth_day+given_first+family_initial",
    "birth_year+family+given_start", "letters+birth_year", "letters+city", "letters+district", "letters+postcode",
    "letters+region", "letters+company", "letters+phone_last", "address+family_initial", "address+given_initial",
    "address+birth_year", "postcode+family+given_initial", "postcode+given_first", "postcode+house",
    "city+house+family_start", "city+family+given_start", "phone_start+given_initial", "phone_end+family_initial",
    "email_start+birth_year", "email_start+family_initial", "family_sound+given_sound+birth_year",
    "family_sound+given_sound+city",
)  # fmt: skip
BROAD = (
    "letters", "birth", "address", "email_start", "birth_sorted", "family_sound+given_sound",
    "family_start+given_start", "city+family", "city+given_first", "family+given_initial", "family", "given_first",
    "birth_year+city",
)  # fmt: skip

_PARTS = {
    "birth_year": "left(birth, 4)",
    "birth_day": "right(birth, 5)",
    "birth_sorted": "left(birth, 4) || greatest(substr(birth, 6, 2), right(birth, 2))"
    " || least(substr(birth, 6, 2), right(birth, 2))",
    "given_first": "split_part(given, ' ', 1)",
    "family_start": "left(family, 3)",
    "given_start": "left(given, 3)",
    "family_initial": "left(coalesce(family_pinyin, family), 1)",
    "given_initial": "left(coalesce(given_pinyin, given), 1)",
    "family_sound": "nullif(left(family, 1) || regexp_replace(substr(family, 2), '[aeiouyhw ]', '', 'g'), '')",
    "given_sound": "nullif(left(given, 1) || regexp_replace(substr(given, 2), '[aeiouyhw ]', '', 'g'), '')",
    "letters": "nullif(array_to_string(list_sort(string_split(replace("
    "coalesce(pinyin, trim(coalesce(given, '') || ' ' || coalesce(family, ''))), ' ', ''), '')), ''), '')",
    "phone_tail": "case when length(phone) >= 7 then right(phone, 8) end",
    "phone_start": "left(phone, length(phone) - 5)",
    "phone_end": "right(phone, 5)",
    "phone_last": "right(phone, 4)",
    "email_start": "case when length(local) >= 6 then left(local, 6) end",
    "email_local": "case when length(local) >= 5 then local end",
    "house": "nullif(regexp_extract(address, '([0-9]+)', 1), '')",
}


def write_keys(folder: Path) -> None:
    """Make keys.parquet, unless it is there."""
    path = folder / "keys.parquet"
    if path.exists():
        return
    with duckdb.connect() as con:
        names = [row[0] for row in con.execute(f"describe select * from '{folder / 'records.parquet'}'").fetchall()]
        con.execute(_prepare(folder, names))
        row = con.execute("select count(*) from prepared").fetchone()
        records = int(row[0]) if row else 0
        columns = {"key_every": "1"} if records * (records - 1) // 2 <= EVERY_PAIR else {}
        for number, rule in enumerate((*SHARP, *BROAD)):
            pairs = (SHARP_PAIRS if number < len(SHARP) else BROAD_PAIRS) * records + SMALL_TABLE_PAIRS
            if _limit(con, f"block_{number}", rule.split("+"), pairs):
                columns[f"key_{number}"] = f"block_{number}.key"
        joins = " ".join(
            f"left join {each.removesuffix('.key')} using (record_id)" for each in columns.values() if "." in each
        )
        keys = "".join(f", {expression} as {name}" for name, expression in columns.items())
        con.execute(
            f"copy (select prepared.record_id, identifier_keys{keys} from prepared {joins} "
            f"left join identifier using (record_id) order by prepared.record_id) to '{path}' (format parquet)"
        )


def _limit(con: duckdb.DuckDBPyConnection, table: str, parts: list[str], pairs: float) -> bool:
    """Make a table (record_id, key) of the rule's blocks, the smallest first, as far as `pairs` go; whether any is."""
    present = " and ".join(f"{part} is not null" for part in parts)
    con.execute(f"""
        create temp table {table} as
        with keyed as (select record_id, hash({", ".join(parts)}) as key from prepared where {present}),
        blocks as (select key, count(*) as size from keyed group by key having count(*) between 2 and {LARGEST_BLOCK}),
        spent as (select key, sum(size * (size - 1) / 2) over (order by size) as so_far from blocks)
        select record_id, key from keyed join spent using (key) where so_far <= {pairs}
    """)
    row = con.execute(f"select exists (from {table})").fetchone()
    return bool(row and row[0])


def _prepare(folder: Path, names: list[str]) -> str:
    """The statement that makes `prepared`: the parts of every rule; and `identifier`: values few records carry."""

    def words(name: str) -> str:
        plain = f"strip_accents(lower({name}::varchar))" if name in names else "null::varchar"
        return rf"nullif(trim(regexp_replace({plain}, '[^\p{{L}}\p{{N}}]+', ' ', 'g')), '')"

    texts = {
        "given": words("given_name"), "family": words("family_name"), "pinyin": words("name_pinyin"),
        "address": f"coalesce({words('address')}, {words('street')})",
        **{name: words(name) for name in ("city", "district", "region", "postcode", "company")},
        "birth": "birth_date::varchar" if "birth_date" in names else "null::varchar",
        "phone": "nullif(regexp_replace(phone::varchar, '[^0-9]', '', 'g'), '')"
        if "phone" in names else "null::varchar",
        "local": "nullif(regexp_replace(split_part(lower(email::varchar), '@', 1), '[+].*$|[^a-z0-9]', '', 'g'), '')"
        if "email" in names else "null::varchar",
    }  # fmt: skip
    selected = ", ".join(f"{expression} as {name}" for name, expression in texts.items())
    parts = ", ".join(f"{expression} as {name}" for name, expression in _PARTS.items())
    devices = ", ".join(f"'{name}'" for name in DEVICES)
    return f"""
        create temp table prepared as
        with cleaned as (select record_id, {selected} from '{folder / "records.parquet"}'),
        spelled as (
            select *, nullif(split_part(pinyin, ' ', 1), '') as family_pinyin,
                nullif(replace(substr(pinyin, length(split_part(pinyin, ' ', 1)) + 1), ' ', ''), '') as given_pinyin
            from cleaned
        )
        select *, {parts} from spelled;
        create temp table identifier as
        with carried as (
            select distinct record_id, hash(namespace, issuer, value) as key
            from '{folder / "identifiers.parquet"}' where namespace not in ({devices})
        )
        select record_id, list(key order by key) as identifier_keys from carried
        where key in (select key from carried group by key having count(*) between 2 and {LARGEST_BLOCK})
        group by record_id
    """
