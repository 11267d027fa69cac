"""Shopify: apostrophes before ids, zips and phones; of an order's rows only the first carries the order; no export has
a modification time, so the delivery's day orders versions; every order is also a record of its buyer."""

from tests.spec.connectors.deliveries.writing import table

_ORDER = {"Created at": "2026-03-01 10:00:00 +0800", "Currency": "USD"}
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
            **{"Billing Country": "US", "Payment Method": "card", **_ORDER},
        },
        {"Name": "#1001", "Lineitem quantity": "1", "Lineitem name": "Cup", "Lineitem price": "5.00"},
        {
            **{"Name": "#1002", "Financial Status": "pending", "Cancelled at": "2026-03-02 10:00:00 +0800"},
            **{"Total": "8.00", "Lineitem quantity": "1", "Lineitem name": "Pot", "Lineitem price": "8.00"},
            **{"Shipping Name": "Bob Ray", "Shipping Phone": "'+14155550100", **_ORDER},
        },
    ),
}
ROWS = {
    "record": """
        | stream    | key   | full_name | email     | phone        | postcode | country | created_at          | updated_at          |
        | customers | 7001  | Ann Lee   | ann@x.com | +14155552671 | 01890    | US      |                     | 2026-03-18 00:00:00 |
        | orders    | #1001 | Ann Lee   | ann@x.com |              | 01890    | US      | 2026-03-01 02:00:00 | 2026-03-18 00:00:00 |
        | orders    | #1002 | Bob Ray   |           | +14155550100 |          |         | 2026-03-01 02:00:00 | 2026-03-18 00:00:00 |
    """,
    "identifier": """
        | key   | namespace        | issuer  | value        |
        | 7001  | email            |         | ann@x.com    |
        | 7001  | phone            |         | +14155552671 |
        | 7001  | shopify_customer | shopify | 7001         |
        | #1001 | email            |         | ann@x.com    |
        | #1002 | phone            |         | +14155550100 |
    """,
    "consent": """
        | key  | channel | status  | stated_at           |
        | 7001 | email   | granted | 2026-03-18 00:00:00 |
        | 7001 | sms     | denied  | 2026-03-18 00:00:00 |
    """,
    "purchase": """
        | order_number | key   | ordered_at          | status    | currency | amount | shipping | item_count | payment_method |
        | #1001        | #1001 | 2026-03-01 02:00:00 | paid      | USD      | 31.00  | 5.00     | 3          | card           |
        | #1002        | #1002 | 2026-03-01 02:00:00 | cancelled | USD      | 8.00   |          | 1          |                |
    """,
    "purchase_line": """
        | order | line_number | sku | product | quantity | unit_price | amount |
        | #1001 | 1           | T-1 | Tea     | 2.000    | 10.5000    | 21.00  |
        | #1001 | 2           |     | Cup     | 1.000    | 5.0000     | 5.00   |
        | #1002 | 1           |     | Pot     | 1.000    | 8.0000     | 8.00   |
    """,
}
