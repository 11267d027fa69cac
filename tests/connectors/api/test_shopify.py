"""Shopify: what is pulled is what the server holds, whatever happens on the way, and no documented rule is broken."""

from datetime import datetime

import pytest

from connectors.api.errors import LostPlace, RefusedCredentials, RefusedRequest, Unreachable
from connectors.sources.shopify_api import CUSTOMERS, ORDERS
from pipeline.config import ConfigError
from tests.connectors.api.driving import REPEATED, drive, session_of
from tests.connectors.api.fake_server import Answer, happening, once
from tests.connectors.api.fake_shopify import SECRETS, FakeShopify
from tests.connectors.api.installation import install, pull, pulls, query, standard_rows, take_in
from tests.connectors.api.interruption import pull_and_stop


@pytest.fixture
def shopify():
    with FakeShopify() as server:
        yield server
    assert server.broken == []


@pytest.fixture
def installed(shopify, tmp_path, use_clock):
    use_clock(shopify, SECRETS)
    return install(tmp_path / "home", "shopify", shopify.url)


def fill(shopify: FakeShopify, count: int) -> list[int]:
    ids = []
    for number in range(count):
        name = {"first_name": "Ann", "last_name": f"Lee{'abcdefghij'[number % 10]}", "email": f"ann{number}@x.com"}
        state = {"state": ("subscribed", "unsubscribed", "not_subscribed")[number % 3], "consent_updated_at": None}
        address = {"address1": "12 Long Rd", "city": "Reno", "zip": "01890", "country_code": "US"}
        ids.append(
            shopify.put("customers", **name, phone=f"+1415555{number:04d}", email_marketing_consent=state,
                        default_address=address)
        )  # fmt: skip
    shopify.clock.time += 3600
    return ids


def order(shopify: FakeShopify, number: int, key: int | None = None, **fields) -> int:
    lines = [
        {"id": 1, "name": "Tea - 100 g", "title": "Tea", "sku": "T-1", "quantity": 2, "price": "10.50"},
        {"id": 2, "name": "Cup", "title": "Cup", "sku": None, "quantity": 1, "price": "5.00"},
    ]
    shipping = {"shop_money": {"amount": "4.00", "currency_code": "USD"}}
    known = {
        **{"name": f"#{number}", "email": "ann@x.com", "currency": "USD", "total_price": "28.00", "line_items": lines},
        **{"total_discounts": "2.00", "total_shipping_price_set": shipping, "financial_status": "paid", "refunds": []},
        **{
            "processed_at": "2026-03-01T10:00:00-05:00",
            "billing_address": {"name": "Ann Lee", "phone": "+14155550001"},
        },
        **{"payment_gateway_names": ["visa"], "test": False, "buyer_accepts_marketing": False},
    }
    return shopify.put("orders", key, **({} if key else known) | fields)


def truth(shopify: FakeShopify) -> dict[str, tuple]:
    return {
        str(key): (
            f"{each['first_name']} {each['last_name']}",
            each["email"],
            each["phone"],
            datetime.fromisoformat(each["updated_at"]).timestamp(),
        )
        for key, each in shopify.shelves["customers"].items()
    }


def pulled(driven, stream="customers_api") -> set[int]:
    return {each["id"] for each in driven.records(stream)}


def lists(call) -> bool:
    return call.path.endswith("/customers.json")


def test_full_then_incremental(shopify, installed):
    ids = fill(shopify, 300)
    for number in range(3):
        order(shopify, 1001 + number, customer={"id": ids[number]})
    shopify.clock.time += 3600
    pull(installed)
    take_in(installed)
    assert standard_rows(installed, "customers") == truth(shopify)
    shopify.clock.time += 86_400
    shopify.put("customers", ids[3], email="new@x.com")
    fill(shopify, 1)
    before = len(shopify.calls)
    assert pull(installed).counts["rows_out"] == 2
    assert len(shopify.calls) - before == 2
    take_in(installed)
    assert standard_rows(installed, "customers") == truth(shopify)
    assert pulls(installed, "customers_api") == [("done", 2, 300), ("done", 1, 2)]
    consents = (
        "select channel, status, count(*) from standard.consent where stream = 'customers' group by all order by all"
    )
    assert query(installed, consents) == [("email", "denied", 200), ("email", "granted", 101)]
    owners = """
        select count(*) from standard.identifier as one join standard.record using (record_id)
        where namespace = 'shopify_customer' and stream = 'orders'
    """
    assert query(installed, owners) == [(3,)]


def test_stopped_and_resumed(shopify, installed, monkeypatch):
    fill(shopify, 300)
    shopify.page_size = 100
    pull_and_stop(installed, shopify, monkeypatch, lists, 3)
    assert pulls(installed, "customers_api") == [("running", 2, 200)]
    before = len(shopify.calls)
    pull(installed)
    assert len(shopify.calls) - before == 2  # the last page of customers; the orders
    take_in(installed)
    assert standard_rows(installed, "customers") == truth(shopify)


def test_orders(shopify, installed):
    keys = [order(shopify, 1001 + number) for number in range(4)]
    order(shopify, 1005, test=True)
    order(shopify, 1006, cancelled_at="2026-03-02T10:00:00-05:00", closed_at="2026-03-02T10:00:00-05:00")
    order(shopify, 1007, buyer_accepts_marketing=True)
    pull(installed)
    shopify.clock.time += 86_400

    def refund(amount, **fields):
        return {"kind": "refund", "status": "success", "amount": amount, "currency": "USD", **fields}

    back = [
        {"transactions": [refund("10.50"), refund("1.00", status="failure"), refund("9.00", currency="CAD")]},
        {"transactions": [refund("5.00")]},
    ]
    order(shopify, 1001, keys[0], refunds=back, financial_status="partially_refunded")
    order(shopify, 1002, keys[1], refunds=back, financial_status="refunded")
    order(shopify, 1003, keys[2], financial_status="pending", line_items=[{"name": "Pot", "quantity": 3, "price": "2"}])
    pull(installed)
    take_in(installed)
    rows = query(
        installed,
        "select order_number, status, currency, amount::varchar, discount::varchar, shipping::varchar, "
        "refunded::varchar, payment_method, item_count from standard.purchase order by all",
    )
    same = ("USD", "28.00", "2.00", "4.00")
    assert rows == [
        ("#1001", "paid", *same, "15.50", "visa", 3),
        ("#1002", "refunded", *same, "15.50", "visa", 3),
        ("#1003", "pending", *same, None, "visa", 3),
        ("#1004", "paid", *same, None, "visa", 3),
        ("#1006", "cancelled", *same, None, "visa", 3),
        ("#1007", "paid", *same, None, "visa", 3),
    ]
    lines = query(
        installed,
        "select order_number, product, sku, quantity::integer, unit_price::double from standard.purchase_line "
        "join standard.purchase using (purchase_id) where order_number in ('#1003', '#1004') order by all",
    )
    assert lines == [
        ("#1003", "Pot", None, 3, 2.0),
        ("#1004", "Cup", None, 1, 5.0),
        ("#1004", "Tea - 100 g", "T-1", 2, 10.5),
    ]
    held = query(installed, "select source_record_id, full_name, email, phone from standard.record order by all")
    assert held[0] == ("#1001", "Ann Lee", "ann@x.com", "+14155550001")
    assert len(held) == 6
    assert query(installed, "select channel, status from standard.consent") == [("email", "granted")]


def test_file_and_api_are_one_record(shopify, installed):
    from tests.spec.connectors.deliveries.writing import table

    key = shopify.put("customers", first_name="Ann", last_name="Ray", email="ann@x.com", default_address=None)
    order(shopify, 1001)
    folder = installed.inbox / "store/shopify"
    folder.mkdir(parents=True)
    (folder / "customers-2026-03-01.csv").write_bytes(
        table({"Customer ID": f"'{key}", "First Name": "Ann", "Last Name": "Lee", "Email": "old@x.com"})
    )
    row = {"Name": "#1001", "Email": "old@x.com", "Financial Status": "paid", "Created at": "2026-02-01 10:00:00 +0800"}
    (folder / "orders-2026-03-01.csv").write_bytes(table({**row, "Total": "28.00", "Currency": "USD"}))
    pull(installed)
    take_in(installed)
    held = query(installed, "select stream, source_record_id, email from standard.record order by all")
    assert held == [("customers", str(key), "ann@x.com"), ("orders", "#1001", "ann@x.com")]


@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_killed_anywhere(shopify, at):
    ids = fill(shopify, 40)
    shopify.page_size = 10
    first = drive(shopify, CUSTOMERS, SECRETS, stop_at=at)
    assert not first.finished
    second = drive(shopify, CUSTOMERS, SECRETS, after=first)
    assert sorted(pulled(second)) == sorted(ids) == sorted(each["id"] for each in second.records("customers_api"))


@pytest.mark.parametrize("told", [True, False])
def test_the_bucket_never_overflows(shopify, told):
    shopify.tells_how_full = told
    ids = fill(shopify, 300)
    shopify.page_size = 2
    session = session_of(shopify, CUSTOMERS, SECRETS)
    assert pulled(drive(shopify, CUSTOMERS, SECRETS, session=session)) == set(ids)
    # The streams of a source share the bucket.
    assert drive(shopify, ORDERS, SECRETS, session=session).finished
    assert sum(shopify.clock.slept) > 40


def test_others_fill_the_bucket(shopify):
    ids = fill(shopify, 40)
    shopify.page_size = 10
    shopify.faults.append(happening(lambda: setattr(shopify, "level", 39.0), lists, at=2))
    assert pulled(drive(shopify, CUSTOMERS, SECRETS)) == set(ids)
    assert 9 < shopify.clock.slept[0] < 11


FAULTS = {
    **{name: once(answer, lists, at=2, times=2) for name, answer in REPEATED.items()},
    "500": once(Answer.of({"errors": "Internal Server Error"}, 500), lists, at=2),
    "503": once(Answer(503, b""), lists, at=2, times=3),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_on_the_way(shopify, fault):
    ids = fill(shopify, 40)
    shopify.page_size = 10
    shopify.faults.append(FAULTS[fault])
    assert pulled(drive(shopify, CUSTOMERS, SECRETS)) == set(ids)


def test_retry_after_is_kept(shopify):
    fill(shopify, 40)
    shopify.page_size = 10
    shopify.faults.append(once(Answer(429, headers={"Retry-After": "2.0"}), lists, at=2))
    drive(shopify, CUSTOMERS, SECRETS)
    assert 2 <= shopify.clock.slept[0] <= 3


REFUSALS = {
    "token revoked": (Answer.of({"errors": "[API] Invalid API key or access token"}, 401), RefusedCredentials),
    "shop frozen": (Answer.of({"errors": "Unavailable Shop"}, 402), RefusedCredentials),
    "scope missing": (Answer.of({"errors": "requires merchant approval for read_customers scope"}, 403), RefusedCredentials),
    "shop locked": (Answer(423), RefusedCredentials),
    "no such version": (Answer.of({"errors": "Not Found"}, 404), RefusedRequest),
    "200 with errors": (Answer.of({"errors": {"updated_at_min": "invalid"}}), RefusedRequest),
    "redirected": (Answer(302, headers={"Location": "http://127.0.0.1:9/"}), RefusedRequest),
    "always broken": (Answer(500), Unreachable),
}  # fmt: skip


@pytest.mark.parametrize("refusal", REFUSALS)
def test_refusals(shopify, refusal):
    fill(shopify, 10)
    answer, kind = REFUSALS[refusal]
    shopify.faults.append(once(answer, lists, times=99))
    with pytest.raises(kind) as refused:
        drive(shopify, CUSTOMERS, SECRETS)
    for secret in (*SECRETS.values(), "ann0"):
        assert secret not in str(refused.value)


CHANGES = {
    "inserted": lambda server, ids: server.put("customers", first_name="Bo"),
    "modified, already read": lambda server, ids: server.put("customers", ids[0], email="later@x.com"),
    "modified, still to come": lambda server, ids: server.put("customers", ids[-1], email="later@x.com"),
    "deleted, already read": lambda server, ids: server.delete("customers", ids[0]),
    "deleted, the last one read": lambda server, ids: server.delete("customers", ids[9]),
    "deleted, still to come": lambda server, ids: server.delete("customers", ids[-1]),
    "deleted, a whole page": lambda server, ids: [server.delete("customers", each) for each in ids[10:20]],
}


@pytest.mark.parametrize("change", CHANGES)
def test_changes_between_pages(shopify, change):
    ids = fill(shopify, 40)
    shopify.page_size = 10
    shopify.faults.append(happening(lambda: CHANGES[change](shopify, ids), lists, at=2))
    first = drive(shopify, CUSTOMERS, SECRETS)
    kept = set(ids) & set(shopify.shelves["customers"])
    assert kept <= pulled(first)
    shopify.clock.time += 60
    second = drive(shopify, CUSTOMERS, SECRETS, watermark=first.watermark)
    newest = {each["id"]: each for each in (*first.records("customers_api"), *second.records("customers_api"))}
    assert {key: newest.get(key) for key in shopify.shelves["customers"]} == shopify.shelves["customers"]


@pytest.mark.parametrize("wrong", [-7200, 7200])
def test_the_watermark_is_their_clock_and_not_ours(shopify, wrong):
    ids = fill(shopify, 3)
    session = session_of(shopify, CUSTOMERS, SECRETS)
    session.now = lambda: shopify.clock.now() + wrong
    first = drive(shopify, CUSTOMERS, SECRETS, session=session)
    shopify.put("customers", ids[1], email="soon@x.com")
    shopify.clock.time += 60
    second = drive(shopify, CUSTOMERS, SECRETS, watermark=first.watermark, overlap=0)
    assert [each["email"] for each in second.records("customers_api")] == ["soon@x.com"]


def test_the_place_is_lost(shopify, installed):
    ids = fill(shopify, 40)
    shopify.page_size = 10
    shopify.faults.append(happening(shopify.forget_pages, lists, at=3))
    with pytest.raises(LostPlace):
        drive(shopify, CUSTOMERS, SECRETS)
    shopify.faults[:] = [happening(shopify.forget_pages, lists, at=3)]
    pull(installed)
    take_in(installed)
    assert standard_rows(installed, "customers").keys() == {str(each) for each in ids}


def test_the_shop_has_to_be_named(shopify, tmp_path, use_clock):
    use_clock(shopify, SECRETS)
    with pytest.raises(ConfigError, match="base_url must be an https:// address"):
        pull(install(tmp_path / "home", "shopify", "shop.myshopify.com"))
