"""Shopify's objects as a replication service lands them: one CSV per table, of the REST API or of its GraphQL twin.

The twins differ in names (`financial_status` paid, `display_financial_status` PAID; `total_price`,
`total_price_set_shop_amount`) and are read by the same streams. Amounts are taken in the shop's currency, not in the
one shown to the buyer. Customers have the keys of the customers export and are versions of the same records. An order
and an abandoned checkout are records of the buyer as typed, tied to the customer by id; test orders are nobody's. Of
an address book only the default address carries the customer's id: the others may be somebody else's.
A ticked box on an order or checkout is a consent; one left empty refuses nothing.
Orders are versions of those of the export and the API, by id. An order's lines, refunds and payments have tables of
their own: refunds and payments become events; lines join their order whichever comes first, and count rather than those
that an export or the API tells of the same order.
Follows: the sample tables of dbt_shopify; Shopify Admin API (OrderDisplayFinancialStatus, marketing consent states).
"""

from connectors.files.delimited import Delimited
from connectors.stream import Consent, Event, Identifier, Purchase, PurchaseLine, Record, Stream
from connectors.values import first_of, is_true

_FOLDER = "store/shopify/tables/"
_KEY = '"id"'
_SYNCED = '"_fivetran_synced"'
_CHANGED = first_of('"updated_at"', _SYNCED)
_GONE = f"case when {is_true('_fivetran_deleted')} then {_SYNCED} end"
_IS_REAL = f"not {is_true('test')}"


def buyer(field: str) -> str:
    """A part of the billing address or, for an order without one, of the shipping address."""
    return first_of(f'"billing_address_{field}"', f'"shipping_address_{field}"')


def _street() -> str:
    both = "concat_ws(' ', nullif(\"{0}_address_1\", ''), nullif(\"{0}_address_2\", ''))"
    return first_of(both.format("billing_address"), both.format("shipping_address"))


def _opt_in(column: str, stream: str, when: str = "true") -> Consent:
    """A ticked box, on the record of the row."""
    return Consent(
        record=_KEY, stream=stream, when=when, channel="'email'", value=f"case when {column} then 'yes' end",
        stated_at='"created_at"',
    )  # fmt: skip


def _customer_id(stream: str, when: str = "true") -> Identifier:
    """The customer an order, checkout or address belongs to."""
    return Identifier(
        "shopify_customer", '"customer_id"', record=_KEY, stream=stream, issuer="{source}", seen_at=_CHANGED, when=when
    )


CUSTOMERS = Stream(
    name="customer_table",
    files=f"{_FOLDER}*customer-*.csv*",
    format=Delimited(),
    record=Record(
        key=_KEY,
        stream="customers",
        updated_at=_CHANGED,
        created_at='"created_at"',
        deleted_at=_GONE,
        given_name='"first_name"',
        family_name='"last_name"',
        emails=('"email"',),
        phones=('"phone"',),
        language='"locale"',
    ),
    identifiers=(
        Identifier(
            "shopify_customer", _KEY, record=_KEY, stream="customers", issuer="{source}", seen_at=_CHANGED
        ),
    ),
    consents=(
        Consent(
            record=_KEY,
            stream="customers",
            channel="'email'",
            value=first_of('"email_marketing_consent_state"', '"accepts_marketing"'),
            stated_at=first_of('"email_marketing_consent_updated_at"', '"email_marketing_consent_consent_updated_at"',
                               '"accepts_marketing_updated_at"', _CHANGED),
        ),
        Consent(
            record=_KEY,
            stream="customers",
            channel="'sms'",
            value='"sms_marketing_consent_state"',
            stated_at=first_of('"sms_marketing_consent_updated_at"', _CHANGED),
        ),
    ),
)  # fmt: skip

_DEFAULT = is_true("is_default")

ADDRESSES = Stream(
    name="address_table",
    files=f"{_FOLDER}*customer_address-*.csv*",
    format=Delimited(),
    record=Record(
        key=_KEY,
        updated_at=_SYNCED,
        full_name='"name"',
        given_name='"first_name"',
        family_name='"last_name"',
        phones=('"phone"',),
        address="concat_ws(' ', nullif(\"address_1\", ''), nullif(\"address_2\", ''))",
        city='"city"',
        region=first_of('"province_code"', '"province"'),
        postcode='"zip"',
        country=first_of('"country_code"', '"country"'),
        company='"company"',
    ),
    identifiers=(_customer_id("address_table", _DEFAULT),),
)

_FINANCIAL = "lower(" + first_of('"financial_status"', '"display_financial_status"') + ")"
_CANCELLED = first_of('"cancelled_at"')

ORDERS = Stream(
    name="order_table",
    files=f"{_FOLDER}*order-*.csv*",
    format=Delimited(),
    record=Record(
        key=_KEY,
        when=_IS_REAL,
        updated_at=_CHANGED,
        created_at='"created_at"',
        deleted_at=_GONE,
        full_name=buyer("name"),
        given_name=buyer("first_name"),
        family_name=buyer("last_name"),
        emails=('"email"',),
        phones=(buyer("phone"),),
        address=_street(),
        city=buyer("city"),
        region=first_of(buyer("province_code"), buyer("province")),
        postcode=buyer("zip"),
        country=first_of(buyer("country_code"), buyer("country")),
        company=buyer("company"),
        language='"customer_locale"',
    ),
    identifiers=(_customer_id("order_table", _IS_REAL),),
    purchase=Purchase(
        key=_KEY,
        number=first_of('"name"'),
        own_stream="orders",
        when=_IS_REAL,
        record=_KEY,
        ordered_at=first_of('"processed_at"', '"created_at"'),
        updated_at=_CHANGED,
        status=f"case when {_CANCELLED} is not null or {is_true('_fivetran_deleted')} "
        f"or {_FINANCIAL} in ('voided', 'expired') then 'cancelled' "
        f"when {_FINANCIAL} = 'refunded' then 'refunded' "
        f"when {_FINANCIAL} in ('paid', 'partially_refunded', 'partially_paid') then 'paid' "
        f"when {_FINANCIAL} in ('pending', 'authorized') then 'pending' else 'other' end",
        # The shop's currency: the amounts are the shop's too.
        currency=first_of('"total_price_set_shop_amount_currency"', '"total_price_set_shop_currency_code"',
                          '"currency"', '"currency_code"'),
        amount=first_of('"total_price"', '"total_price_set_shop_amount"'),
        discount=first_of('"total_discounts"', '"total_discounts_set_shop_amount"'),
        shipping='"total_shipping_price_set_shop_amount"',
    ),
    consents=(
        _opt_in(
            f"{is_true('buyer_accepts_marketing')} or {is_true('customer_accepts_marketing')}", "order_table", _IS_REAL
        ),
    ),
)  # fmt: skip

CHECKOUTS = Stream(
    name="checkout_table",
    files=f"{_FOLDER}*abandoned_checkout-*.csv*",
    format=Delimited(),
    record=Record(
        key=_KEY,
        updated_at=_CHANGED,
        created_at='"created_at"',
        deleted_at=_GONE,
        full_name=buyer("name"),
        given_name=buyer("first_name"),
        family_name=buyer("last_name"),
        emails=('"email"',),
        phones=(first_of('"phone"', buyer("phone")),),
        address=_street(),
        city=buyer("city"),
        region=first_of(buyer("province_code"), buyer("province")),
        postcode=buyer("zip"),
        country=first_of(buyer("country_code"), buyer("country")),
        company=buyer("company"),
        language='"customer_locale"',
    ),
    identifiers=(_customer_id("checkout_table"),),
    event=Event(
        id=_KEY,
        name="case when \"completed_at\" is null then 'Checkout Abandoned' else 'Checkout Completed' end",
        occurred_at='"created_at"',
        record=_KEY,
        url='"landing_site_base_url"',
        referrer='"referring_site"',
        properties="json_object('total_price', \"total_price\", 'currency', \"currency\")",
    ),
    consents=(_opt_in(is_true("buyer_accepts_marketing"), "checkout_table"),),
)

REFUNDS = Stream(
    name="refund_table",
    files=f"{_FOLDER}*refund-*.csv*",
    format=Delimited(),
    event=Event(
        id=_KEY,
        name="'Order Refunded'",
        occurred_at=first_of('"processed_at"', '"created_at"'),
        record='"order_id"',
        stream="order_table",
        properties="json_object('order_id', \"order_id\")",
    ),
)

TRANSACTIONS = Stream(
    name="transaction_table",
    files=f"{_FOLDER}*transaction-*.csv*",
    format=Delimited(),
    event=Event(
        id=_KEY,
        when=f"not {is_true('test')}",
        name="concat_ws(' ', 'Payment', \"kind\", \"status\")",
        occurred_at=first_of('"processed_at"', '"created_at"'),
        record='"order_id"',
        stream="order_table",
        properties="json_object('order_id', \"order_id\", 'amount', \"amount\", 'currency', \"currency\", "
        "'gateway', \"gateway\")",
    ),
)

VISITS = Stream(
    name="visit_table",
    files=f"{_FOLDER}*customer_visit-*.csv*",
    format=Delimited(),
    event=Event(
        id=_KEY,
        type="'page'",
        name='"source"',
        occurred_at='"occurred_at"',
        record='"order_id"',
        stream="order_table",
        url='"landing_page"',
        referrer='"referrer_url"',
        campaign='"utm_parameters_campaign"',
    ),
)

NOTES = Stream(
    name="note_attribute_table",
    files=f"{_FOLDER}*order_note_attribute-*.csv*",
    format=Delimited(),
    identifiers=(
        # Tag managers leave the visitor's cookie on the order; the value is JSON, a text in quotes.
        Identifier(
            "anonymous_id",
            'trim("value", \'"\')',
            record='"order_id"',
            stream="order_table",
            seen_at=_SYNCED,
            when="lower(\"name\") in ('clientid', 'segment-clientid', 'segment_client_id')",
        ),
    ),
)

LINES = Stream(
    name="order_line_table",
    files=f"{_FOLDER}*order_line-*.csv*",
    format=Delimited(),
    purchase_line=PurchaseLine(
        purchase='"order_id"',
        stream="orders",
        number=_KEY,
        updated_at=_SYNCED,
        removed=is_true("_fivetran_deleted"),
        product=first_of('"name"', '"title"'),
        sku=first_of('"sku"'),
        quantity='"quantity"',
        unit_price=first_of('"price"', '"price_set_shop_amount"', '"original_unit_price_set_shop_amount"'),
    ),
)
TAGS = Stream(name="customer_tag_table", files=f"{_FOLDER}*customer_tag-*.csv*", format=Delimited())

TABLES = (CUSTOMERS, ADDRESSES, ORDERS, CHECKOUTS, REFUNDS, TRANSACTIONS, VISITS, NOTES, LINES, TAGS)
