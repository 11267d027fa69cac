"""The survey: SurveyMonkey's CSV with its two header rows.

Answers follow experience: people with refunds, cancellations or urgent tickets score low.
"""

import duckdb

from pipeline.demo.deliveries import Run
from pipeline.demo.files import Query, write_table
from pipeline.demo.vocabulary import load_vocabulary

_HEADER = (
    "Respondent ID,Collector ID,Start Date,End Date,IP Address,Email Address,First Name,Last Name,Custom Data 1,"
    "How likely are you to recommend us to a friend?,How satisfied were you with your last order?,"
    "Anything you would like to tell us?\n"
    ",,,,,,,,,Score 0-10,Rating 1-5,Open-Ended Response"
)

_RESPONSES = """
with trouble as (
    select person, least(count(*), 2) as troubles from (
        select person from purchase where status in ('refunded', 'partially_refunded', 'cancelled')
        union all select person from ticket where priority in ('urgent', 'high'))
    group by person
), scored as (
    select latest.*,
        round(9.1 - 3.4 * coalesce(troubles, 0) - 3.2 * s_order * s_order + 1.4 * s_phone) as feeling,
        greatest(0, least(10, feeling))::int as nps,
        writes_han or (culture = 'chinese' and s_case < 0.7) as in_chinese
    from latest left join trouble using (person) where source = 'survey'
)
select moment, concat_ws(',',
    key, '401' || (2000 + s_code * 5)::int, american_time(created - 300), american_time(created),
    (11 + person % 200) || '.' || (person % 251) || '.' || (person % 239) || '.' || (1 + person % 250),
    cell(mail), cell(name_given), cell(name_family), '',
    if(s_case > 1 - p_number_text(), 'n/a', nps::varchar),
    if(s_remark < 0.1, '', greatest(1, least(5, round(nps / 2.0)))::int::varchar),
    case when s_code > 0.45 then ''
         when in_chinese then if(nps >= 7, pick($praise_chinese, person), pick($blame_chinese, person))
         else cell(if(nps >= 7, pick($praise_english, person), pick($blame_english, person))) end) as line
from scored order by moment, key
"""


def export_survey(con: duckdb.DuckDBPyConnection, run: Run) -> None:
    """Write the responses of every day."""
    words = load_vocabulary().words
    names = ("praise_chinese", "blame_chinese", "praise_english", "blame_english")
    query = Query(_RESPONSES, {name: words[f"survey_{name}"].tolist() for name in names})
    write_table(con, run, "feedback/survey/responses-{}.csv", _HEADER, query)
