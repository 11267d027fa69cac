-- mart.feedback_month: answered surveys month by month, those of unknown people included
-- grain: month, source
-- columns:
--   month: first day of the month (UTC)
--   source: system
--   answers: surveys answered
--   promoters: answers of 9 or 10 to the question of recommending
--   passives: answers of 7 or 8
--   detractors: answers of 6 or less
--   nps: net promoter score, -100 to 100: promoters less detractors, in percent of the answers to that question
--   csat_answers: answers to the question of satisfaction
--   csat_average: mean satisfaction, 1 to 5
--   csat_satisfied: share of answers of 4 or 5 among these
select
    date_trunc('month', answered_at)::date as month,
    source,
    count(*) as answers,
    count(*) filter (nps >= 9) as promoters,
    count(*) filter (nps between 7 and 8) as passives,
    count(*) filter (nps <= 6) as detractors,
    round(100 * (count(*) filter (nps >= 9) - count(*) filter (nps <= 6)) / nullif(count(nps), 0), 1) as nps,
    count(csat) as csat_answers,
    round(avg(csat), 2) as csat_average,
    round(count(*) filter (csat >= 4) / nullif(count(csat), 0), 4) as csat_satisfied
from customer.feedback
where answered_at::date <= $as_of::date
group by 1, source
order by 1, source
