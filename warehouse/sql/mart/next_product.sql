-- mart.next_product: what each buyer may want next: products bought together with theirs, which they do not have
-- grain: customer_id, place
-- columns:
--   customer_id: the person
--   place: 1 for the first suggestion
--   product: article number, or name, as in mart.affinity
--   product_name: a name of the product
--   because: the product of theirs that speaks for it most
--   lift: how many times more often the two meet than if bought independently
--   confidence: of the orders with their product, the share with the suggested one
--   baskets: orders with both
-- A suggestion has a lift above 1. The highest lift goes first, then confidence, orders with both, and the product's number.
with bought as (
    select purchase.customer_id, coalesce(line.sku, line.product) as product, max(purchase.ordered_at) as last_at
    from customer.purchase_line as line
    inner join customer.purchase as purchase on purchase.purchase_id = line.purchase_id
    where purchase.customer_id is not null and purchase.is_sale and purchase.ordered_at::date <= $as_of::date
        and coalesce(line.sku, line.product) is not null and line.quantity > 0
    group by purchase.customer_id, coalesce(line.sku, line.product)
),

-- The products bought last speak; a wholesaler's thousands would all have to be looked up.
recent as (
    select customer_id, product
    from bought
    qualify row_number() over (partition by customer_id order by last_at desc, product) <= $recent_products
),

either as (
    select product, other_product as partner, other_name as name, lift, confidence, baskets from mart.affinity
    where lift > 1
    union all
    select other_product, product, product_name, lift, confidence_back, baskets from mart.affinity
    where lift > 1
),

-- Buyers times products times partners is what this table costs: the best partners do.
partner as (
    select *
    from either
    qualify row_number() over (partition by product order by lift desc, confidence desc, baskets desc, partner)
        <= $next_partners
),

suggestion as (
    select
        recent.customer_id,
        partner.partner as product,
        any_value(partner.name) as product_name,
        min_by(recent.product, (-partner.lift, -partner.confidence, -partner.baskets, recent.product)) as because,
        max(partner.lift) as lift
    from recent
    inner join partner on partner.product = recent.product
    anti join bought on bought.customer_id = recent.customer_id and bought.product = partner.partner
    group by recent.customer_id, partner.partner
),

placed as (
    select
        suggestion.customer_id,
        row_number() over (
            partition by suggestion.customer_id
            order by suggestion.lift desc, partner.confidence desc, partner.baskets desc, suggestion.product
        ) as place,
        suggestion.product,
        suggestion.product_name,
        suggestion.because,
        suggestion.lift,
        partner.confidence,
        partner.baskets
    from suggestion
    inner join partner on partner.product = suggestion.because and partner.partner = suggestion.product
)

select customer_id, place, product, product_name, because, lift, confidence, baskets
from placed
where place <= $next_products
order by customer_id, place
