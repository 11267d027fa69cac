"""What stands in the analysts' snapshot instead of a person's value."""

import hashlib
import hmac

import duckdb
import pytest

from warehouse.pseudonyms import DIGITS, Column, _expression, clear, prepare, pseudonymise, read_columns
from warehouse.published_columns import DIRECT, KEPT, Treatment, treatment_of

SECRET = bytes(range(32))


@pytest.fixture
def con():
    return duckdb.connect()


MASKED = {
    "hanzi name": (Treatment.NAME, "王小明", "王**"),
    "latin name": (Treatment.NAME, "Ann Lee", "A**"),
    "a name of one letter": (Treatment.NAME, "王", "王**"),
    "no name": (Treatment.NAME, None, None),
    "given name": (Treatment.HIDE, "小明", "**"),
    "no given name": (Treatment.HIDE, None, None),
    "Chinese mobile": (Treatment.PHONE, "+8613812341234", "+86138****1234"),
    "American number": (Treatment.PHONE, "+14155550100", "+141****0100"),
    "short number": (Treatment.PHONE, "+3726123456", "+37****56"),
    "postcode": (Treatment.PREFIX, "200032", "200***"),
    "free text": (Treatment.DROP, "please call 13812341234", None),
    "page": (Treatment.URL, "https://shop.example/tea/green?email=a@b.cn#top", "https://shop.example/tea/green"),
    "page with a key": (Treatment.URL, "https://shop.example/orders/100000231?x=1", "https://shop.example"),
    "page with an address": (Treatment.URL, "https://shop.example/unsubscribe/a@b.cn", "https://shop.example"),
    "page with a name": (Treatment.URL, "https://shop.example/u/王小明", "https://shop.example"),
    "page with an escaped name": (Treatment.URL, "https://shop.example/u/%E7%8E%8B", "https://shop.example"),
    "page with a login": (Treatment.URL, "https://li:secret@shop.example/tea", "https://shop.example/tea"),
    "path alone": (Treatment.URL, "/tea?openid=o1", "/tea"),
    "no page": (Treatment.URL, None, None),
}


@pytest.mark.parametrize("case", MASKED)
def test_values_are_masked(con, case):
    treatment, value, masked = MASKED[case]
    expression = _expression(Column("v", "VARCHAR", treatment), 0)
    assert con.execute(f"select {expression} from (select $v::varchar as v) as row", {"v": value}).fetchone() == (
        masked,
    )


def test_a_birth_date_keeps_its_year(con):
    con.execute("create schema customer; create table customer.customer as select date '1990-06-17' as birth_date")
    prepare(con, ["customer.customer"])
    assert con.execute(
        f"select birth_date::varchar from ({pseudonymise(con, 'customer.customer', SECRET)})"
    ).fetchone() == ("1990-01-01",)


@pytest.mark.parametrize("value", ["+8613812341234", "王小明", "", "x" * 200], ids=["phone", "hanzi", "empty", "long"])
def test_hashes_are_hmac_sha256(con, value):
    """As anybody who has the secret can compute them."""
    con.execute("create schema customer; create table customer.identifier (value varchar)")
    con.execute("insert into customer.identifier values (?), (null)", [value])
    prepare(con, ["customer.identifier"])
    rows = con.execute(pseudonymise(con, "customer.identifier", SECRET)).fetchall()
    assert rows == [(hmac.new(SECRET, value.encode(), hashlib.sha256).hexdigest()[:DIGITS],), (None,)]


def test_the_same_value_has_the_same_hash_in_every_table_and_another_with_another_secret(con):
    con.execute(
        """
        create schema customer; create schema identity;
        create table customer.event as select 'r1' as record_id, 'C1' as customer_id;
        create table identity.record_customer as select 'r1' as record_id, 'zoho' as source;
        """
    )
    names, found = ["customer.event", "identity.record_customer"], []
    for secret in (SECRET, b"x" * 32):
        prepare(con, names)
        found += [con.execute(pseudonymise(con, name, secret)).fetchone() for name in names]
    assert found[0][0] == found[1][0] != found[2][0] == found[3][0]
    assert (found[0][1], found[1][1]) == ("C1", "zoho")


def test_rows_stay_in_order_and_are_neither_lost_nor_doubled(con):
    con.execute(
        "create schema customer; create table customer.event as select i as nr, 'r' || (i % 7) as record_id, "
        "nullif(i % 3, 0)::varchar as anonymous_id from range(20000) t(i)"
    )
    prepare(con, ["customer.event"])
    numbers = con.execute(f"select nr from ({pseudonymise(con, 'customer.event', SECRET)})").fetchall()
    assert [row[0] for row in numbers] == list(range(20000))


def test_a_domain_shows_where_enough_people_share_it(con):
    con.execute("create schema customer; create table customer.customer (email varchar)")
    shared = [f"p{i}@gmail.com" for i in range(5)]
    con.executemany("insert into customer.customer values (?)", [[each] for each in [*shared, "li@liming.cn"]])
    prepare(con, ["customer.customer"])
    assert con.execute(pseudonymise(con, "customer.customer", SECRET)).fetchall() == [("p***@gmail.com",)] * 5 + [
        ("l***@***",)
    ]


def test_what_prepare_made_goes_away(con):
    con.execute("create schema customer; create table customer.customer (email varchar, company varchar)")
    prepare(con, ["customer.customer"])
    pseudonymise(con, "customer.customer", SECRET)
    clear(con)
    assert con.execute("select count(*) from duckdb_tables()").fetchone() == (1,)


@pytest.mark.parametrize("name", ["purchase_id", "interaction_id", "feedback_id", "touchpoint_id"])
def test_a_plain_hash_of_a_source_s_number_is_hashed_with_the_secret(con, name):
    """Order numbers are consecutive: a hash without a secret is found again by counting."""
    counted = {hashlib.sha256(f"shop\x1forders\x1f#{number}".encode()).hexdigest()[:16] for number in range(2000)}
    con.execute("create schema customer")
    con.execute(f"create table customer.purchase as select unnest($ids) as {name}", {"ids": sorted(counted)})
    prepare(con, ["customer.purchase"])
    published = {row[0] for row in con.execute(pseudonymise(con, "customer.purchase", SECRET)).fetchall()}
    assert len(published) == len(counted)
    assert not published & counted


UNKNOWN = {
    "text": ("VARCHAR", Treatment.HASH),
    "a list": ("VARCHAR[]", Treatment.DROP),
    "a structure": ("STRUCT(a VARCHAR)", Treatment.DROP),
    "JSON": ("JSON", Treatment.DROP),
    "a number": ("BIGINT", Treatment.KEEP),
    "money": ("DECIMAL(18,2)", Treatment.KEEP),
    "a time": ("TIMESTAMP", Treatment.KEEP),
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_a_column_nobody_has_listed_is_safe(case):
    kind, treatment = UNKNOWN[case]
    assert treatment_of("mart.new", "what_is_this", kind) is treatment


def test_no_column_is_listed_twice():
    names = [name for listed in DIRECT.values() for name in listed]
    assert len(names) == len(set(names))
    assert not set(names) & KEPT


def test_types_stay(con):
    con.execute(
        "create schema customer; create table customer.customer as select 'a' as full_name, date '2000-02-02' as "
        "birth_date, 'x@y.z' as email, 1 as orders, 'r' as record_id, 'a' as postcode, 'http://x/y' as url"
    )
    prepare(con, ["customer.customer"])
    before = [(each.name, each.kind) for each in read_columns(con, "customer.customer")]
    described = con.execute(f"describe {pseudonymise(con, 'customer.customer', SECRET)}").fetchall()
    assert [row[:2] for row in described] == before
