-- mart.affinity: pairs of products that are bought on the same order
-- grain: product, other_product
-- columns:
--   product: article number of the one that sorts first; the article's name where the source gives no number
--   other_product: article number, or name, of the other
--   product_name: a name of the first
--   other_name: a name of the other
--   baskets: orders with both
--   support: baskets as a share of all orders counted
--   product_baskets: orders with the first
--   other_baskets: orders with the other
--   confidence: of the orders with the first, the share with the other
--   confidence_back: of the orders with the other, the share with the first
--   lift: how many times more often they meet than if bought independently
--   rank: 1 for the pair with the highest lift among those of the first or of the other product, whichever is better
-- Sales of up to $max_basket products count, known buyer or not; a product keeps its $max_partners best pairs.
with line as (
    select distinct line.purchase_id, coalesce(line.sku, line.product) as product
    from customer.purchase_line as line
    inner join customer.purchase as purchase on purchase.purchase_id = line.purchase_id
    where purchase.is_sale and purchase.ordered_at::date <= $as_of::date
        and coalesce(line.sku, line.product) is not null and line.quantity > 0
),

basket as (
    select purchase_id from line group by purchase_id having count(*) <= $max_basket
),

counted as (
    select count(*) as baskets from basket
),

-- 1. A pair cannot be more frequent than its rarer product: rare ones leave before they are paired. Numbers stand in
--    for orders and products.
product as (
    select line.product, count(*) as baskets, row_number() over (order by line.product) as number
    from line
    inner join basket using (purchase_id)
    group by line.product
    having count(*) >= greatest($min_baskets, $min_support * (select baskets from counted))
),

item as (
    select dense.number as basket, product.number as product
    from line
    inner join (select purchase_id, row_number() over () as number from basket) as dense using (purchase_id)
    inner join product using (product)
),

pair as (
    select one.product, other.product as other_product, count(*) as baskets
    from item as one
    inner join item as other on other.basket = one.basket and other.product > one.product
    group by one.product, other.product
    having count(*) >= greatest($min_baskets, $min_support * (select baskets from counted))
),

measured as (
    select
        one.product,
        other.product as other_product,
        pair.baskets,
        pair.baskets / counted.baskets as support,
        one.baskets as product_baskets,
        other.baskets as other_baskets,
        pair.baskets / one.baskets as confidence,
        pair.baskets / other.baskets as confidence_back,
        pair.baskets * counted.baskets / (one.baskets * other.baskets) as lift
    from pair
    inner join product as one on one.number = pair.product
    inner join product as other on other.number = pair.other_product
    cross join counted
),

-- 2. The best pairs of each product; more frequent ones first among equals.
sided as (
    select product as side, product, other_product, lift, baskets from measured
    union all
    select other_product, product, other_product, lift, baskets from measured
),

best as (
    select product, other_product, min(place) as rank
    from (
        select *, row_number() over (partition by side order by lift desc, baskets desc, product, other_product) as place
        from sided
    )
    where place <= $max_partners
    group by product, other_product
),

name as (
    select coalesce(sku, product) as product, min(product) as name
    from customer.purchase_line
    group by coalesce(sku, product)
)

select
    measured.product,
    measured.other_product,
    name.name as product_name,
    other_name.name as other_name,
    measured.baskets,
    round(measured.support, 6) as support,
    measured.product_baskets,
    measured.other_baskets,
    round(measured.confidence, 6) as confidence,
    round(measured.confidence_back, 6) as confidence_back,
    round(measured.lift, 6) as lift,
    best.rank
from measured
inner join best using (product, other_product)
left join name on name.product = measured.product
left join name as other_name on other_name.product = measured.other_product
order by measured.product, measured.other_product
