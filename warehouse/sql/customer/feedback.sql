-- customer.feedback: answered surveys, with the person who answered
-- grain: feedback_id
-- columns:
--   customer_id: the person; empty when the answer names no known record
--   feedback_id: the answer
--   answered_at: when (UTC)
--   source: system
--   stream: stream of that system
--   record_id: record of the respondent
--   nps: likelihood to recommend, 0 to 10
--   csat: satisfaction, 1 to 5
--   comment: free text
--   updated_at: last change at the source (UTC)
select
    who.customer_id,
    feedback.feedback_id,
    feedback.answered_at,
    feedback.source,
    feedback.stream,
    feedback.record_id,
    feedback.nps,
    feedback.csat,
    feedback.comment,
    feedback.updated_at
from standard.feedback as feedback
left join identity.record_customer as who on who.record_id = feedback.record_id
order by who.customer_id nulls last, feedback.answered_at nulls last, feedback.feedback_id
