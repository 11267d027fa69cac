"""Shopify's CSV exports of customers and orders, and the tables a replication service makes of its API.

What they offer: customers with address and e-mail/SMS consent; orders with one row per line item, of which only the
first carries order-level fields. Ids, zips and phones may start with an apostrophe (a spreadsheet guard). The orders
export names no customer id, so every order is also a record of its buyer as typed at checkout. Neither export carries
a modification time: the delivery's day orders versions. An order's key is its `Id`, which its first row has, as in the
API and the replicated tables: one order is one purchase however it comes, called by its number (#1001) where that is
told; an export without `Id` is keyed by the number and stands by itself. The customers export of older shops has no id
either: the key is a hash of the e-mail address, else of the phone number's digits, so a customer who changes it becomes
a new record. The replicated tables are described in shopify_tables, what is pulled from the API in shopify_api.
Follows: header rows of real exports.
"""

from connectors.files.delimited import Delimited
from connectors.secrets import SECRETS
from connectors.sources.shopify_api import PULLED
from connectors.sources.shopify_tables import TABLES
from connectors.stream import Connector, Consent, Identifier, Purchase, PurchaseLine, Record, Stream
from connectors.values import first_of, hashed


def unquoted(column: str) -> str:
    """A column without the leading apostrophe."""
    return f"ltrim(\"{column}\", '''')"


_CUSTOMER = unquoted("Customer ID")
_ORDER = '"Name"'
_ORDER_ID = first_of(f'max({unquoted("Id")}) over (partition by _batch_id, "Name")', '"Name"')
# Rows after an order's first have no financial status.
_FIRST_ROW = '"Financial Status" is not null'

CUSTOMERS = Stream(
    name="customers",
    files="store/shopify/customers-*.csv*",
    format=Delimited(),
    record=Record(
        key=_CUSTOMER,
        given_name='"First Name"',
        family_name='"Last Name"',
        emails=('"Email"',),
        phones=(unquoted("Phone"), unquoted("Default Address Phone")),
        address='concat_ws(\' \', "Default Address Address1", "Default Address Address2")',
        city='"Default Address City"',
        region='"Default Address Province Code"',
        postcode=unquoted("Default Address Zip"),
        country='"Default Address Country Code"',
        company='"Default Address Company"',
    ),
    identifiers=(Identifier("shopify_customer", _CUSTOMER, record=_CUSTOMER, issuer="{source}"),),
    consents=(
        Consent(record=_CUSTOMER, channel="'email'", value='"Accepts Email Marketing"'),
        Consent(record=_CUSTOMER, channel="'sms'", value='"Accepts SMS Marketing"'),
    ),
)

_LEGACY = hashed('lower("Email")', "regexp_replace(\"Phone\", '[^0-9]', '', 'g')")

LEGACY_CUSTOMERS = Stream(
    name="legacy_customers",
    files="store/shopify/customers_legacy-*.csv*",
    format=Delimited(),
    record=Record(
        key=_LEGACY,
        given_name='"First Name"',
        family_name='"Last Name"',
        emails=('"Email"',),
        phones=(unquoted("Phone"),),
        address='concat_ws(\' \', "Address1", "Address2")',
        city='"City"',
        region=first_of('"Province Code"', '"Province"'),
        postcode=unquoted("Zip"),
        country=first_of('"Country Code"', '"Country"'),
        company='"Company"',
    ),
    consents=(
        Consent(record=_LEGACY, channel="'email'", value='"Accepts Email Marketing"'),
        Consent(record=_LEGACY, channel="'sms'", value='"Accepts SMS Marketing"'),
    ),
)

ORDERS = Stream(
    name="orders",
    files="store/shopify/orders-*.csv*",
    format=Delimited(),
    record=Record(
        key=_ORDER,
        when=_FIRST_ROW,
        created_at='"Created at"',
        full_name=first_of('"Billing Name"', '"Shipping Name"'),
        emails=('"Email"',),
        phones=(unquoted("Billing Phone"), unquoted("Shipping Phone")),
        address='coalesce(nullif(concat_ws(\' \', "Billing Address1", "Billing Address2"), \'\'), "Billing Street")',
        city='"Billing City"',
        region='"Billing Province"',
        postcode=unquoted("Billing Zip"),
        country='"Billing Country"',
        company='"Billing Company"',
    ),
    purchase=Purchase(
        key=_ORDER_ID,
        number=_ORDER,
        own_stream="orders",
        when=_FIRST_ROW,
        record=_ORDER,
        ordered_at='"Created at"',
        updated_at=first_of('"Cancelled at"', '"Fulfilled at"', '"Paid at"', '"Created at"'),
        status="case when \"Cancelled at\" is not null or \"Financial Status\" = 'voided' then 'cancelled' "
        "when \"Financial Status\" = 'refunded' then 'refunded' "
        "when \"Financial Status\" in ('paid', 'partially_refunded', 'partially_paid') then 'paid' "
        "when \"Financial Status\" in ('pending', 'authorized') then 'pending' else 'other' end",
        currency='"Currency"',
        amount='"Total"',
        discount='"Discount Amount"',
        shipping='"Shipping"',
        refunded='"Refunded Amount"',
        payment_method='"Payment Method"',
    ),
    purchase_line=PurchaseLine(
        purchase=_ORDER_ID,
        product='"Lineitem name"',
        sku='"Lineitem sku"',
        quantity='"Lineitem quantity"',
        unit_price='"Lineitem price"',
    ),
)

# Whoever has one of these links or tokens sees an order, a checkout or an account without signing in.
_KEYS = ("token", "cart_token", "checkout_token", "*order_status_url", "status_page_url", "abandoned_checkout_url",
         "multipass_identifier", "credit_card_*", "payment_details*", "receipt*")  # fmt: skip

CONNECTOR = Connector(
    "shopify",
    "store",
    (CUSTOMERS, LEGACY_CUSTOMERS, ORDERS, *PULLED, *TABLES),
    about=__doc__,
    drop=(*SECRETS, *_KEYS),
)
