"""Shopify's customers and orders as the Admin REST API gives them: JSON, one object a line.

Customers have the keys of the customers export, orders the numbers of the orders export (#1001), so that the same
customer, and the same buyer as typed at checkout, is one record from file and API. An order is one purchase from file
and API, by its id. Amounts are the shop's currency. Test orders are nobody's.
A ticked box on an order is a consent; one left empty refuses nothing. Whoever never subscribed counts as a refusal, as
in the replicated tables.
Follows: Shopify Admin REST API (resources Customer and Order); connectors/api/shopify.py for the API itself.
"""

from functools import partial

from connectors.api.shopify import API, read_resource
from connectors.api.system import Pull
from connectors.files.reading import Ndjson
from connectors.stream import Consent, Identifier, Purchase, PurchaseLine, Record, Stream
from connectors.values import elements, first_of, inside, is_true

_ID = '"id"'
_CHANGED = first_of('"updated_at"', '"created_at"')


def _address(field: str) -> str:
    return inside("default_address", field)


def _street(*addresses: str) -> str:
    """Both lines of the first address that has any."""
    lines = [f"concat_ws(' ', {inside(each, 'address1')}, {inside(each, 'address2')})" for each in addresses]
    return first_of(*lines)


def _marketing(channel: str, older: str | None = None) -> Consent:
    """The state of a customer's consent: subscribed, unsubscribed, not_subscribed, pending, redacted."""
    column = f"{channel}_marketing_consent"
    values = (inside(column, "state"), *([f'"{older}"'] if older else []))
    times = (inside(column, "consent_updated_at"), *([f'"{older}_updated_at"'] if older else []), _CHANGED)
    return Consent(
        record=_ID, stream="customers", channel=f"'{channel}'", value=first_of(*values), stated_at=first_of(*times)
    )


CUSTOMERS = Stream(
    name="customers_api",
    files="api/{source}/customers_api/*.ndjson",
    format=Ndjson(),
    pull=Pull(API, partial(read_resource, "customers")),
    record=Record(
        key=_ID,
        stream="customers",
        updated_at=_CHANGED,
        created_at='"created_at"',
        given_name=first_of('"first_name"', _address("first_name")),
        family_name=first_of('"last_name"', _address("last_name")),
        emails=('"email"',),
        phones=('"phone"', _address("phone")),
        address=_street("default_address"),
        city=_address("city"),
        region=first_of(_address("province_code"), _address("province")),
        postcode=_address("zip"),
        country=first_of(_address("country_code"), _address("country")),
        company=_address("company"),
    ),
    identifiers=(
        Identifier("shopify_customer", _ID, record=_ID, stream="customers", issuer="{source}", seen_at=_CHANGED),
    ),
    consents=(_marketing("email", older="accepts_marketing"), _marketing("sms")),
)

_ORDER = '"name"'
_IS_REAL = f"not {is_true('test')}"
_STATUS = first_of('"financial_status"')
_CANCELLED = first_of('"cancelled_at"')
_REFUNDS = '[{"transactions":[{"kind":"VARCHAR","status":"VARCHAR","currency":"VARCHAR","amount":"VARCHAR"}]}]'
_LINES = '[{"name":"VARCHAR","title":"VARCHAR","sku":"VARCHAR","quantity":"VARCHAR","price":"VARCHAR"}]'


def buyer(field: str) -> str:
    """A part of the billing address or, for an order without one, of the shipping address."""
    return first_of(inside("billing_address", field), inside("shipping_address", field))


def _refunded() -> str:
    """What was paid back in the order's currency."""
    paid_back = (
        "each.kind = 'refund' and each.status = 'success' and coalesce(each.currency, \"currency\") = \"currency\""
    )
    refunds = elements('"refunds"', _REFUNDS)
    transactions = f"flatten(list_transform({refunds}, lambda each: each.transactions))"
    amounts = f"list_transform(list_filter({transactions}, lambda each: {paid_back}), lambda each: each.amount)"
    return f"list_sum(list_transform({amounts}, lambda each: try_cast(each as decimal(18, 2))))"


def _line(value: str) -> str:
    """A value of every line of the order, SQL over `each`: one row each."""
    listed = elements('"line_items"', _LINES)
    return f"unnest(list_transform({listed}, lambda each: {value}))"


ORDERS = Stream(
    name="orders_api",
    files="api/{source}/orders_api/*.ndjson",
    format=Ndjson(),
    pull=Pull(API, partial(read_resource, "orders")),
    record=Record(
        key=_ORDER,
        stream="orders",
        when=_IS_REAL,
        updated_at=_CHANGED,
        created_at='"created_at"',
        full_name=first_of(buyer("name"), f"concat_ws(' ', {buyer('first_name')}, {buyer('last_name')})"),
        emails=(first_of('"email"', '"contact_email"'),),
        phones=(buyer("phone"), '"phone"'),
        address=_street("billing_address", "shipping_address"),
        city=buyer("city"),
        region=first_of(buyer("province_code"), buyer("province")),
        postcode=buyer("zip"),
        country=first_of(buyer("country_code"), buyer("country")),
        company=buyer("company"),
        language='"customer_locale"',
    ),
    identifiers=(
        Identifier(
            "shopify_customer",
            inside("customer", "id"),
            record=_ORDER,
            stream="orders",
            issuer="{source}",
            seen_at=_CHANGED,
            when=_IS_REAL,
        ),
    ),
    purchase=Purchase(
        key=_ID,
        number=_ORDER,
        own_stream="orders",
        when=_IS_REAL,
        record=_ORDER,
        stream="orders",
        ordered_at=first_of('"processed_at"', '"created_at"'),
        updated_at=_CHANGED,
        status=f"case when {_CANCELLED} is not null or {_STATUS} in ('voided', 'expired') "
        f"then 'cancelled' when {_STATUS} = 'refunded' then 'refunded' "
        f"when {_STATUS} in ('paid', 'partially_refunded', 'partially_paid') then 'paid' "
        f"when {_STATUS} in ('pending', 'authorized') then 'pending' else 'other' end",
        currency='"currency"',
        amount='"total_price"',
        discount='"total_discounts"',
        shipping=inside("total_shipping_price_set", "shop_money.amount"),
        refunded=_refunded(),
        payment_method="try(json_extract_string(\"payment_gateway_names\", '$[0]'))",
    ),
    purchase_line=PurchaseLine(
        purchase=_ID,
        when=_IS_REAL,
        product=_line("coalesce(each.name, each.title)"),
        sku=_line("each.sku"),
        quantity=_line("each.quantity"),
        unit_price=_line("each.price"),
    ),
    consents=(
        Consent(
            record=_ORDER,
            stream="orders",
            when=_IS_REAL,
            channel="'email'",
            value=f"case when {is_true('buyer_accepts_marketing')} then 'yes' end",
            stated_at='"created_at"',
        ),
    ),
)

PULLED = (CUSTOMERS, ORDERS)
