"""Shopify: apostrophes before ids, zips and phones; of an order's rows only the first carries the order; no export has
a modification time, so the delivery's day orders versions; every order is also a record of its buyer. Older shops export
customers without an id. The tables of a replication service: both twins of customers and orders, in the shop's currency;
a test order is none, of an address book only the default address is the customer's own, a box left empty on an order
refuses nothing, the cookie that a tag manager left on an order."""

from tests.spec.connectors.deliveries.writing import table

_ORDER = {"Created at": "2026-03-01 10:00:00 +0800", "Currency": "USD"}
SETTINGS = {"country": "US"}
FILES = {
    "store/shopify/customers-2026-03-18.csv": table(
        {
            **{"Customer ID": "'7001", "First Name": "Ann", "Last Name": "Lee", "Email": "ann@x.com"},
            **{"Accepts Email Marketing": "yes", "Accepts SMS Marketing": "no", "Phone": "'+14155552671"},
            **{"Default Address Address1": "12 Long Rd", "Default Address City": "Reno"},
            **{"Default Address Country Code": "US", "Default Address Zip": "'01890"},
        }
    ),
    "store/shopify/orders-2026-03-18.csv": table(
        {
            **{"Name": "#1001", "Email": "ann@x.com", "Financial Status": "paid", "Total": "31.00"},
            **{"Subtotal": "26.00", "Shipping": "5.00", "Discount Amount": "0.00", "Refunded Amount": "0.00"},
            **{"Paid at": "2026-03-01 10:05:00 +0800", "Lineitem quantity": "2", "Lineitem name": "Tea"},
            **{"Lineitem price": "10.50", "Lineitem sku": "T-1", "Billing Name": "Ann Lee", "Billing Zip": "'01890"},
            **{"Billing Country": "US", "Payment Method": "card", "Id": "'4501", **_ORDER},
        },
        {"Name": "#1001", "Lineitem quantity": "1", "Lineitem name": "Cup", "Lineitem price": "5.00"},
        {
            **{"Name": "#1002", "Financial Status": "pending", "Cancelled at": "2026-03-02 10:00:00 +0800"},
            **{"Total": "8.00", "Lineitem quantity": "1", "Lineitem name": "Pot", "Lineitem price": "8.00"},
            **{"Shipping Name": "Bob Ray", "Shipping Phone": "'+14155550100", **_ORDER},
        },
    ),
    "store/shopify/customers_legacy-2026-03-18.csv": table(
        {
            **{"First Name": "Cy", "Last Name": "Day", "Email": "Cy@X.com", "Accepts Email Marketing": "no"},
            **{"Address1": "1 Main St", "City": "Reno", "Country Code": "US", "Zip": "'01890", "Phone": ""},
            **{"Accepts SMS Marketing": "yes"},
        },
        {"First Name": "Di", "Phone": "'+1 415 555 0111", "Accepts Email Marketing": "no"},
        {"First Name": "Nobody"},
    ),
    "store/shopify/tables/customer-2026-03-18.csv": table(
        {
            **{"id": "3588998496353", "first_name": "Eve", "last_name": "Fox", "email": "eve@x.com", "phone": ""},
            **{"accepts_marketing": "FALSE", "created_at": "2020-09-11 13:26:15.000 "},
            **{"updated_at": "2020-09-11 13:26:15.000 ", "_fivetran_synced": "2020-09-12 00:14:04.512 "},
        },
        encoding="utf-8-sig",
    ),
    "store/shopify/tables/gql_customer-2026-03-18.csv": table(
        {
            **{"id": "7001", "first_name": "Ann", "last_name": "Lee-Ray", "email": "ann@x.com", "phone": "4155552671"},
            **{"email_marketing_consent_state": "UNSUBSCRIBED", "updated_at": "2026-03-19 11:00:00"},
            **{"email_marketing_consent_updated_at": "2026-03-18 08:30:00"},
        },
        {
            **{"id": "7002", "first_name": "Gil", "email_marketing_consent_state": "NOT_SUBSCRIBED"},
            **{"updated_at": "2026-03-19 11:00:00"},
        },
    ),
    "store/shopify/tables/gql_customer_address-2026-03-18.csv": table(
        {
            **{"id": "9001", "customer_id": "7001", "name": "Ann Lee", "is_default": "TRUE", "city": "Reno"},
            **{"country_code": "US", "zip": "89501", "phone": "4155552671", "_fivetran_synced": "2026-03-19 10:10:00"},
        },
        {
            **{"id": "9002", "customer_id": "7001", "name": "Mum Lee", "is_default": "FALSE", "city": "Elko"},
            **{"country_code": "US", "phone": "4155550122", "_fivetran_synced": "2026-03-19 10:10:00"},
        },
    ),
    "store/shopify/tables/order-2026-03-18.csv": table(
        {
            **{"id": "2674098602081", "name": "#2001", "email": "eve@x.com", "customer_id": "3588998496353"},
            **{"currency": "GBP", "total_price": "2.8", "total_discounts": "0.5", "financial_status": "refunded"},
            **{"billing_address_name": "Eve Fox", "billing_address_country_code": "GB", "test": "FALSE"},
            **{"buyer_accepts_marketing": "FALSE", "created_at": "2026-03-11 19:35:42.000"},
            **{"updated_at": "2026-03-12 19:35:46.000"},
        },
        {"id": "2674098602082", "total_price": "1.00", "test": "TRUE", "created_at": "2026-03-11 19:35:42.000"},
    ),
    "store/shopify/tables/gql_order-2026-03-18.csv": table(
        {
            **{"id": "5001", "customer_id": "7001", "email": "ann@x.com", "display_financial_status": "PARTIALLY_PAID"},
            **{"currency_code": "CAD", "total_price_set_shop_amount": "55.00", "cancelled_at": " "},
            **{"total_price_set_shop_currency_code": "USD", "total_price_set_pres_amount": "74.00"},
            **{"total_shipping_price_set_shop_amount": "2.00", "customer_accepts_marketing": "TRUE"},
            **{"shipping_address_name": "Ann Lee", "processed_at": "2026-03-18 09:00:00"},
            **{"created_at": "2026-03-18 08:45:00", "updated_at": "2026-03-18 09:00:00"},
        },
        {
            **{"id": "5002", "display_financial_status": "EXPIRED", "total_price_set_shop_amount": "9.00"},
            **{"total_price_set_shop_currency_code": "USD", "created_at": "2026-03-18 10:00:00"},
        },
    ),
    "store/shopify/tables/abandoned_checkout-2026-03-18.csv": table(
        {
            **{"id": "12111", "customer_id": "121", "email": "hal@x.com", "currency": "USD", "total_price": "501.36"},
            **{"shipping_address_name": "Hal Joy", "shipping_address_phone": "(415) 555-0133"},
            **{"shipping_address_country_code": "US", "buyer_accepts_marketing": "true"},
            **{"created_at": "2026-03-12 10:06:50", "updated_at": "2026-03-12 10:51:10"},
        }
    ),
    "store/shopify/tables/refund-2026-03-18.csv": table(
        {"id": "801", "created_at": "2026-03-17 20:25:08.000", "order_id": "2674098602081"}
    ),
    "store/shopify/tables/transaction-2026-03-18.csv": table(
        {"id": "901", "order_id": "5001", "amount": "55.00", "currency": "USD", "kind": "sale", "status": "success",
         "created_at": "2026-03-18 09:00:00", "gateway": "card"}
    ),
    "store/shopify/tables/gql_customer_visit-2026-03-18.csv": table(
        {"id": "2001", "order_id": "5001", "landing_page": "https://shop.x/", "occurred_at": "2026-03-17 10:00:00",
         "source": "google", "utm_parameters_campaign": "spring", "referrer_url": "https://search.x/"}
    ),
    "store/shopify/tables/order_note_attribute-2026-03-18.csv": table(
        {"name": "clientID", "order_id": "5001", "value": '"a03d3118-4048-4159-b5bb-1b90d8abb69b"'},
        {"name": "gift", "order_id": "5001", "value": '"yes"'},
    ),
    "store/shopify/tables/order_line-2026-03-18.csv": table(
        {"id": "12", "order_id": "5001", "quantity": "1", "_fivetran_synced": "2026-03-18 10:00:00"},
        {"id": "3", "order_id": "5001", "name": "Tea", "sku": "T-1", "price": "10.50", "quantity": "1",
         "_fivetran_synced": "2026-03-18 10:00:00"},
        {"id": "3", "order_id": "5001", "name": "Tea", "sku": "T-1", "price": "10.50", "quantity": "2",
         "_fivetran_synced": "2026-03-18 11:00:00"},
        {"id": "4", "order_id": "5001", "name": "Pot", "quantity": "1", "_fivetran_synced": "2026-03-18 10:00:00"},
        {"id": "4", "order_id": "5001", "_fivetran_deleted": "true", "_fivetran_synced": "2026-03-18 11:00:00"},
        {"id": "7", "order_id": "4501", "name": "Tea, loose", "price": "10.50", "quantity": "2"},
        {"id": "8", "order_id": "4501", "name": "Cup", "price": "5.00", "quantity": "1"},
    ),
    "store/shopify/tables/customer_tag-2026-03-18.csv": table({"customer_id": "7001", "index": "1", "value": "VIP"}),
}  # fmt: skip
ROWS = {
    "record": """
        | stream           | key                              | full_name   | email     | phone        | postcode | country | created_at          | updated_at          |
        | address_table    | 9001                             | Ann Lee     |           | +14155552671 | 89501    | US      |                     | 2026-03-19 10:10:00 |
        | address_table    | 9002                             | Mum Lee     |           | +14155550122 |          | US      |                     | 2026-03-19 10:10:00 |
        | checkout_table   | 12111                            | Hal Joy     | hal@x.com | +14155550133 |          | US      | 2026-03-12 10:06:50 | 2026-03-12 10:51:10 |
        | customers        | 3588998496353                    | Eve Fox     | eve@x.com |              |          |         | 2020-09-11 13:26:15 | 2020-09-11 13:26:15 |
        | customers        | 7001                             | Ann Lee-Ray | ann@x.com | +14155552671 |          |         |                     | 2026-03-19 11:00:00 |
        | customers        | 7002                             | Gil         |           |              |          |         |                     | 2026-03-19 11:00:00 |
        | legacy_customers | 2e3bf11a227641fbfc982353945c11bc | Di          |           | +14155550111 |          |         |                     | 2026-03-18 00:00:00 |
        | legacy_customers | bcb33753f768e1c68adcd84afa144840 | Cy Day      | cy@x.com  |              | 01890    | US      |                     | 2026-03-18 00:00:00 |
        | order_table      | 2674098602081                    | Eve Fox     | eve@x.com |              |          | GB      | 2026-03-11 19:35:42 | 2026-03-12 19:35:46 |
        | order_table      | 5001                             | Ann Lee     | ann@x.com |              |          |         | 2026-03-18 08:45:00 | 2026-03-18 09:00:00 |
        | order_table      | 5002                             |             |           |              |          |         | 2026-03-18 10:00:00 | 2026-03-18 00:00:00 |
        | orders           | #1001                            | Ann Lee     | ann@x.com |              | 01890    | US      | 2026-03-01 02:00:00 | 2026-03-18 00:00:00 |
        | orders           | #1002                            | Bob Ray     |           | +14155550100 |          |         | 2026-03-01 02:00:00 | 2026-03-18 00:00:00 |
    """,
    "identifier": """
        | key                              | namespace        | issuer  | value                                |
        | #1001                            | email            |         | ann@x.com                            |
        | #1002                            | phone            |         | +14155550100                         |
        | 12111                            | email            |         | hal@x.com                            |
        | 12111                            | phone            |         | +14155550133                         |
        | 12111                            | shopify_customer | shopify | 121                                  |
        | 2674098602081                    | email            |         | eve@x.com                            |
        | 2674098602081                    | shopify_customer | shopify | 3588998496353                        |
        | 3588998496353                    | email            |         | eve@x.com                            |
        | 3588998496353                    | shopify_customer | shopify | 3588998496353                        |
        | 5001                             | anonymous_id     |         | a03d3118-4048-4159-b5bb-1b90d8abb69b |
        | 5001                             | email            |         | ann@x.com                            |
        | 5001                             | shopify_customer | shopify | 7001                                 |
        | 7001                             | email            |         | ann@x.com                            |
        | 7001                             | phone            |         | +14155552671                         |
        | 7001                             | shopify_customer | shopify | 7001                                 |
        | 7002                             | shopify_customer | shopify | 7002                                 |
        | 9001                             | phone            |         | +14155552671                         |
        | 9001                             | shopify_customer | shopify | 7001                                 |
        | 9002                             | phone            |         | +14155550122                         |
        | 2e3bf11a227641fbfc982353945c11bc | phone            |         | +14155550111                         |
        | bcb33753f768e1c68adcd84afa144840 | email            |         | cy@x.com                             |
    """,
    "consent": """
        | key                              | channel | status  | stated_at           |
        | 12111                            | email   | granted | 2026-03-12 10:06:50 |
        | 3588998496353                    | email   | denied  | 2020-09-11 13:26:15 |
        | 5001                             | email   | granted | 2026-03-18 08:45:00 |
        | 7001                             | email   | denied  | 2026-03-18 08:30:00 |
        | 7001                             | sms     | denied  | 2026-03-18 00:00:00 |
        | 7002                             | email   | denied  | 2026-03-19 11:00:00 |
        | 2e3bf11a227641fbfc982353945c11bc | email   | denied  | 2026-03-18 00:00:00 |
        | bcb33753f768e1c68adcd84afa144840 | email   | denied  | 2026-03-18 00:00:00 |
        | bcb33753f768e1c68adcd84afa144840 | sms     | granted | 2026-03-18 00:00:00 |
    """,
    "purchase": """
        | order_number  | key           | ordered_at          | status    | currency | amount | discount | shipping | item_count | payment_method |
        | #1001         | #1001         | 2026-03-01 02:00:00 | paid      | USD      | 31.00  | 0.00     | 5.00     | 3          | card           |
        | #1002         | #1002         | 2026-03-01 02:00:00 | cancelled | USD      | 8.00   |          |          | 1          |                |
        | #2001         | 2674098602081 | 2026-03-11 19:35:42 | refunded  | GBP      | 2.80   | 0.50     |          |            |                |
        | 5001          | 5001          | 2026-03-18 09:00:00 | paid      | USD      | 55.00  |          | 2.00     |            |                |
        | 5002          | 5002          | 2026-03-18 10:00:00 | cancelled | USD      | 9.00   |          |          |            |                |
    """,
    "purchase_line": """
        | order | line_number | sku | product    | quantity | unit_price | amount |
        | #1001 | 1           |     | Tea, loose | 2.000    | 10.5000    | 21.00  |
        | #1001 | 2           |     | Cup        | 1.000    | 5.0000     | 5.00   |
        | #1002 | 1           |     | Pot        | 1.000    | 8.0000     | 8.00   |
        | 5001  | 1           | T-1 | Tea        | 2.000    | 10.5000    | 21.00  |
        | 5001  | 2           |     |            | 1.000    |            |        |
    """,
    "event": """
        | stream            | key           | event_type | event_name           | occurred_at         | url             | campaign |
        | checkout_table    | 12111         | track      | Checkout Abandoned   | 2026-03-12 10:06:50 |                 |          |
        | refund_table      | 2674098602081 | track      | Order Refunded       | 2026-03-17 20:25:08 |                 |          |
        | transaction_table | 5001          | track      | Payment sale success | 2026-03-18 09:00:00 |                 |          |
        | visit_table       | 5001          | page       | google               | 2026-03-17 10:00:00 | https://shop.x/ | spring   |
    """,
}
