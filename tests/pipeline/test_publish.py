import duckdb
import pytest

from pipeline.extract import extract
from pipeline.publish import publish
from tests.pipeline.shop import open_shop
from tests.warehouse.drawn import PROJECT, read
from warehouse.publishing import PublishingError, publish_snapshot


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
