"""Smaller data sets from a big population: whole persons, until the wished number of records is reached.

In: the population's folder. Out: a folder with the same three files. The demo numbers the members of a household one
after another, so persons are drawn in blocks of neighbours: drawn one by one, the families that make the task hard
would be gone from the small cuts. The blocks' order is that of a hash, so a small cut is part of every larger one.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb

BLOCK = 64  # persons
_HAN = "[㐀-鿿]"
_CHINESE_COUNTRIES = ("CN", "HK", "MO", "SG", "TW")
_SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000)
_CULTURE_RECORDS = 100_000

_PERSONS = f"""
create or replace temp table person as
select person_id, count(*) as records,
    bool_or(coalesce(regexp_matches(full_name, '{_HAN}'), false)
        or coalesce(list_contains($countries, country), false)) as is_chinese,
    sha256((regexp_extract(person_id, '[0-9]+')::bigint // {BLOCK})::varchar) as place
from truth join records using (record_id) group by person_id
"""
_CHOSEN = """
create or replace temp table chosen as
with counted as (
    select person_id, sum(records) over (order by place, person_id) as so_far
    from person where {condition}
)
select truth.record_id, person_id from counted join truth using (person_id) where so_far <= $wanted
"""


@dataclass(frozen=True)
class Cut:
    """A data set to be: its name, how many records at most, and which persons (a condition over is_chinese)."""

    name: str
    records: int
    condition: str = "true"


def list_sizes(largest: int) -> list[Cut]:
    """The cuts by size up to the largest wished."""
    return [Cut(f"demo {spell_size(size)}", size) for size in (*(s for s in _SIZES if s < largest), largest)]


def list_cultures(largest: int) -> list[Cut]:
    """The Chinese-only and the Western-only cut: 100,000 records each, or a third of a smaller population."""
    wanted = min(_CULTURE_RECORDS, largest // 3)
    return [Cut("Chinese only", wanted, "is_chinese"), Cut("Western only", wanted, "not is_chinese")]


def spell_size(records: int) -> str:
    """10k, 1M."""
    if records >= 1_000_000:
        return f"{records / 1_000_000:g}M"
    return f"{records / 1_000:g}k" if records >= 1_000 else str(records)


def write_cuts(population: Path, cuts: list[tuple[Cut, Path]]) -> None:
    """Write each cut to its folder, unless it is there."""
    missing = [(cut, folder) for cut, folder in cuts if not (folder / "truth.parquet").exists()]
    if not missing:
        return
    with duckdb.connect() as con:
        for name in ("records", "identifiers", "truth"):
            con.execute(f"create view {name} as select * from '{population / name}.parquet'")
        con.execute(_PERSONS, {"countries": list(_CHINESE_COUNTRIES)})
        for cut, folder in missing:
            folder.mkdir(parents=True, exist_ok=True)
            con.execute(_CHOSEN.format(condition=cut.condition), {"wanted": cut.records})
            for name in ("records", "identifiers"):
                con.execute(
                    f"copy (select * from {name} semi join chosen using (record_id) order by all) "
                    f"to '{folder / name}.parquet' (format parquet)"
                )
            con.execute(f"copy (from chosen order by record_id) to '{folder / 'truth.parquet'}' (format parquet)")
