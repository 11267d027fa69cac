-- mart.value_model: the models behind mart.value, and how well they would have forecast the last quarter
--
-- Times are in weeks. The models of the day are fitted to everything up to it. To judge them, they are fitted once more
-- to the first three quarters of the time since the first sale, and forecast the last one.
--
-- grain: as_of
-- columns:
--   as_of: day the models were fitted for
--   model_id: short hash of the parameters; empty without a model
--   reason: why there is no model of purchases, as in mart.value
--   buyers: people the model of purchases was fitted to
--   repeat_buyers: of these, with more than one purchase day
--   valued_buyers: of all buyers, those with an expected value in mart.value
--   r: shape of the buying rates among buyers
--   alpha: rate of the buying rates, in weeks
--   a: first parameter of the probability of leaving after a purchase
--   b: second parameter of it; its mean is a / (a + b)
--   log_likelihood: of the model of purchases
--   spending_reason: why there is no model of spending
--   spending_buyers: people the model of spending was fitted to
--   p: shape of a buyer's order values
--   q: shape of the spread between buyers
--   v: scale of the spread between buyers, in the base currency (the literature's gamma)
--   spending_log_likelihood: of the model of spending
--   mean_order_value: of a buyer of whom nothing is known, in the base currency; empty when q is 1 or less
--   correlation: between the number of purchases and their mean value; the models take it to be nought
--   holdout_from: first day held out
--   holdout_days: days held out
--   holdout_reason: why the forecast could not be judged
--   holdout_buyers: people who had bought before
--   holdout_orders: days with a sale they then had
--   holdout_expected_orders: what the model expected
--   holdout_error: expected less actual, as a share of actual
--   holdout_error_per_buyer: mean distance of expected from actual over buyers, in orders
--   holdout_naive_error: the same for expecting everybody to go on at their own rate
--   holdout_rms_error: root of the mean squared distance, in orders; weighs the far misses
--   holdout_naive_rms_error: the same for expecting everybody to go on at their own rate
--   holdout_spend: what they then spent, in the base currency
--   holdout_expected_spend: what the models expected
select
    as_of,
    model_id,
    reason,
    buyers,
    repeat_buyers,
    (select count(expected_value_12m) from mart.value) as valued_buyers,
    r,
    alpha,
    a,
    b,
    log_likelihood,
    spending_reason,
    spending_buyers,
    p,
    q,
    v,
    spending_log_likelihood,
    mean_order_value,
    correlation,
    holdout_from,
    holdout_days,
    holdout_reason,
    holdout_buyers,
    holdout_orders,
    holdout_expected_orders,
    holdout_error,
    holdout_error_per_buyer,
    holdout_naive_error,
    holdout_rms_error,
    holdout_naive_rms_error,
    holdout_spend,
    holdout_expected_spend
from lifetime_model
