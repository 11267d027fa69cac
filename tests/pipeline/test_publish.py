import duckdb
import pytest

from pipeline.extract import extract
from pipeline.publish import publish
from tests.pipeline.shop import open_shop
from tests.warehouse.drawn import PROJECT, read
from warehouse.published_columns import declared_treatment, needs_declaration
from warehouse.publishing import PublishingError, publish_snapshot
from warehouse.vault.key import new_key, parse_key
from warehouse.vault.keyring import hold_key


@pytest.fixture
def work(tmp_path):
    work = open_shop(tmp_path, profiled=True)
    extract(work)
    return work


def test_both_snapshots_hold_the_customers_and_nothing_raw(work):
    counts = publish(work)
    assert counts["customers"] == 3
    for name in ("customers.duckdb", "customers_full.duckdb"):
        with duckdb.connect(str(work.config.published / name), read_only=True) as snapshot:
            assert snapshot.execute("select count(*) from mart.customer_360").fetchone() == (3,)
            schemas = snapshot.execute("select distinct schema_name from duckdb_tables()").fetchall()
            assert {row[0] for row in schemas} == {"customer", "mart", "segment", "identity"}


def test_every_table_and_column_is_commented(work):
    publish(work)
    with duckdb.connect(str(work.config.published / "customers.duckdb"), read_only=True) as snapshot:
        bare = snapshot.execute(
            """
            select schema_name || '.' || table_name from duckdb_tables() where comment is null
            union all
            select schema_name || '.' || table_name || '.' || column_name from duckdb_columns()
            where comment is null and not internal
            """
        ).fetchall()
        assert bare == []


def test_a_reader_keeps_the_old_snapshot_and_the_next_one_gets_the_new(work):
    publish(work)
    target = work.config.published / "customers.duckdb"
    with duckdb.connect(str(target), read_only=True) as reader:
        work.con.execute("delete from customer.customer where customer_id = 'C3'")
        publish(work)
        assert reader.execute("select count(*) from customer.customer").fetchone() == (3,)
        assert reader.execute("select max(full_name) from customer.customer").fetchone() is not None
    with duckdb.connect(str(target), read_only=True) as reader:
        assert reader.execute("select count(*) from customer.customer").fetchone() == (2,)


@pytest.mark.parametrize("name", ["customers.duckdb", "customers_full.duckdb"])
def test_the_bytes_a_reader_holds_open_never_change(work, name):
    publish(work)
    target = work.config.published / name
    before = target.read_bytes()
    with target.open("rb") as held:
        work.con.execute("delete from customer.customer")
        publish(work)
        assert held.read() == before
    assert target.read_bytes() != before


def test_a_failure_half_way_leaves_the_old_snapshot_and_no_attachment(work):
    publish(work)
    target = work.config.published / "customers_full.duckdb"
    before = target.read_bytes()
    work.con.execute("alter table mart.rfm rename to rfm_gone; create view mart.rfm as select error('no') as x")
    with pytest.raises(duckdb.Error):
        publish(work)
    assert target.read_bytes() == before
    assert read(work.con, "select database_name from duckdb_databases() where database_name = 'snapshot'") == []


def test_what_a_killed_run_left_is_replaced(work):
    building = work.config.published / "customers_full.duckdb.building"
    building.parent.mkdir(parents=True)
    building.write_bytes(b"half a file")
    publish(work)
    assert sorted(path.name for path in building.parent.iterdir()) == ["customers.duckdb", "customers_full.duckdb"]


def _snapshot(work, name, query):
    with duckdb.connect(str(work.config.published / name), read_only=True) as snapshot:
        return snapshot.execute(query).fetchall()


def test_analysts_see_masked_people_and_the_full_snapshot_everything(work):
    publish(work)
    query = (
        "select customer_id, full_name, given_name, birth_date::varchar, email, phone from customer.customer limit 1"
    )
    assert _snapshot(work, "customers_full.duckdb", query) == [
        ("C1", "王小明", "小明", "1990-06-01", "w@x.cn", "+8613911112222")
    ]
    assert _snapshot(work, "customers.duckdb", query) == [
        ("C1", "王**", "**", "1990-01-01", "w***@***", "+86139****2222")
    ]


def test_no_direct_identifier_is_in_the_bytes_of_the_analysts_snapshot(work):
    publish(work)
    content = (work.config.published / "customers.duckdb").read_bytes()
    values = ["王小明", "小明", "w@x.cn", "ann@x.com", "bo@x.com", "+8613911112222", "+14155550100", "wangxiaoming"]
    assert [value for value in values if value.encode() in content] == []


def test_pseudonyms_join_and_stay_the_same_from_run_to_run(work):
    query = "select customer_id, record_id from identity.record_customer order by all"
    publish(work)
    before = _snapshot(work, "customers.duckdb", query)
    publish(work)
    assert _snapshot(work, "customers.duckdb", query) == before
    joined = "select count(*) from customer.provenance join identity.record_customer using (customer_id, record_id)"
    assert _snapshot(work, "customers.duckdb", joined) == _snapshot(work, "customers_full.duckdb", joined) != [(0,)]
    assert (work.config.home / "pseudonym.salt").stat().st_mode & 0o077 == 0


def test_every_published_column_that_can_hold_text_is_declared(work):
    """Whoever adds one lists it in warehouse/published_columns.py."""
    publish(work)
    columns = _snapshot(
        work, "customers.duckdb", "select schema_name || '.' || table_name, column_name, data_type from duckdb_columns() "
        "where not internal order by all",
    )  # fmt: skip
    assert [
        f"{table}.{column}"
        for table, column, kind in columns
        if needs_declaration(kind) and declared_treatment(table, column) is None
    ] == []


def test_comments_say_what_became_of_a_column(work):
    publish(work)
    query = "select comment from duckdb_columns() where table_name = 'customer' and column_name = 'email'"
    assert _snapshot(work, "customers.duckdb", query) == [
        ("lower-cased address (masked: first character, and the domain where enough people share it)",)
    ]


def test_with_a_key_the_full_snapshot_is_encrypted(work):
    key = parse_key(new_key(), "test")
    hold_key(work.config.home, lambda: key)
    publish(work)
    hold_key(work.config.home, lambda: None)
    path = work.config.published / "customers_full.duckdb"
    assert "王小明".encode() not in path.read_bytes()
    with pytest.raises(duckdb.CatalogException, match="without a key"):
        duckdb.connect(str(path), read_only=True)
    with duckdb.connect() as con:
        # As docs say it is opened.
        text = key.derive_text("snapshot")
        con.execute(f"attach '{path}' as customers (read_only, encryption_key '{text}')")
        assert con.execute("select max(full_name) from customers.customer.customer").fetchone() == ("王小明",)


def test_before_the_first_profile_there_is_nothing_to_publish(tmp_path):
    work = open_shop(tmp_path)
    with pytest.raises(PublishingError, match="run `guiyi profile` first"):
        publish_snapshot(work.con, tmp_path / "customers.duckdb")


def test_a_path_with_a_quote(work, tmp_path):
    assert publish_snapshot(work.con, tmp_path / "it's" / "c.duckdb")["customer.customer"] == 3


def test_publishing_is_audited(work):
    publish(work)
    assert read(work.con, "select actor, action from ops.audit where action = 'publish'") == [
        {"actor": "pipeline", "action": "publish"}
    ]


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    work = open_shop(home, profiled=True)
    publish(work)
    with duckdb.connect(str(home / "published" / "customers.duckdb"), read_only=True) as snapshot:
        yield snapshot


def _queries():
    """Question (the comment right above) → query, of docs/queries.sql."""
    text = (PROJECT / "docs" / "queries.sql").read_text(encoding="utf-8")
    blocks = [block.strip().splitlines() for block in text.split("\n\n")[1:]]
    return {block[0].removeprefix("-- "): "\n".join(block) for block in blocks}


@pytest.mark.parametrize("query", _queries().values(), ids=_queries())
def test_every_documented_query_runs(snapshot, query):
    assert snapshot.execute(query).description


def test_older_readers_can_open_the_analysts_snapshot(work):
    publish(work)
    with duckdb.connect(str(work.config.published / "customers.duckdb"), read_only=True) as snapshot:
        (version,) = snapshot.execute(
            "select tags['storage_version'] from duckdb_databases() where database_name = current_database()"
        ).fetchone()
        assert str(version).startswith("v1.0")
