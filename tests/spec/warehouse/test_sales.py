"""What counts as a sale, and for how much: status, refunds and currencies."""

from tests.warehouse.drawn import derive, draw, own_records, parse, read, warehouse


def test_sales_and_their_worth():
    con = warehouse()
    own_records(con, C1="r1")
    draw(
        con,
        "standard.purchase",
        """
        | purchase_id         | record_id | status    | currency | amount | refunded |
        | a paid              | r1        | paid      | CNY      | 100    |          |
        | b part given back   | r1        | paid      | CNY      | 100    | 30       |
        | c all given back    | r1        | paid      | CNY      | 100    | 100      |
        | d refunded          | r1        | refunded  | CNY      | 100    |          |
        | e refunded in part  | r1        | refunded  | CNY      | 100    | 40       |
        | f gift              | r1        | paid      | CNY      | 0      | 0        |
        | g pending           | r1        | pending   | CNY      | 100    |          |
        | h cancelled         | r1        | cancelled | CNY      | 100    |          |
        | i in dollars        | r1        | paid      | USD      | 10.01  |          |
        | j in yen            | r1        | paid      | JPY      | 1999   |          |
        | k without rate      | r1        | paid      | XAU      | 1      |          |
        | l amount not read   | r1        | paid      | CNY      |        |          |
        | m buyer not known   |           | paid      | CNY      | 5      |          |
        | n status not read   | r1        |           | CNY      | 5      |          |
        """,
    )
    derive(con, "customer.purchase")
    assert read(
        con,
        "select purchase_id, customer_id, is_sale, net_amount, net_base from customer.purchase order by purchase_id",
    ) == parse(
        """
        | purchase_id         | customer_id | is_sale | net_amount | net_base |
        | a paid              | C1          | true    | 100.00     | 100.00   |
        | b part given back   | C1          | true    | 70.00      | 70.00    |
        | c all given back    | C1          | false   | 0.00       | 0.00     |
        | d refunded          | C1          | false   | 0.00       | 0.00     |
        | e refunded in part  | C1          | true    | 60.00      | 60.00    |
        | f gift              | C1          | true    | 0.00       | 0.00     |
        | g pending           | C1          | false   | 0.00       | 0.00     |
        | h cancelled         | C1          | false   | 0.00       | 0.00     |
        | i in dollars        | C1          | true    | 10.01      | 70.07    |
        | j in yen            | C1          | true    | 1999.00    | 89.96    |
        | k without rate      | C1          | true    | 1.00       |          |
        | l amount not read   | C1          | true    |            |          |
        | m buyer not known   |             | true    | 5.00       | 5.00     |
        | n status not read   | C1          | false   | 0.00       | 0.00     |
        """
    )
