"""The name as a channel writes it: SQL from the person as known to `name_given`, `name_family`, `name_full`.

In: `as_of` (one row per version) and `homophone`. Out: the text of common table expressions ending in `named`.
Western names come as nickname, initial or with a middle initial; Chinese ones in hanzi, in pinyin with the syllables
joined, apart or hyphened, or with an English first name; then slips, letter case, swapped fields and titles.
"""

NAMED = """
spelt as not materialized (
    select as_of.*,
        if(traditional, family_traditional, family_han) as family_hanzi,
        case when e_name < p_name_homophone() and typed is not null then left(given_han, length(given_han) - 1) || typed
             when traditional then given_traditional else given_han end as given_hanzi,
        case when culture = 'western' then case
                 when s_name < p_name_nickname() and nickname <> '' then nickname
                 when s_name > 1 - p_name_initial() then left(given_latin, 1) || if(s_order < 0.5, '.', '')
                 when middle <> '' and s_name between 0.80 and 0.80 + 4 * p_name_initial()
                 then given_latin || ' ' || middle || if(s_order < 0.4, '.', '')
                 else given_latin end
             else case
                 when english <> '' and s_name < p_name_english() then english
                 when english <> '' and s_name < p_name_english() * 1.6 then english || ' ' || given_latin
                 when s_name between 0.80 and 0.80 + p_name_english() * 0.5 then given_syllables
                 when s_name between 0.75 and 0.75 + p_name_english() * 0.2 then replace(given_syllables, ' ', '-')
                 else given_latin end
             end as given_typed,
        if(suffix <> '' and s_code < 0.45, ' ' || suffix, '') as suffix_typed,
        s_order > 1 - p_name_swapped() * if(culture = 'western', 0.3, 1.6) as swapped
    from as_of left join homophone on homophone.han = right(given_han, 1)
), slipped as not materialized (
    select * replace (
        if(e_name < p_name_slip() * 0.6, mistype(given_typed, e_kind, e_spot), given_typed) as given_typed,
        if(e_name between p_name_slip() * 0.6 and p_name_slip(), mistype(family_now, e_kind, e_spot),
            family_now) as family_now)
    from spelt
), cased as not materialized (
    select * replace (
        case when s_case < p_name_upper() * 0.5 then upper(given_typed) when s_case < p_name_upper()
            then lower(given_typed)
             else given_typed end as given_typed,
        case when s_case < p_name_upper() * 0.5 then upper(family_now) when s_case < p_name_upper()
            then lower(family_now)
             else family_now end || suffix_typed as family_now)
    from slipped
), named as not materialized (
    select *,
        case when writes_han then given_hanzi when swapped then family_now else given_typed end as name_given,
        case when writes_han then family_hanzi when swapped then given_typed else family_now end as name_family,
        case when not writes_han then case
                 when s_order < 0.5 * p_name_swapped() then family_now || ', ' || given_typed
                 when culture <> 'western' and s_order < 5 * p_name_swapped() then family_now || ' ' || given_typed
                 else given_typed || ' ' || family_now end
             when han and s_order < p_name_title() then family_hanzi || if(female, '女士', '先生')
             when s_order > 1 - p_name_title() * 0.4 then family_hanzi || ' ' || given_hanzi
             else family_hanzi || given_hanzi end as name_full
    from cased
)
"""
