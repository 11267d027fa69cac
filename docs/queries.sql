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

-- What did we know of a customer on a day, by the ids of that day? (Before a merge two rows, today one.)
select customer_id, full_name, email, phone, valid_from, valid_to, merged_into
from customer.customer_history
where valid_from <= date '2026-04-01' and (valid_to is null or valid_to > date '2026-04-01')
order by customer_id
limit 10;

-- Which systems lost a phone number to another one, and by which rule?
select source, reason, count(*) as records, count(distinct customer_id) as customers
from customer.candidate
where field = 'phone' and not agrees
group by source, reason
order by records desc, source, reason;

-- How can each customer be reached? E-mail addresses and phones by what may be made of them.
select kind, status, count(*) as contacts, count(distinct customer_id) as customers
from customer.contact
group by kind, status
order by kind, status;

-- Who lives together, and who works together?
select kind, count(*) as pairs, avg(evidence) as mean_evidence
from customer.relationship
group by kind
order by pairs desc, kind;

-- What happened before the purchases? The touchpoints on the way to each.
select customer_id, purchase_id, touches_to_go, occurred_at, touchpoint, channel, campaign
from mart.journey
where on_path
order by customer_id, purchase_id, touches_to_go desc
limit 20;

-- Which ways lead to a first purchase, and how long do they take?
select path, paths, conversions, conversion_rate, median_days
from mart.path
where purchase = 'first' and path <> 'unknown'
order by conversions desc, paths desc, path
limit 10;

-- Where do visitors drop off on the way to a purchase?
select month, step, visitors, dropped, continued, share_of_visits
from mart.drop_off
order by month desc, step_number;

-- What is each channel worth, by five models side by side?
pivot (select channel, model, revenue from mart.channel) on model in ('first', 'last', 'linear', 'decay', 'markov')
using sum(revenue)
order by channel;

-- Is the net promoter score getting better?
select month, source, answers, nps, csat_average
from mart.feedback_month
order by month desc, source;

-- Who complains and waits?
select customer_id, complaints, open_tickets, oldest_open_days, median_hours, nps_group
from mart.feedback
where complaints > 0 or open_tickets > 0
order by open_tickets desc, complaints desc, customer_id
limit 20;

-- Which products are bought together?
select product_name, other_name, baskets, round(confidence, 2) as confidence, round(lift, 1) as lift
from mart.affinity
order by lift desc, baskets desc, product, other_product
limit 10;

-- What may customers want next, and because of what?
select product, product_name, count(*) as customers, mode(because) as mostly_because
from mart.next_product
where place = 1
group by product, product_name
order by customers desc, product
limit 10;

-- Which system's records are hard to tell apart or to join?
select source, records, customers, joined_share, without_identifier_share, contradicting_records, doubtful_pairs
from mart.identity_quality
order by joined_share;

-- Which deliveries are late?
select source, stream, status, last_delivery, days_late, rows_last, rows_usual
from mart.source_freshness
order by days_late desc, source, stream;
