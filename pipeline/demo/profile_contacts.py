"""Phone and mailbox as a channel writes them: SQL ending in `mail_typed` and `phone_typed`.

In: `named`. Out: the text of common table expressions ending in `dialled`. A phone is the person's mobile, the line of
home or work, or the shop's own number; it is kept as calling code and national number until the last step writes it the
way people of that country do. Names become placeholders or mojibake here as well.
"""

REACHABLE = """
reached as not materialized (
    select named.*,
        case when e_void < p_phone_void() then 'void'
             when s_which < p_phone_shop() and source in ('fxiaoke', 'zoho') then 'shop'
             when s_which < p_phone_shop() + p_phone_other() * 0.4 then 'work'
             when s_which < p_phone_shop() + p_phone_other() * if(shared_household, 1.8, 0.8) then 'landline'
             else 'mobile' end as phone_kind,
        case when shared_household and s_mail > 1 - p_mail_family() * 2 then mail_family
             when has_second_mail and s_mail < p_mail_second() * 2 then mail_second
             else mailbox end as mail_reached,
        e_garble > 1 - p_name_garbled() and regexp_matches(name_full, '[^\\x00-\\x7F]') as garbled
    from named
), reachable as not materialized (
    select * replace (
            case when e_garble < p_name_void() then $void_names[1 + floor(s_code * len($void_names))::int]
                 when garbled then garble(name_full) else name_full end as name_full,
            case when e_garble < p_name_void() then $void_names[1 + floor(s_code * len($void_names))::int]
                 when garbled then garble(name_family) else name_family end as name_family,
            case when e_garble < p_name_void() then null when garbled then garble(name_given)
                else name_given end as name_given),
        case phone_kind when 'shop' then $shop_phones[1 + person % len($shop_phones)] when 'work' then work_phone
             when 'landline' then landline when 'mobile' then mobile end as phone_true,
        case when e_void > 1 - p_mail_void() then $void_mails[1 + floor(s_code * len($void_mails))::int]
             when e_mail < p_mail_slip()
             then mistype(split_part(mail_reached, '@', 1), e_kind, e_spot) || '@' || split_part(mail_reached, '@', 2)
             when s_case > 1 - p_name_upper() * 0.6 then upper(left(mail_reached, 1)) || substr(mail_reached, 2)
             else mail_reached end as mail_typed
    from reached
)
"""

DIALLED = """
national as not materialized (
    select *,
        if(e_phone < p_phone_slip(), mistype_digits(phone_true, e_kind, e_spot), phone_true) as digits,
        phone_kind in ('landline', 'work') as fixed,
        if(left(digits, 1) in ('1', '2'), 2, 3) as area_digits
    from reachable
), dialled as not materialized (
    select *,
        case
            when phone_kind = 'void'
            then if(culture = 'western', $void_western[1 + floor(s_code * len($void_western))::int],
                    $void_chinese[1 + floor(s_code * len($void_chinese))::int])
            when calling_code = '86' and fixed then case
                when not han then '+86 ' || digits
                when s_phone < 0.5 then '0' || left(digits, area_digits) || '-' || substr(digits, area_digits + 1)
                when s_phone < 0.8 then '0' || digits else '+86-' || digits end
            when calling_code = '86' then case
                when not han and s_phone < 0.55 then '+86' || digits
                when not han and s_phone < 0.75 then '+86 ' || digits
                when not han and s_phone < 0.85 then '0086-' || digits
                when s_phone between 0.04 and 0.04 + p_phone_wide() then widen(digits)
                when s_phone < 0.12 then '+86' || digits
                when s_phone < 0.18 then '86' || digits
                when s_phone < 0.24 then left(digits, 3) || '-' || substr(digits, 4, 4) || '-' || substr(digits, 8)
                when s_phone < 0.30 then left(digits, 3) || ' ' || substr(digits, 4, 4) || ' ' || substr(digits, 8)
                when s_phone < 0.32 then '0086 ' || digits
                else digits end
            when han then if(s_phone < 0.7, '+', '00') || calling_code || if(s_phone < 0.5, '', ' ') || digits
            when calling_code = '1' and country = 'US' then case
                when s_phone < 0.35 then '+1' || digits
                when s_phone < 0.55 then '(' || left(digits, 3) || ') ' || substr(digits, 4, 3) || '-'
                    || substr(digits, 7)
                when s_phone < 0.75 then left(digits, 3) || '-' || substr(digits, 4, 3) || '-' || substr(digits, 7)
                when s_phone < 0.85 then '+1 ' || left(digits, 3) || ' ' || substr(digits, 4, 3) || ' '
                    || substr(digits, 7)
                when s_phone < 0.92 then left(digits, 3) || '.' || substr(digits, 4, 3) || '.' || substr(digits, 7)
                else digits end
            when s_phone < 0.6 then '+' || calling_code || digits
            when s_phone < 0.85 then '+' || calling_code || ' ' || left(digits, 4) || ' ' || substr(digits, 5)
            when s_phone < 0.95 or calling_code in ('1', '852', '65')
            then '00' || calling_code || ' ' || digits
            else '+' || calling_code || ' (0)' || digits end as phone_typed
    from national
)
"""
