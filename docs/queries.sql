-- Questions analysts ask, over the published snapshot (published/customers.duckdb under the data directory).
-- Open it read-only: duckdb -readonly customers.duckdb. A test runs every query.

-- How many customers do we have, and out of how many records of how many systems?
select count(*) as customers, sum(record_count) as records, max(source_count) as most_systems
from customer.customer;

-- Which customers are known to the most systems?
select customer_id, full_name, sources, record_count
from customer.customer
order by source_count desc, record_count desc, customer_id
limit 10;

-- Who spends: the groups of buyers, in the base currency.
select rfm_segment, count(*) as buyers, round(avg(monetary), 2) as mean_spend, round(avg(recency_days)) as mean_days_since
from mart.rfm
group by rfm_segment
order by mean_spend desc;

-- Where do customers stand, and what have they been worth?
select lifecycle_stage, count(*) as customers, sum(spend) as spend
from mart.customer_360
group by lifecycle_stage
order by customers desc;

-- What did visitors do before we knew them?
select event_name, count(*) as events, count(distinct customer_id) as customers
from customer.event
where stitched
group by event_name
order by events desc
limit 10;

-- Revenue by month and source.
select date_trunc('month', ordered_at)::date as month, source, sum(net_base) as revenue, count(*) as orders
from customer.purchase
where is_sale
group by month, source
order by month, source;

-- Where do sources disagree? Fields that survived against another value, by the rule that decided.
select field, rule, count(*) as customers, sum(runner_up_count) as other_values
from customer.provenance
where runner_up_count > 0
group by field, rule
order by customers desc, field, rule;

-- Whom may we write to, per channel?
select channel, purpose, status, count(*) as customers
from customer.permission
group by channel, purpose, status
order by channel, purpose, status;

-- Do promoters spend more? Recommendation against spend.
select
    case when nps_last >= 9 then 'promoter' when nps_last >= 7 then 'passive' else 'detractor' end as attitude,
    count(*) as customers,
    round(avg(spend), 2) as mean_spend
from mart.customer_360
where nps_last is not null
group by attitude
order by mean_spend desc;

-- An id from an old report: whom does it mean today?
select coalesce(alias.customer_id, asked.customer_id) as customer_id, customer.full_name
from (select min(customer_id) as customer_id from customer.customer) as asked
left join identity.alias as alias on alias.old_customer_id = asked.customer_id
inner join customer.customer as customer on customer.customer_id = coalesce(alias.customer_id, asked.customer_id);

-- Who entered and left the segments, day by day?
select changed_on, segment, change, count(*) as customers
from segment.change
group by changed_on, segment, change
order by changed_on, segment, change;
