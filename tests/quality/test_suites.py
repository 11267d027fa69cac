"""What each expectation catches: one thing is spoilt in a good warehouse, and one expectation says so.

The table reads: in this suite, after this change, this expectation (without the words all of them begin with) does not
hold, of this severity, for so many rows. Other expectations may break along with it. The cases are counted in DuckDB;
then Great Expectations judges each suite with all of its cases (but deletions) done at once, and must find the same
rows.
"""

from collections.abc import Iterator
from datetime import datetime

import duckdb
import pytest

from quality.catalog import SUITE_NAMES, suites_named
from quality.counting import count_broken, is_held
from quality.errors import QualityFailed
from quality.gate import check

CASES = """
suite | change | broken | severity | rows

ops.batch | insert into ops.batch from ops.batch limit 1 | be_unique(batch_id) | fail | 2
ops.batch | update ops.batch set status = 'lost' where source = 'segment' | be_in_set(status) | fail | 1
ops.batch | update ops.batch set rows_loaded = 39 where source = 'segment' | be_in_set(counts_reconcile) | fail | 1
ops.batch | delete from ops.quarantine | be_in_set(quarantine_is_complete) | fail | 1
ops.batch | update ops.batch set status = 'rejected' where source = 'segment' | be_in_set(is_readable) | warn | 1
ops.batch | update ops.batch set missing_columns = 'email' where source = 'shopify' | be_in_set(has_all_columns) | warn | 1
ops.batch | update ops.batch set rows_quarantined = 9 where source = 'segment' | be_between(quarantined_share) | warn | 1

ops.quarantine | update ops.quarantine set reason = ' ' | match_regex(reason) | fail | 1
ops.quarantine | update ops.quarantine set file_name = '' | match_regex(file_name) | fail | 1
ops.quarantine | update ops.quarantine set stage = 'resolve' | be_in_set(stage) | fail | 1
ops.quarantine | update ops.quarantine set batch_id = 'unknown' | be_in_set(is_of_known_batch) | fail | 1
ops.quarantine | update ops.quarantine set line = 0 | be_in_set(has_a_place) | warn | 1

raw | update raw.segment_events set _batch_id = null where _line = 1 | not_be_null(batch_id) | fail | 1
raw | update raw.segment_events set _batch_id = 'unknown' where _line = 1 | be_in_set(is_of_known_batch) | fail | 1
raw | update raw.segment_events set _line = 2 where _line = 1 | be_in_set(lines_are_distinct) | fail | 1
raw | delete from raw.segment_events where _line = 1 | be_in_set(loaded_rows_are_there) | fail | 1
raw | drop table raw.shopify_orders | be_in_set(loaded_rows_are_there) | fail | 1

standard.record | insert into standard.record from standard.record limit 1 | be_unique(record_id) | fail | 2
standard.record | update standard.record set record_id = 'u1' where source = 'segment' | match_regex(record_id) | fail | 1
standard.record | update standard.record set source_record_id = '' where source = 'segment' | match_regex(source_record_id) | fail | 1
standard.record | update standard.record set _batch_id = 'unknown' | be_in_set(is_of_known_batch) | fail | 3
standard.record | update standard.record set email = 'ann.lee' where source = 'segment' | match_regex(email) at least 99.00% | fail | 1
standard.record | update standard.record set email = 'Ann@example.org' where source = 'segment' | match_regex(email) | warn | 1
standard.record | update standard.record set phone = '13912345678' where source = 'segment' | match_regex(phone) at least 99.00% | fail | 1
standard.record | update standard.record set phone = '+0123456789' where source = 'segment' | match_regex(phone) | warn | 1
standard.record | update standard.record set country = 'China' where source = 'segment' | match_regex(country) | warn | 1
standard.record | update standard.record set gender = 'F' where source = 'segment' | be_in_set(gender) | fail | 1
standard.record | update standard.record set name_script = 'Latn' where source = 'segment' | be_in_set(name_script) | fail | 1
standard.record | update standard.record set name_pinyin = 'Wang2 Xiao3ming2' where name_script = 'han' | match_regex(name_pinyin) | warn | 1
standard.record | update standard.record set birth_date = '2026-03-19' where source = 'segment' | be_in_set(birth_is_plausible) | warn | 1
standard.record | update standard.record set birth_date = '1906-03-01' where source = 'segment' | be_in_set(birth_is_plausible) | warn | 1
standard.record | delete from standard.identifier; update standard.record set full_name = null, given_name = null, family_name = null where source = 'segment' | be_in_set(has_name_or_identifier) at least 95.00% | warn | 1
standard.record | update standard.record set updated_at = null where source = 'segment' | not_be_null(updated_at) | warn | 1
standard.record | update standard.record set updated_at = '2026-03-20' where source = 'segment' | be_in_set(is_not_in_the_future) | warn | 1

standard.identifier | insert into standard.identifier from standard.identifier limit 1 | compound_columns_to_be_unique(record_id, namespace, issuer, value) | fail | 2
standard.identifier | update standard.identifier set namespace = 'Phone' where namespace = 'phone' | match_regex(namespace) | fail | 1
standard.identifier | update standard.identifier set issuer = 'shop' where namespace = 'phone' | be_in_set(issuer_goes_with_namespace) | warn | 1
standard.identifier | update standard.identifier set namespace = 'wechat_unionid' where namespace = 'phone' | be_in_set(issuer_goes_with_namespace) | warn | 1
standard.identifier | update standard.identifier set value = ' ' where namespace = 'anonymous_id' | match_regex(value) | fail | 1
standard.identifier | update standard.identifier set value = 'ann.lee' where namespace = 'email' | be_in_set(email_is_an_address) at least 99.00% | fail | 2
standard.identifier | update standard.identifier set value = 'a@b' where record_id = 'a000000000000002' | be_in_set(email_is_an_address) | warn | 1
standard.identifier | update standard.identifier set value = '13912345678' where namespace = 'phone' | be_in_set(phone_is_e164) at least 99.00% | fail | 1
standard.identifier | update standard.identifier set value = '139 1234 5678' where namespace = 'phone' | be_in_set(phone_is_e164) | warn | 1
standard.identifier | update standard.identifier set seen_first = null | not_be_null(seen_first) at least 95.00% | warn | 4
standard.identifier | update standard.identifier set seen_last = '2026-02-01' where namespace = 'phone' | be_in_set(is_seen_first_before_last) | fail | 1
standard.identifier | update standard.identifier set revoked_at = '2026-02-01' where namespace = 'phone' | be_in_set(is_revoked_after_seen) | warn | 1
standard.identifier | delete from standard.record where name_script = 'han' | be_in_set(is_of_known_record) | warn | 1

standard.event | insert into standard.event from standard.event limit 1 | be_unique(event_id) | fail | 2
standard.event | update standard.event set occurred_at = null where _line = 2 | not_be_null(occurred_at) | quarantine | 1
standard.event | update standard.event set occurred_at = '2026-03-20' where _line = 2 | be_in_set(is_not_in_the_future) | warn | 1
standard.event | update standard.event set occurred_at = '1970-01-20' where _line = 2 | be_in_set(is_after_the_web_began) | warn | 1
standard.event | update standard.event set event_type = 'click' where _line = 2 | be_in_set(event_type) | warn | 1
standard.event | update standard.event set anonymous_namespace = 'ip' where _line = 2 | be_in_set(anonymous_namespace) | warn | 1
standard.event | update standard.event set record_id = 'a00000000000000f' where _line = 2 | be_in_set(is_of_known_record) | warn | 1
standard.event | update standard.event set anonymous_id = null where _line = 2 | be_in_set(is_of_somebody) | warn | 1
standard.event | update standard.event set _batch_id = 'unknown' where _line = 2 | be_in_set(is_of_known_batch) | fail | 1

standard.purchase | insert into standard.purchase from standard.purchase limit 1 | be_unique(purchase_id) | fail | 2
standard.purchase | update standard.purchase set order_number = '' where order_number = '#1001' | match_regex(order_number) | fail | 1
standard.purchase | update standard.purchase set status = 'Paid' where order_number = '#1001' | be_in_set(status) | fail | 1
standard.purchase | update standard.purchase set status = null where order_number = '#1001' | not_be_null(status) | warn | 1
standard.purchase | update standard.purchase set ordered_at = null where order_number = '#1001' | not_be_null(ordered_at) | warn | 1
standard.purchase | update standard.purchase set ordered_at = '2026-03-20' where order_number = '#1001' | be_in_set(is_not_in_the_future) | warn | 1
standard.purchase | update standard.purchase set amount = null where order_number = '#1001' | not_be_null(amount) | warn | 1
standard.purchase | update standard.purchase set amount = -40 where order_number = '#1001' | be_between(amount) | warn | 1
standard.purchase | update standard.purchase set refunded = -1 where order_number = '#1001' | be_between(refunded) | warn | 1
standard.purchase | update standard.purchase set refunded = 41 where order_number = '#1001' | be_in_set(refund_is_within_amount) | warn | 1
standard.purchase | update standard.purchase set currency = '¥' where order_number = '#1001' | match_regex(currency) | warn | 1
standard.purchase | update standard.purchase set currency = null where order_number = '#1001' | be_in_set(amount_has_a_currency) | warn | 1
standard.purchase | update standard.purchase set record_id = 'a00000000000000f' where order_number = '#1001' | be_in_set(is_of_known_record) | warn | 1
standard.purchase | update standard.purchase set _batch_id = 'unknown' where order_number = '#1001' | be_in_set(is_of_known_batch) | fail | 1

standard.purchase_line | insert into standard.purchase_line from standard.purchase_line limit 1 | compound_columns_to_be_unique(purchase_id, line_number) | fail | 2
standard.purchase_line | update standard.purchase_line set line_number = 0 | be_between(line_number) | warn | 2
standard.purchase_line | delete from standard.purchase where order_number = '#1001' | be_in_set(is_of_known_order) | warn | 1
standard.purchase_line | update standard.purchase_line set product = null, sku = null | be_in_set(names_a_product) | warn | 2
standard.purchase_line | update standard.purchase_line set quantity = 0 | be_in_set(has_a_quantity) | warn | 2
standard.purchase_line | update standard.purchase_line set amount = 20 | be_in_set(amount_adds_up) at least 99.00% | warn | 2

standard.interaction | insert into standard.interaction from standard.interaction | be_unique(interaction_id) | fail | 2
standard.interaction | update standard.interaction set kind = 'fax' | be_in_set(kind) | warn | 1
standard.interaction | update standard.interaction set occurred_at = null | not_be_null(occurred_at) | warn | 1
standard.interaction | update standard.interaction set closed_at = '2026-03-01' | be_in_set(closes_after_it_began) | warn | 1
standard.interaction | update standard.interaction set occurred_at = '2026-03-20' | be_in_set(is_not_in_the_future) | warn | 1
standard.interaction | update standard.interaction set record_id = 'a00000000000000f' | be_in_set(is_of_known_record) | warn | 1
standard.interaction | update standard.interaction set _batch_id = 'unknown' | be_in_set(is_of_known_batch) | fail | 1

standard.feedback | insert into standard.feedback from standard.feedback limit 1 | be_unique(feedback_id) | fail | 2
standard.feedback | update standard.feedback set nps = 11 where _line = 1 | be_between(nps) | fail | 1
standard.feedback | update standard.feedback set csat = 0 where _line = 1 | be_between(csat) | fail | 1
standard.feedback | update standard.feedback set nps = null, csat = null where _line = 1 | be_in_set(says_something) at least 90.00% | warn | 1
standard.feedback | update standard.feedback set answered_at = '2026-03-20' where _line = 1 | be_in_set(is_not_in_the_future) | warn | 1
standard.feedback | update standard.feedback set record_id = 'a00000000000000f' where _line = 1 | be_in_set(is_of_known_record) | warn | 1
standard.feedback | update standard.feedback set _batch_id = 'unknown' where _line = 1 | be_in_set(is_of_known_batch) | fail | 1

standard.consent | insert into standard.consent from standard.consent limit 1 | compound_columns_to_be_unique(record_id, channel, purpose) | fail | 2
standard.consent | update standard.consent set channel = 'mail' where channel = 'email' | be_in_set(channel) | fail | 1
standard.consent | update standard.consent set purpose = 'ads' where channel = 'email' | be_in_set(purpose) | fail | 1
standard.consent | update standard.consent set status = 'maybe' where channel = 'email' | be_in_set(status) | fail | 1
standard.consent | delete from standard.record where source = 'segment' | be_in_set(is_of_known_record) | warn | 2
standard.consent | update standard.consent set _batch_id = 'unknown' where channel = 'email' | be_in_set(is_of_known_batch) | fail | 1
standard.consent | update standard.consent set stated_at = null where channel = 'email' | not_be_null(stated_at) at least 95.00% | warn | 1
standard.consent | update standard.consent set stated_at = '2026-03-20' where channel = 'email' | be_in_set(is_not_in_the_future) | warn | 1

standard.unparsed | update standard.unparsed set field = '' | match_regex(field) | fail | 1
standard.unparsed | update standard.unparsed set reason = '' | match_regex(reason) | fail | 1

identity.record_customer | insert into identity.record_customer from identity.record_customer limit 1 | be_unique(record_id) | fail | 2
identity.record_customer | update identity.record_customer set customer_id = '42' where source_record_id = '#1002' | match_regex(customer_id) | fail | 1
identity.record_customer | delete from identity.ledger where ledger_number = 2 | be_in_set(customer_is_in_the_ledger) | fail | 1
identity.record_customer | delete from identity.record_customer where source_record_id = '#1002' | be_in_set(live_record_has_customer) | fail | 1
identity.record_customer | delete from standard.record where source_record_id = '#1002' | be_in_set(record_exists) | fail | 1
identity.record_customer | insert into identity.record_customer select 'f' || n, 'C0000000000000a1', 's', 't', 'k' from range(199) as r (n) | be_in_set(customer_is_of_plausible_size) | fail | 201
identity.record_customer | insert into identity.record_customer select 'f' || n, 'C0000000000000a1', 's', 't', 'k' from range(19) as r (n) | be_between(records_of_customer) at least 98.00% | warn | 21

identity.link | update identity.link set match_weight = null | be_in_set(weight_is_finite) | fail | 1
identity.link | update identity.link set match_weight = 'inf' | be_in_set(weight_is_finite) | fail | 1
identity.link | update identity.link set match_weight = 'nan' | be_in_set(weight_is_finite) | fail | 1
identity.link | update identity.link set match_probability = 1.01 | be_in_set(probability_is_one) | fail | 1
identity.link | update identity.link set record_id_r = record_id_l | be_in_set(joins_two_records) | fail | 1
identity.link | insert into identity.link from identity.link | compound_columns_to_be_unique(record_id_l, record_id_r) | fail | 2
identity.link | update identity.link set match_probability = 'nan' | be_in_set(probability_is_one) | fail | 1

identity.alias | insert into identity.alias from identity.alias | be_unique(old_customer_id) | fail | 2
identity.alias | update identity.alias set customer_id = 'C0000000000000d4' | be_in_set(leads_to_a_live_customer) | fail | 1
identity.alias | update identity.alias set old_customer_id = 'C0000000000000b2' | be_in_set(is_out_of_use) | fail | 1

identity.ledger | update identity.ledger set ledger_number = 1 where ledger_number = 2 | be_unique(ledger_number) | fail | 2
identity.ledger | update identity.ledger set event = 'joined' where ledger_number = 2 | be_in_set(event) | fail | 1
identity.ledger | update identity.ledger set other_customer_id = null where event = 'merged' | be_in_set(names_both_customers) | fail | 1
identity.ledger | update identity.ledger set other_customer_id = customer_id where event = 'merged' | be_in_set(customers_differ) | fail | 1
identity.ledger | update identity.ledger set records = -1 where event = 'merged' | be_in_set(counts_records) | fail | 1

customer.customer | insert into customer.customer from customer.customer limit 1 | be_unique(customer_id) | fail | 2
customer.customer | delete from customer.customer where name_script = 'han' | be_in_set(is_there) | fail | 1
customer.customer | update customer.customer set customer_id = 'C0000000000000d4' where name_script = 'han' | be_in_set(is_live) | fail | 1
customer.customer | update customer.customer set record_count = 5 where name_script = 'han' | be_in_set(counts_its_records) | fail | 1
customer.customer | update customer.customer set gender = 'M' where name_script = 'han' | be_in_set(gender) | fail | 1
customer.customer | update customer.customer set email = 'xiaoming' where name_script = 'han' | match_regex(email) | warn | 1
customer.customer | update customer.customer set phone = '139' where name_script = 'han' | match_regex(phone) | warn | 1
customer.customer | update customer.customer set country = '中国' where name_script = 'han' | match_regex(country) | warn | 1
customer.customer | update customer.customer set source_count = 0 where name_script = 'han' | be_between(source_count) | fail | 1
customer.customer | update customer.customer set last_seen_at = '2000-01-01' where name_script = 'han' | be_in_set(is_seen_first_before_last) | warn | 1

customer.provenance | insert into customer.provenance from customer.provenance where field = 'gender' limit 1 | compound_columns_to_be_unique(customer_id, field) | fail | 2
customer.provenance | update customer.provenance set customer_id = 'C0000000000000d4' where field = 'birth_date' | be_in_set(is_of_live_customer) | fail | 1
customer.provenance | update customer.provenance set record_id = 'a000000000000003' where field = 'birth_date' | be_in_set(is_of_the_customers_record) | fail | 1

customer.permission | insert into customer.permission from customer.permission limit 1 | compound_columns_to_be_unique(customer_id, channel, purpose) | fail | 2
customer.permission | update customer.permission set channel = 'any' where channel = 'email' | be_in_set(channel) | fail | 1
customer.permission | update customer.permission set status = 'yes' where channel = 'email' | be_in_set(status) | fail | 1
customer.permission | update customer.permission set customer_id = 'C0000000000000d4' where channel = 'email' | be_in_set(is_of_live_customer) | fail | 1
customer.permission | update standard.consent set status = 'denied' where channel = 'email' | be_in_set(respects_every_refusal) | fail | 1
customer.permission | update standard.consent set status = 'denied', channel = 'any' where channel = 'email' | be_in_set(respects_every_refusal) | fail | 2
customer.permission | insert into ops.restriction select customer_id, channel, 'minor' from customer.permission where status = 'granted' order by all limit 1 | be_in_set(respects_every_restriction) | fail | 1

customer.event | insert into customer.event from customer.event limit 1 | be_unique(event_id) | fail | 2
customer.event | delete from customer.event where event_id = 'e1' | be_in_set(is_there) | fail | 1
customer.event | delete from standard.event where event_id = 'e1' | be_in_set(is_in_standard) | fail | 1
customer.event | update customer.event set customer_id = 'C0000000000000d4' where event_id = 'e1' | be_in_set(is_of_live_customer) | fail | 1
customer.purchase | insert into customer.purchase from customer.purchase limit 1 | be_unique(purchase_id) | fail | 2
customer.purchase | delete from customer.purchase where order_number = '#1001' | be_in_set(is_there) | fail | 1
customer.purchase | delete from standard.purchase where order_number = '#1001' | be_in_set(is_in_standard) | fail | 1
customer.purchase | update customer.purchase set customer_id = 'C0000000000000d4' where order_number = '#1001' | be_in_set(is_of_live_customer) | fail | 1
customer.purchase_line | insert into customer.purchase_line from customer.purchase_line limit 1 | compound_columns_to_be_unique(purchase_id, line_number) | fail | 2
customer.purchase_line | delete from customer.purchase_line where purchase_id = 'd000000000000001' | be_in_set(is_there) | fail | 1
customer.purchase_line | delete from standard.purchase_line where purchase_id = 'd000000000000001' | be_in_set(is_in_standard) | fail | 1
customer.purchase_line | update customer.purchase_line set customer_id = 'C0000000000000d4' | be_in_set(is_of_live_customer) | fail | 2
customer.interaction | insert into customer.interaction from customer.interaction | be_unique(interaction_id) | fail | 2
customer.interaction | delete from customer.interaction | be_in_set(is_there) | fail | 1
customer.interaction | delete from standard.interaction | be_in_set(is_in_standard) | fail | 1
customer.interaction | update customer.interaction set customer_id = 'C0000000000000d4' | be_in_set(is_of_live_customer) | fail | 1
customer.feedback | insert into customer.feedback from customer.feedback limit 1 | be_unique(feedback_id) | fail | 2
customer.feedback | delete from customer.feedback where feedback_id = 'f000000000000001' | be_in_set(is_there) | fail | 1
customer.feedback | delete from standard.feedback | be_in_set(is_in_standard) | fail | 2
customer.feedback | update customer.feedback set customer_id = 'C0000000000000d4' | be_in_set(is_of_live_customer) | fail | 2

customer.customer_history | insert into customer.customer_history from customer.customer_history limit 1 | compound_columns_to_be_unique(customer_id, valid_from) | fail | 2
customer.customer_history | update customer.customer_history set valid_to = valid_from where name_script = 'han' | be_in_set(ends_after_it_began) | fail | 1
customer.customer_history | update customer.customer_history set customer_id = 'C0000000000000d4' where name_script = 'latin' | be_in_set(is_of_live_customer) | fail | 1
customer.customer_history | delete from customer.customer_history where name_script = 'han' | be_in_set(has_a_state) | fail | 1

customer.contact | insert into customer.contact from customer.contact where kind = 'email' | compound_columns_to_be_unique(customer_id, kind, value) | fail | 2
customer.contact | update customer.contact set kind = 'fax' where kind = 'email' | be_in_set(kind) | fail | 1
customer.contact | update customer.contact set status = 'main' where kind = 'email' | be_in_set(status) | fail | 1
customer.contact | update customer.contact set customer_id = 'C0000000000000d4' where kind = 'email' | be_in_set(is_of_live_customer) | fail | 1

customer.relationship | insert into customer.relationship select 'C0000000000000a1', 'C0000000000000b2', 'household', 1, 2 from range(2) | compound_columns_to_be_unique(customer_id, other_customer_id, kind) | fail | 2
customer.relationship | insert into customer.relationship values ('C0000000000000b2', 'C0000000000000a1', 'household', 1, 2) | be_in_set(is_told_once) | fail | 1
customer.relationship | insert into customer.relationship values ('C0000000000000a1', 'C0000000000000d4', 'household', 1, 2) | be_in_set(is_of_live_customers) | fail | 1

mart.value | insert into mart.value from mart.value limit 1 | be_unique(customer_id) | fail | 2
mart.value | update mart.value set customer_id = 'C0000000000000d4' where customer_id like '%a1' | be_in_set(is_of_live_customer) | fail | 1
mart.value | update mart.value set purchase_days = 0 where customer_id like '%b2' | be_between(purchase_days) | fail | 1
mart.value | update mart.value set probability_alive = 1.1 where customer_id like '%b2' | be_between(probability_alive) | fail | 1
mart.value | update mart.value set expected_orders_12m = 367 where customer_id like '%b2' | be_between(expected_orders_12m) | fail | 1
mart.value | update mart.value set expected_value_12m = -1 where customer_id like '%b2' | be_between(expected_value_12m) | fail | 1
mart.value | update mart.value set value_band = 'gold' where customer_id like '%b2' | be_in_set(value_band) | fail | 1

mart.churn_risk | insert into mart.churn_risk from mart.churn_risk limit 1 | be_unique(customer_id) | fail | 2
mart.churn_risk | update mart.churn_risk set customer_id = 'C0000000000000d4' where customer_id like '%a1' | be_in_set(is_of_live_customer) | fail | 1
mart.churn_risk | update mart.churn_risk set days_since_order = -1 where customer_id like '%b2' | be_between(days_since_order) | warn | 1
mart.churn_risk | update mart.churn_risk set risk_score = 101 where customer_id like '%b2' | be_between(risk_score) | fail | 1
mart.churn_risk | update mart.churn_risk set risk_band = 'some' where customer_id like '%b2' | be_in_set(risk_band) | fail | 1
mart.churn_risk | update mart.churn_risk set reason = 'boredom' where customer_id like '%b2' | be_in_set(reason) | fail | 1

mart.value_model | insert into mart.value_model from mart.value_model | be_unique(as_of) | fail | 2
mart.value_model | update mart.value_model set correlation = 0.6 | be_between(correlation) | warn | 1
mart.value_model | update mart.value_model set holdout_error = -0.6 | be_between(holdout_error) | warn | 1

mart.cohort | insert into mart.cohort from mart.cohort | compound_columns_to_be_unique(cohort_month, months_since) | fail | 2
mart.cohort | update mart.cohort set buyers = 3 | be_in_set(buyers_are_of_the_cohort) | fail | 1
mart.cohort | update mart.cohort set retention = 0.5 | be_in_set(begins_whole) | fail | 1

mart.lifecycle_month | insert into mart.lifecycle_month from mart.lifecycle_month | compound_columns_to_be_unique(month, from_stage, to_stage) | fail | 2
mart.lifecycle_month | update mart.lifecycle_month set from_stage = 'asleep' | be_in_set(from_stage) | fail | 1
mart.lifecycle_month | update mart.lifecycle_month set to_stage = 'unseen' | be_in_set(to_stage) | fail | 1
mart.lifecycle_month | update mart.lifecycle_month set customers = 0 | be_between(customers) | fail | 1
mart.lifecycle_month | update mart.lifecycle_month set customers = 3 | be_in_set(counts_everybody) | fail | 1

mart.customer_360 | insert into mart.customer_360 from mart.customer_360 limit 1 | be_unique(customer_id) | fail | 2
mart.customer_360 | update mart.customer_360 set customer_id = 'C0000000000000d4' where gender = 'male' | be_in_set(is_of_live_customer) | fail | 1
mart.customer_360 | delete from mart.customer_360 where gender = 'male' | be_in_set(is_there) | fail | 1
mart.customer_360 | update mart.customer_360 set lifecycle_stage = null where gender = 'male' | not_be_null(lifecycle_stage) | fail | 1
mart.customer_360 | update mart.customer_360 set orders = -1 where gender = 'male' | be_between(orders) | fail | 1
mart.customer_360 | update mart.customer_360 set spend = -1 where gender = 'male' | be_between(spend) | warn | 1
mart.customer_360 | update mart.customer_360 set nps_last = 11 where gender = 'male' | be_between(nps_last) | fail | 1
mart.customer_360 | update mart.customer_360 set csat_average = 0.5 where gender = 'male' | be_between(csat_average) | fail | 1

mart.rfm | insert into mart.rfm from mart.rfm limit 1 | be_unique(customer_id) | fail | 2
mart.rfm | update mart.rfm set customer_id = 'C0000000000000d4' where customer_id like '%a1' | be_in_set(is_of_live_customer) | fail | 1
mart.rfm | update mart.rfm set recency_days = -1 where customer_id like '%a1' | be_between(recency_days) | warn | 1
mart.rfm | update mart.rfm set frequency = 0 where customer_id like '%a1' | be_between(frequency) | fail | 1
mart.rfm | update mart.rfm set r_score = 6 where customer_id like '%a1' | be_between(r_score) | fail | 1
mart.rfm | update mart.rfm set f_score = 0 where customer_id like '%a1' | be_between(f_score) | fail | 1
mart.rfm | update mart.rfm set m_score = 6 where customer_id like '%a1' | be_between(m_score) | fail | 1
mart.rfm | update mart.rfm set rfm_segment = 'kings' where customer_id like '%a1' | be_in_set(rfm_segment) | fail | 1

mart.lifecycle | insert into mart.lifecycle from mart.lifecycle limit 1 | be_unique(customer_id) | fail | 2
mart.lifecycle | update mart.lifecycle set customer_id = 'C0000000000000d4' where customer_id like '%a1' | be_in_set(is_of_live_customer) | fail | 1
mart.lifecycle | delete from mart.lifecycle where customer_id like '%a1' | be_in_set(is_there) | fail | 1
mart.lifecycle | update mart.lifecycle set stage = 'asleep' where customer_id like '%a1' | be_in_set(stage) | fail | 1
mart.lifecycle | update mart.lifecycle set orders = -1 where customer_id like '%a1' | be_between(orders) | fail | 1

mart.journey | insert into mart.journey from mart.journey where touchpoint = 'ticket' | compound_columns_to_be_unique(customer_id, position) | fail | 2
mart.journey | update mart.journey set touchpoint = 'fax' where customer_id like '%b2' | be_in_set(touchpoint) | fail | 1
mart.journey | update mart.journey set hours_since_previous = -1 where touchpoint = 'visit' | be_between(hours_since_previous) | fail | 1
mart.journey | update mart.journey set purchase_id = null where touchpoint = 'visit' | be_in_set(leads_somewhere) | fail | 1
mart.journey | update mart.journey set customer_id = 'C0000000000000d4' where customer_id like '%b2' | be_in_set(is_of_live_customer) | fail | 1

mart.channel | insert into mart.channel from mart.channel where model = 'first' and channel = 'direct' | compound_columns_to_be_unique(model, channel) | fail | 2
mart.channel | update mart.channel set model = 'best' where model = 'last' and channel = 'unknown' | be_in_set(model) | fail | 1
mart.channel | update mart.channel set share = 1.5 where model = 'last' and channel = 'direct' | be_between(share) | fail | 1
mart.channel | update mart.channel set conversions = 7 where model = 'last' and channel = 'direct' | be_in_set(adds_up_to_all_purchases) | fail | 2
mart.channel | update mart.channel set revenue = revenue + 0.01 where model = 'decay' and channel = 'direct' | be_in_set(adds_up_to_all_revenue) | fail | 2

mart.feedback | insert into mart.feedback from mart.feedback | be_unique(customer_id) | fail | 2
mart.feedback | update mart.feedback set nps_group = 'fan' | be_in_set(nps_group) | fail | 1
mart.feedback | update mart.feedback set csat_average = 0.5 | be_between(csat_average) | fail | 1
mart.feedback | update mart.feedback set median_hours = -1 | be_between(median_hours) | fail | 1
mart.feedback | update mart.feedback set customer_id = 'C0000000000000d4' | be_in_set(is_of_live_customer) | fail | 1

mart.affinity | insert into mart.affinity by name select 'a' as product, 'b' as other_product from range(2) | compound_columns_to_be_unique(product, other_product) | fail | 2
mart.affinity | insert into mart.affinity by name select 'd' as product, 'c' as other_product | be_in_set(is_told_once) | fail | 1
mart.affinity | insert into mart.affinity by name select 'e' as product, 'f' as other_product, 1.5 as support | be_between(support) | fail | 1
mart.affinity | insert into mart.affinity by name select 'g' as product, 'h' as other_product, 1.5 as confidence | be_between(confidence) | fail | 1
mart.affinity | insert into mart.affinity by name select 'i' as product, 'j' as other_product, 1.5 as confidence_back | be_between(confidence_back) | fail | 1

mart.next_product | insert into mart.next_product by name select 'C0000000000000a1' as customer_id, 1 as place from range(2) | compound_columns_to_be_unique(customer_id, place) | fail | 2
mart.next_product | insert into mart.next_product by name select 'C0000000000000a1' as customer_id, 2 as place, 'a' as product, 'a' as because | be_in_set(is_another) | fail | 1
mart.next_product | insert into mart.next_product by name select 'C0000000000000a1' as customer_id, 3 as place, 0.5 as lift | be_between(lift) | fail | 1
mart.next_product | insert into mart.next_product by name select 'C0000000000000d4' as customer_id, 1 as place | be_in_set(is_of_live_customer) | fail | 1

mart.identity_quality | insert into mart.identity_quality from mart.identity_quality where source = 'segment' | be_unique(source) | fail | 2
mart.identity_quality | update mart.identity_quality set records = 7 where source = 'segment' | be_in_set(counts_its_records) | fail | 1
mart.identity_quality | update mart.identity_quality set joined_share = 2 where source = 'segment' | be_between(joined_share) | fail | 1
mart.identity_quality | update mart.identity_quality set records_over_20 = records where source = 'shopify' | be_in_set(is_not_clumped) | warn | 1
"""

ROWS = [[cell.strip() for cell in line.split(" | ")] for line in CASES.strip().splitlines()[1:] if line]


@pytest.fixture
def spoilt(untouched: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """The good warehouse inside a transaction that is rolled back."""
    untouched.execute("begin")
    yield untouched
    untouched.execute("rollback")


@pytest.mark.parametrize(
    ("suite", "change", "broken", "severity", "rows"),
    ROWS,
    ids=[f"{suite}: {broken}, {change}" for suite, change, broken, _, _ in ROWS],
)
def test_expectation_breaks(
    spoilt: duckdb.DuckDBPyConnection, suite: str, change: str, broken: str, severity: str, rows: str
) -> None:
    spoilt.execute(change)
    judged = suites_named(spoilt, [suite])[0]
    found = {
        _short(each.name): (each.severity.value, count.broken)
        for each, count in zip(judged.expectations, count_broken(spoilt, judged), strict=True)
        if not is_held(each, count)
    }
    assert found.get(broken) == (severity, int(rows))


@pytest.mark.parametrize("name", SUITE_NAMES)
def test_great_expectations_finds_the_same_rows(con: duckdb.DuckDBPyConnection, name: str) -> None:
    for suite, change, *_ in ROWS:
        # Deletions on both sides of a comparison would leave nothing to judge.
        if suite == name and not change.startswith(("delete", "drop")):
            con.execute(change)
    suite = suites_named(con, [name])[0]
    counted = dict(zip([each.name for each in suite.expectations], count_broken(con, suite), strict=True))
    _check(con, name)
    judged = con.execute("select expectation, failed_rows, success from ops.quality_result").fetchall()
    assert {expectation: rows for expectation, rows, _ in judged} == {
        expectation: count.broken for expectation, count in counted.items()
    }
    assert {expectation: success for expectation, _, success in judged} == {
        each.name: is_held(each, counted[each.name]) for each in suite.expectations
    }
    assert not all(success for *_, success in judged)


def test_every_expectation_is_seen_to_break(con: duckdb.DuckDBPyConnection) -> None:
    expected = {(s.name, _short(each.name)) for s in suites_named(con, SUITE_NAMES) for each in s.expectations}
    assert expected == {(suite, broken) for suite, _, broken, _, _ in ROWS}


def _check(con: duckdb.DuckDBPyConnection, suite: str) -> None:
    try:
        check(con, [suite], "run", datetime(2026, 3, 19))
    except QualityFailed:
        return


def _short(expectation: str) -> str:
    return expectation.removeprefix("expect_column_values_to_").removeprefix("expect_")
