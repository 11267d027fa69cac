"""What each version of a record says: the person as known at that time, as that channel holds it, with its mistakes.

In: tables `person`, `dwelling`, `record`, `version`, `rate`, `channel`. Out: table `profile`, one row per version (and `latest`, one per record), with
every field as typed there; null is an empty field. Steps: 1. the person as of `known`; 2. the name as that channel
writes it; 3. phone and mailbox; 4. the address; 5. what the channel holds at all.
"""

import duckdb
import pyarrow as pa

from pipeline.demo.vocabulary import Vocabulary

_AS_OF = """
create or replace table as_of as
select version.*, record.* exclude (record), channel.* exclude (source, stream), rate.*,
    person.* exclude (person, home_now, home_old),
    if(known < moved_at, home_old, home_now) as home,
    if(known < mobile_changed_at, mobile_old, mobile_now) as mobile,
    if(known < mail_changed_at, mail_old, mail_now) as mailbox,
    if(maiden <> '' and known < married_at, maiden, family_latin) as family_now,
    culture <> 'western' and (han or s_script < p_name_hanzi) as writes_han,
    culture = 'overseas' and s_name < 0.35 and p_name_traditional > 0 or s_name > 1 - p_name_traditional as traditional
from version join record using (record) join person using (person)
join channel on channel.source = record.source and channel.stream = record.stream cross join rate
where record.source = $source and record.stream = $stream
"""

_NAME = """
create or replace table named as
with chosen as (
    select as_of.*,
        if(traditional, family_traditional, family_han) as family_hanzi,
        case when e_name < p_name_homophone and typed is not null then left(given_han, length(given_han) - 1) || typed
             when traditional then given_traditional else given_han end as given_hanzi,
        case when culture = 'western' then case
                 when s_name < p_name_nickname and nickname <> '' then nickname
                 when s_name > 1 - p_name_initial then left(given_latin, 1) || if(s_order < 0.5, '.', '')
                 when middle <> '' and s_name between 0.80 and 0.80 + 4 * p_name_initial
                 then given_latin || ' ' || middle || if(s_order < 0.4, '.', '')
                 else given_latin end
             else case
                 when english <> '' and s_name < p_name_english then english
                 when english <> '' and s_name < p_name_english * 1.6 then english || ' ' || given_latin
                 when s_name between 0.80 and 0.80 + p_name_english * 0.5 then given_syllables
                 when s_name between 0.75 and 0.75 + p_name_english * 0.2 then replace(given_syllables, ' ', '-')
                 else given_latin end
             end as given_typed,
        if(suffix <> '' and s_code < 0.45, ' ' || suffix, '') as suffix_typed,
        s_order > 1 - p_name_swapped * if(culture = 'western', 0.3, 1.6) as swapped
    from as_of left join homophone on homophone.han = right(given_han, 1)
), slipped as (
    select * replace (
        if(e_name < p_name_slip * 0.6, mistype(given_typed, e_kind, e_spot), given_typed) as given_typed,
        if(e_name between p_name_slip * 0.6 and p_name_slip, mistype(family_now, e_kind, e_spot), family_now) as family_now)
    from chosen
), cased as (
    select * replace (
        case when s_case < p_name_upper * 0.5 then upper(given_typed) when s_case < p_name_upper then lower(given_typed)
             else given_typed end as given_typed,
        case when s_case < p_name_upper * 0.5 then upper(family_now) when s_case < p_name_upper then lower(family_now)
             else family_now end || suffix_typed as family_now)
    from slipped
)
select *,
    case when writes_han then given_hanzi when swapped then family_now else given_typed end as name_given,
    case when writes_han then family_hanzi when swapped then given_typed else family_now end as name_family,
    case when not writes_han then case
             when s_order < 0.5 * p_name_swapped then family_now || ', ' || given_typed
             when culture <> 'western' and s_order < 5 * p_name_swapped then family_now || ' ' || given_typed
             else given_typed || ' ' || family_now end
         when han and s_order < p_name_title then family_hanzi || if(female, '女士', '先生')
         when s_order > 1 - p_name_title * 0.4 then family_hanzi || ' ' || given_hanzi
         else family_hanzi || given_hanzi end as name_full
from cased
"""

_REACH = """
create or replace table reachable as
with chosen as (
    select named.*,
        case when e_void < p_phone_void then 'void'
             when s_which < p_phone_shop and source in ('fxiaoke', 'zoho') then 'shop'
             when s_which < p_phone_shop + p_phone_other * 0.4 then 'work'
             when s_which < p_phone_shop + p_phone_other * if(shared_household, 1.8, 0.8) then 'landline'
             else 'mobile' end as phone_kind,
        case when shared_household and s_mail > 1 - p_mail_family * 2 then mail_family
             when has_second_mail and s_mail < p_mail_second * 2 then mail_second
             else mailbox end as mail_chosen,
        e_garble > 1 - p_name_garbled and regexp_matches(name_full, '[^\\x00-\\x7F]') as garbled
    from named
)
select * replace (
        case when e_garble < p_name_void then $void_names[1 + floor(s_code * len($void_names))::int]
             when garbled then garble(name_full) else name_full end as name_full,
        case when e_garble < p_name_void then $void_names[1 + floor(s_code * len($void_names))::int]
             when garbled then garble(name_family) else name_family end as name_family,
        case when e_garble < p_name_void then null when garbled then garble(name_given) else name_given end as name_given),
    case phone_kind when 'shop' then $shop_phones[1 + person % len($shop_phones)] when 'work' then work_phone
         when 'landline' then landline when 'mobile' then mobile end as phone_true,
    case when e_void > 1 - p_mail_void then $void_mails[1 + floor(s_code * len($void_mails))::int]
         when e_mail < p_mail_slip
         then mistype(split_part(mail_chosen, '@', 1), e_kind, e_spot) || '@' || split_part(mail_chosen, '@', 2)
         when s_case > 1 - p_name_upper * 0.6 then upper(left(mail_chosen, 1)) || substr(mail_chosen, 2)
         else mail_chosen end as mail_typed
from chosen
"""

# Phones: the national number without trunk zero becomes what people type for their country.
_PHONE = """
create or replace table dialled as
with national as (
    select *,
        if(e_phone < p_phone_slip, mistype_digits(phone_true, e_kind, e_spot), phone_true) as digits,
        phone_kind in ('landline', 'work') as fixed
    from reachable
), written as (
    select *,
        case
            when phone_kind = 'void'
            then if(culture = 'western', $void_western[1 + floor(s_code * len($void_western))::int],
                    $void_chinese[1 + floor(s_code * len($void_chinese))::int])
            when calling_code = '86' and fixed then case
                when not han then '+86 ' || digits
                when s_phone < 0.5 then '0' || left(digits, length(digits) - 8) || '-' || right(digits, 8)
                when s_phone < 0.8 then '0' || digits else '+86-' || digits end
            when calling_code = '86' then case
                when not han and s_phone < 0.55 then '+86' || digits
                when not han and s_phone < 0.75 then '+86 ' || digits
                when not han and s_phone < 0.85 then '0086-' || digits
                when s_phone between 0.04 and 0.04 + p_phone_wide then widen(digits)
                when s_phone < 0.12 then '+86' || digits
                when s_phone < 0.18 then '86' || digits
                when s_phone < 0.24 then left(digits, 3) || '-' || substr(digits, 4, 4) || '-' || substr(digits, 8)
                when s_phone < 0.30 then left(digits, 3) || ' ' || substr(digits, 4, 4) || ' ' || substr(digits, 8)
                when s_phone < 0.32 then '0086 ' || digits
                else digits end
            when han then if(s_phone < 0.7, '+', '00') || calling_code || if(s_phone < 0.5, '', ' ') || digits
            when calling_code = '1' and country = 'US' then case
                when s_phone < 0.35 then '+1' || digits
                when s_phone < 0.55 then '(' || left(digits, 3) || ') ' || substr(digits, 4, 3) || '-' || substr(digits, 7)
                when s_phone < 0.75 then left(digits, 3) || '-' || substr(digits, 4, 3) || '-' || substr(digits, 7)
                when s_phone < 0.85 then '+1 ' || left(digits, 3) || ' ' || substr(digits, 4, 3) || ' ' || substr(digits, 7)
                when s_phone < 0.92 then left(digits, 3) || '.' || substr(digits, 4, 3) || '.' || substr(digits, 7)
                else digits end
            when s_phone < 0.6 then '+' || calling_code || digits
            when s_phone < 0.85 then '+' || calling_code || ' ' || left(digits, 4) || ' ' || substr(digits, 5)
            when s_phone < 0.95 or calling_code in ('1', '852', '65')
            then '00' || calling_code || ' ' || digits
            else '+' || calling_code || ' (0)' || digits end as phone_typed
    from national
)
select * from written
"""

_ADDRESS = """
create or replace table addressed as
with parts as (
    select dialled.*, dwelling.* exclude (address_id, country),
        dwelling.country as home_country,
        dwelling.country = 'CN' and writes_han as hanzi_address,
        e_address < p_address_slip as address_slipped,
        s_address < p_address_short as address_short
    from dialled join dwelling on dwelling.address_id = home
), lines as (
    select *,
        case when hanzi_address then road || number || '号' || case
                 when address_short then community
                 when s_address < 0.5 then community || block || '栋' || room || '室'
                 when s_address < 0.7 then community || block || '号楼' || entrance || '单元' || room || '室'
                 when s_address < 0.85 then community || block || '-' || entrance || '-' || room
                 else ' ' || community || ' ' || block || '幢' || room end
             when home_country = 'CN' then number || ' ' || road_latin
             when home_country = 'DE' then street || ' ' || number
             else number || ' ' || street || case
                 when street_kind = '' then ''
                 when s_address > 0.6 then ' ' || case street_kind when 'Street' then 'St' when 'Road' then 'Rd'
                     when 'Avenue' then 'Ave' when 'Lane' then 'Ln' when 'Drive' then 'Dr' when 'Court' then 'Ct'
                     when 'Place' then 'Pl' else 'Blvd' end || if(s_address > 0.9, '.', '')
                 else ' ' || street_kind end
             end as line_one,
        case when hanzi_address or address_short then null
             when home_country = 'CN' then 'Room ' || room || ', Bldg ' || block || ', ' || community_latin
             when not flat then null
             when s_address < 0.5 then 'Apt ' || unit || unit_letter
             when s_address < 0.8 then 'Flat ' || unit || unit_letter
             else '#' || unit || unit_letter end as line_two
    from parts
)
select * replace (
        if(address_slipped, if(hanzi_address, replace(line_one, '号', ''), mistype(line_one, e_kind, e_spot)), line_one) as line_one),
    if(hanzi_address or home_country <> 'CN', region, region_latin) as region_typed,
    if(hanzi_address or home_country <> 'CN', city, city_latin) as city_typed,
    if(hanzi_address, district, if(home_country = 'CN', district_latin, null)) as district_typed
from lines
"""

# A record with nothing at all to recognise it by would not exist: someone who leaves no mailbox leaves a phone.
_PROFILE = """
insert into profile
with held as (
    select *,
        h_mail < has_mail as holds_mail,
        h_phone < has_phone as asked_phone,
        h_name < has_name as holds_name
    from addressed
), kept as (
    select *, asked_phone or (not holds_mail and has_phone > 0 and source not in ('wechat', 'wecom')) as holds_phone,
        holds_mail or (not asked_phone and has_phone = 0 and has_mail > 0 and (not holds_name or h_mail < 0.9)) as has_mailbox
    from held
)
select record, version, moment, person, source, stream, key, created, culture, country, calling_code, writes_han,
    if(holds_name, name_full, null) as name_full,
    if(holds_name, name_given, null) as name_given,
    if(holds_name, name_family, null) as name_family,
    if(holds_phone, phone_typed, null) as phone,
    if(holds_phone and phone_kind = 'mobile', digits, null) as phone_digits,
    if(has_mailbox, mail_typed, null) as mail,
    case when h_birth >= has_birth then null
         when e_void between 0.4 and 0.4 + p_birth_void then date '1900-01-01'
         when e_birth < p_birth_slip * 0.4 and day(birth_date) <= 12
         then make_date(year(birth_date), day(birth_date), month(birth_date))
         when e_birth < p_birth_slip * 0.7 then birth_date + 10
         when e_birth < p_birth_slip then (birth_date + to_years(1))::date
         else birth_date end as birth_date,
    if(h_sex < has_sex, if(female, 'f', 'm'), null) as sex,
    h_address < has_address as holds_address,
    h_address < has_address or h_city < has_city as holds_city,
    home_country, region_code, region_typed as region, city_typed as city, district_typed as district,
    line_one, line_two, postcode, hanzi_address,
    if(employed and h_company < has_company, company, null) as company,
    unionid, unionid_other, uses_wechat, p_unionid_other, device, cookie, s_code, s_remark, s_order, s_case, s_mail, s_phone,
    e_kind, e_spot, female, mail_second, shop_user
from kept
"""


def create_profiles(con: duckdb.DuckDBPyConnection, words: Vocabulary) -> None:
    """Create `profile` from the truth and the draws, channel by channel."""
    _create_homophones(con, words)
    for source, stream in con.execute("select source, stream from channel order by source, stream").fetchall():
        add_profiles(con, words, source, stream)
    con.execute(
        "create table latest as from profile qualify row_number() over (partition by record order by version desc) = 1"
    )


def add_profiles(con: duckdb.DuckDBPyConnection, words: Vocabulary, source: str, stream: str) -> None:
    """Write down the versions of one stream and append them to `profile`."""
    con.execute(_AS_OF, {"source": source, "stream": stream})
    con.execute(_NAME)
    con.execute(_REACH, {"void_names": words.words["placeholder_names"].tolist(),
                         "void_mails": words.words["placeholder_mails"].tolist(),
                         "shop_phones": ["2082880166", "57126885100", "4155550142"]})
    con.execute(_PHONE, {"void_western": words.words["placeholder_phones_western"].tolist(),
                         "void_chinese": words.words["placeholder_phones_chinese"].tolist()})
    con.execute(_ADDRESS)
    exists = con.execute("select count(*) from duckdb_tables() where table_name = 'profile'").fetchone()
    con.execute(_PROFILE if exists and exists[0] else _PROFILE.replace("insert into profile", "create table profile as"))
    for table in ("as_of", "named", "reachable", "dialled", "addressed"):
        con.execute(f"drop table {table}")


def _create_homophones(con: duckdb.DuckDBPyConnection, words: Vocabulary) -> None:
    """For each character of given names, the one an input method offers next for the same sound."""
    characters = pa.table({"han": pa.array(words.column("chinese_given.han")),
                           "pinyin": pa.array(words.column("chinese_given.pinyin"))})
    con.register("arrow_characters", characters)
    con.execute("""
        create table homophone as
        select han, coalesce(lead(han) over same, first(han) over same) as typed
        from arrow_characters window same as (partition by pinyin order by han)
        qualify count(*) over (partition by pinyin) > 1""")
    con.unregister("arrow_characters")
