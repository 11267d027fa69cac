"""Cuts of a population: whole persons, whole neighbourhoods, small ones inside large ones."""

import duckdb
import pytest

from benchmarks.identity.cuts import BLOCK, Cut, list_cultures, list_sizes, spell_size, write_cuts

PERSONS = 1_000


@pytest.fixture(scope="module")
def population(tmp_path_factory):
    """Person n has 1 + n % 4 records; the first half are Chinese by name, country, or both, of some of them."""
    folder = tmp_path_factory.mktemp("population")
    with duckdb.connect() as con:
        con.execute(f"""
            create table record as
            select 'r' || lpad((person * 4 + copy)::varchar, 6, '0') as record_id, person,
                case when person < {PERSONS} // 2 and copy = 0 and person % 2 = 0 then '王小明' else 'Bob Ray' end
                    as full_name,
                case when person < {PERSONS} // 2 and copy = 0 and person % 2 = 1 then 'HK' when copy = 1 then 'US' end
                    as country
            from range({PERSONS}) t(person), range(4) u(copy) where copy <= person % 4
        """)
        for name, query in {
            "records": "select record_id, full_name, country from record",
            "identifiers": "select record_id, 'email' as namespace, record_id || '@x.com' as value from record",
            "truth": "select record_id, 'P' || lpad(person::varchar, 8, '0') as person_id from record",
        }.items():
            con.execute(f"copy ({query} order by record_id) to '{folder / name}.parquet' (format parquet)")
    return folder


def read(folder, name="truth"):
    with duckdb.connect() as con:
        return con.execute(f"from '{folder / name}.parquet' order by all").fetchall()


def persons(folder):
    return {person for _, person in read(folder)}


def cut(population, tmp_path, *wanted):
    cuts = [(each, tmp_path / str(number)) for number, each in enumerate(wanted)]
    write_cuts(population, cuts)
    return [folder for _, folder in cuts]


def test_whole_persons_up_to_the_wished_records(population, tmp_path):
    (folder,) = cut(population, tmp_path, Cut("small", 500))
    found, chosen = read(folder), persons(folder)
    assert 490 <= len(found) <= 500
    assert set(found) == {row for row in read(population) if row[1] in chosen}


def test_records_and_identifiers_are_those_of_the_persons(population, tmp_path):
    (folder,) = cut(population, tmp_path, Cut("small", 300))
    ids = [record for record, _ in read(folder)]
    assert [row[0] for row in read(folder, "records")] == ids
    assert [row[0] for row in read(folder, "identifiers")] == ids


def test_a_small_cut_is_part_of_a_large_one(population, tmp_path):
    small, large = cut(population, tmp_path, Cut("small", 300), Cut("large", 1_500))
    assert persons(small) < persons(large)


def test_neighbours_stay_together(population, tmp_path):
    (folder,) = cut(population, tmp_path, Cut("small", 500))
    numbers = sorted(int(person[1:]) for person in persons(folder))
    blocks = {number // BLOCK for number in numbers}
    whole = [block for block in blocks if sum(number // BLOCK == block for number in numbers) == BLOCK]
    assert len(whole) >= len(blocks) - 2  # the last block drawn is cut off, and the population's last one is short


def test_cultures_share_no_person_and_any_record_can_tell(population, tmp_path):
    chinese, western = cut(
        population, tmp_path, *(Cut(each.name, 10**6, each.condition) for each in list_cultures(900))
    )
    assert persons(chinese) == {f"P{number:08d}" for number in range(PERSONS // 2)}
    assert persons(western) == {f"P{number:08d}" for number in range(PERSONS // 2, PERSONS)}


def test_what_is_there_is_kept(population, tmp_path):
    (folder,) = cut(population, tmp_path, Cut("small", 300))
    before = read(folder)
    write_cuts(population, [(Cut("small", 900), folder)])
    assert read(folder) == before


@pytest.mark.parametrize(
    ("largest", "names"),
    [
        pytest.param(
            1_000_000, ["demo 10k", "demo 30k", "demo 100k", "demo 300k", "demo 1M"], id="the whole benchmark"
        ),
        pytest.param(30_000, ["demo 10k", "demo 30k"], id="quick"),
        pytest.param(57_000, ["demo 10k", "demo 30k", "demo 57k"], id="a size of one's own"),
        pytest.param(5_000, ["demo 5k"], id="smaller than the smallest"),
    ],
)
def test_sizes(largest, names):
    assert [each.name for each in list_sizes(largest)] == names


@pytest.mark.parametrize(
    ("largest", "records"),
    [pytest.param(1_000_000, 100_000, id="full"), pytest.param(30_000, 10_000, id="a third of a small one")],
)
def test_cultures_size(largest, records):
    assert [each.records for each in list_cultures(largest)] == [records, records]


@pytest.mark.parametrize(("records", "text"), [(999, "999"), (1_500, "1.5k"), (300_000, "300k"), (2_000_000, "2M")])
def test_spelled_size(records, text):
    assert spell_size(records) == text
