"""The survey: SurveyMonkey's CSV with its two header rows.

Answers follow experience: people with refunds, cancellations or urgent tickets score low.
"""

import duckdb

from pipeline.demo.deliveries import Run
from pipeline.demo.files import write_table
from pipeline.demo.vocabulary import load_vocabulary

_HEADER = (
    "Respondent ID,Collector ID,Start Date,End Date,IP Address,Email Address,First Name,Last Name,Custom Data 1,"
    "How likely are you to recommend us to a friend?,How satisfied were you with your last order?,"
    "Anything you would like to tell us?\n"
    ",,,,,,,,,Score 0-10,Rating 1-5,Open-Ended Response"
)

_RESPONSES = """
with trouble as (
    select person, count(*) as troubles from (
        select person from purchase where status in ('refunded', 'partially_refunded', 'cancelled')
        union all select person from ticket where priority in ('urgent', 'high'))
    group by person
), scored as (
    select latest.*, coalesce(troubles, 0) as troubles,
        greatest(0, least(10, round(9.1 - 3.4 * least(coalesce(troubles, 0), 2) - 3.2 * s_order * s_order + 1.4 * s_phone)))::int as nps
    from latest left join trouble using (person) where source = 'survey'
)
select moment, concat_ws(',',
    key, '401' || (2000 + s_code * 5)::int, strftime(make_timestamp((created - 300) * 1000000), '%m/%d/%Y %I:%M:%S %p'),
    strftime(make_timestamp(created * 1000000), '%m/%d/%Y %I:%M:%S %p'),
    (11 + person % 200) || '.' || (person % 251) || '.' || (person % 239) || '.' || (1 + person % 250),
    cell(coalesce(mail, '')), cell(coalesce(name_given, '')), cell(coalesce(name_family, '')), '',
    nps::varchar, if(s_remark < 0.1, '', greatest(1, least(5, round(nps / 2.0)))::int::varchar),
    cell(case when s_code > 0.45 then '' when writes_han or (culture = 'chinese' and s_case < 0.7)
         then if(nps >= 7, $praise_han[1 + (person % len($praise_han))], $blame_han[1 + (person % len($blame_han))])
         else if(nps >= 7, $praise[1 + (person % len($praise))], $blame[1 + (person % len($blame))]) end)) as line
from scored order by moment, key
"""


def export_survey(con: duckdb.DuckDBPyConnection, run: Run) -> None:
    """Write the responses of every day."""
    words = load_vocabulary().words
    query = _RESPONSES
    lists = {"$praise_han": "survey_praise_chinese", "$blame_han": "survey_blame_chinese",
             "$praise": "survey_praise_english", "$blame": "survey_blame_english"}
    for mark, name in lists.items():
        query = query.replace(mark + "[", "[" + ", ".join(f"'{text}'" for text in words[name]) + "][")
        query = query.replace(f"len({mark})", str(len(words[name])))
    write_table(con, run, "feedback/survey/responses-{}.csv", _HEADER, query)
