"""Shopify: the customers export and the orders export.

Header rows as Shopify writes them. Phones, zips and ids start with an apostrophe so that spreadsheets leave them alone.
In the orders file only an order's first row carries the order-level fields; the following rows are further line items.
"""

import duckdb

from pipeline.demo.deliveries import Run
from pipeline.demo.files import Query, write_table

_CUSTOMER_COLUMNS = (
    "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,"
    "Default Address Address1,Default Address Address2,Default Address City,Default Address Province Code,"
    "Default Address Country Code,Default Address Zip,Default Address Phone,Phone,Accepts SMS Marketing,"
    "Total Spent,Total Orders,Note,Tax Exempt,Tags"
)
_ORDER_COLUMNS = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,"
    "Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,"
    "Lineitem name,Lineitem price,Lineitem compare at price,Lineitem sku,Lineitem requires shipping,"
    "Lineitem taxable,Lineitem fulfillment status,Billing Name,Billing Street,Billing Address1,Billing Address2,"
    "Billing Company,Billing City,Billing Zip,Billing Province,Billing Country,Billing Phone,Shipping Name,"
    "Shipping Street,Shipping Address1,Shipping Address2,Shipping Company,Shipping City,Shipping Zip,"
    "Shipping Province,Shipping Country,Shipping Phone,Notes,Note Attributes,Cancelled at,Payment Method,"
    "Payment Reference,Refunded Amount,Vendor,Outstanding Balance,Employee,Location,Device ID,Id,Tags,Risk Level,"
    "Source,Lineitem discount,Tax 1 Name,Tax 1 Value"
)

_CUSTOMERS = """
with spent as (
    select buyer as record, round(sum(total), 2) as spent, count(*) as orders from priced
    where shop = 'shopify' and buyer >= 0 and status <> 'cancelled' group by all
)
select moment, concat_ws(',',
    '''' || key, cell(name_given), cell(name_family), cell(mail),
    if(s_remark < 0.62, 'yes', 'no'),
    cell(if(holds_address, coalesce(company, ''), '')),
    cell(if(holds_address, line_one, '')), cell(if(holds_address, coalesce(line_two, ''), '')),
    cell(if(holds_city, city, '')), cell(if(holds_city, region_code, '')), cell(if(holds_city, home_country, '')),
    if(holds_address and postcode <> '', '''' || postcode, ''),
    cell(if(holds_address and phone is not null, '''' || phone, '')), cell(coalesce('''' || phone, '')),
    if(s_remark < 0.25, 'yes', 'no'), printf('%.2f', coalesce(spent, 0)), coalesce(orders, 0)::varchar,
    cell(case when s_code < 0.01 then 'Gift wrap, please' || chr(10) || 'Leave with neighbour'
              when s_code < 0.03 then 'VIP, "best price" agreed' else '' end),
    'no', cell(if(s_code > 0.93, 'newsletter, vip', ''))) as line
from latest left join spent using (record)
where source = 'shopify' and stream = 'customers'
order by moment, key
"""

_ORDERS = """
with items as (
    select purchase, line, sku, name_en, quantity, price from priced_line
), placed as (
    select priced.*, profile.* exclude (record, person)
    from priced join profile using (record) where shop = 'shopify' and profile.stream = 'orders'
), fields as (
    select purchase, ordered, changed, key,
        concat_ws(',',
            cell(mail), case status when 'cancelled' then 'voided' else status end,
            if(status in ('pending', 'cancelled'), '', local_time(ordered + 40, 0) || ' +0000'),
            if(status in ('paid', 'refunded', 'partially_refunded'), 'fulfilled', 'unfulfilled'),
            if(status in ('paid', 'refunded', 'partially_refunded'), local_time(ordered + 86400, 0) || ' +0000', ''),
            if(s_remark < 0.5, 'yes', 'no'), currency, printf('%.2f', subtotal), printf('%.2f', shipping), '0.00',
            printf('%.2f', total), if(coupon, 'WELCOME10', ''), printf('%.2f', discount),
            if(express, 'Express', 'Standard'), local_time(ordered, 0) || ' +0000') as head,
        concat_ws(',',
            cell(name_full), cell(if(holds_address, concat_ws(', ', line_one, line_two), '')),
            cell(if(holds_address, line_one, '')), cell(if(holds_address, coalesce(line_two, ''), '')),
            cell(company), cell(if(holds_city, city, '')),
            if(holds_address and postcode <> '', '''' || postcode, ''),
            cell(if(holds_city, region_code, '')), if(holds_city, home_country, ''),
            cell(coalesce('''' || phone, ''))) as address,
        concat_ws(',',
            '', '', if(status = 'cancelled', local_time(changed, 0) || ' +0000', ''),
            if(s_code < 0.7, 'Shopify Payments', 'PayPal Express Checkout'), 'c' || (9000000 + purchase),
            printf('%.2f', refunded)) as tail,
        'Guiyi Demo Store,0.00,,,,' || (5400000000000 + purchase * 13) || ',,Low,web' as end_fields
    from placed
)
select changed as moment, string_agg(
    '#' || substr(key, 2) || ',' || if(line = 1, head, '' || repeat(',', 14)) || ','
    || concat_ws(',', quantity::varchar, cell(name_en), printf('%.2f', price), '', sku, 'true', 'true', 'fulfilled')
    || ',' || if(line = 1, address || ',' || address || ',' || tail || ',' || end_fields, repeat(',', 34))
    || ',0.00,,', chr(10) order by line) as line
from fields join items using (purchase)
group by purchase, changed order by changed, purchase
"""


def export_shopify(con: duckdb.DuckDBPyConnection, run: Run) -> None:
    """Write both files of every day."""
    write_table(con, run, "store/shopify/customers-{}.csv", _CUSTOMER_COLUMNS, Query(_CUSTOMERS))
    write_table(con, run, "store/shopify/orders-{}.csv", _ORDER_COLUMNS, Query(_ORDERS))
