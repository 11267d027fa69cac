"""What each version of a record says: the person as known at that time, as that channel holds it, with its mistakes.

In: tables `person`, `dwelling`, `record`, `version`, `channel`. Out: table `profile`, one row per version (and
`latest`, one per record), with every field as typed there; null is an empty field. Steps: 1. the person as of
`known`; 2. the name as that channel writes it; 3. mailbox and phone; 4. the address; 5. what the channel holds at
all. One statement, so that DuckDB streams through it.
"""

import duckdb
import pyarrow as pa

from pipeline.demo.profile_addresses import ADDRESSED
from pipeline.demo.profile_contacts import DIALLED, REACHABLE
from pipeline.demo.profile_names import NAMED
from pipeline.demo.vocabulary import Vocabulary

_SHOP_PHONES = ["2082880166", "57126885100", "4155550142"]

_AS_OF = """
as_of as not materialized (
    select version.*, record.* exclude (record), channel.* exclude (source, stream),
        person.* exclude (person, home_now, home_old),
        if(known < moved_at, home_old, home_now) as home,
        if(known < mobile_changed_at, mobile_old, mobile_now) as mobile,
        if(known < mail_changed_at, mail_old, mail_now) as mailbox,
        if(maiden <> '' and known < married_at, maiden, family_latin) as family_now,
        culture <> 'western' and (han or s_script < p_name_hanzi()) as writes_han,
        culture = 'overseas' and s_name < 0.35 and p_name_traditional() > 0
            or s_name > 1 - p_name_traditional() as traditional
    from version join record using (record) join person using (person)
    join channel on channel.source = record.source and channel.stream = record.stream
)
"""

# A record with nothing at all to recognise it by would not exist: someone who leaves no mailbox leaves a phone.
_HELD = """
held as not materialized (
    select *,
        h_mail < has_mail as holds_mail,
        h_phone < has_phone as asked_phone,
        h_name < has_name as holds_name
    from addressed
), kept as not materialized (
    select *, asked_phone or (not holds_mail and has_phone > 0 and source not in ('wechat', 'wecom')) as holds_phone,
        holds_mail or (not asked_phone and has_phone = 0 and has_mail > 0 and (not holds_name
            or h_mail < 0.9)) as has_mailbox
    from held
)
"""

_PROFILE = """
select record, version, moment, person, source, stream, key, created, culture, country, calling_code, writes_han,
    if(holds_name, name_full, null) as name_full,
    if(holds_name, name_given, null) as name_given,
    if(holds_name, name_family, null) as name_family,
    if(holds_phone, phone_typed, null) as phone,
    if(holds_phone and phone_kind = 'mobile', digits, null) as phone_digits,
    if(holds_phone, digits, null) as phone_number,
    if(has_mailbox, mail_typed, null) as mail,
    case when h_birth >= has_birth then null
         when e_void between 0.4 and 0.4 + p_birth_void() then date '1900-01-01'
         when e_birth < p_birth_slip() * 0.4 and day(birth_date) <= 12
         then make_date(year(birth_date), day(birth_date), month(birth_date))
         when e_birth < p_birth_slip() * 0.7 then birth_date + 10
         when e_birth < p_birth_slip() then (birth_date + to_years(1))::date
         else birth_date end as birth_date,
    if(h_sex < has_sex, if(female, 'f', 'm'), null) as sex,
    h_address < has_address as holds_address,
    h_address < has_address or h_city < has_city as holds_city,
    home_country, region_code, region_typed as region, city_typed as city, district_typed as district,
    line_one, line_two, postcode, hanzi_address,
    if(employed and h_company < has_company, company, null) as company,
    unionid, unionid_other, uses_wechat, device, cookie, s_code, s_remark, s_order, s_case, s_mail, s_phone,
    e_kind, e_spot, female, mail_second, shop_user
from kept
"""


def create_profiles(con: duckdb.DuckDBPyConnection, words: Vocabulary) -> None:
    """Create `profile` and `latest` from the truth and the draws."""
    _create_homophones(con, words)
    steps = ",".join((_AS_OF, NAMED, REACHABLE, DIALLED, ADDRESSED, _HELD))
    lists = {
        "void_names": "placeholder_names",
        "void_mails": "placeholder_mails",
        "void_western": "placeholder_phones_western",
        "void_chinese": "placeholder_phones_chinese",
    }
    values = {name: words.words[column].tolist() for name, column in lists.items()}
    con.execute(f"create table profile as with {steps} {_PROFILE}", values | {"shop_phones": _SHOP_PHONES})
    con.execute(
        "create table latest as from profile qualify row_number() over (partition by record order by version desc) = 1"
    )


def _create_homophones(con: duckdb.DuckDBPyConnection, words: Vocabulary) -> None:
    """For each character of given names, the one an input method offers next for the same sound."""
    characters = pa.table({name: pa.array(words.column(f"chinese_given.{name}")) for name in ("han", "pinyin")})
    con.register("arrow_characters", characters)
    con.execute("""
        create table homophone as
        select han, coalesce(lead(han) over same, first(han) over same) as typed
        from arrow_characters window same as (partition by pinyin order by han)
        qualify count(*) over (partition by pinyin) > 1""")
    con.unregister("arrow_characters")
