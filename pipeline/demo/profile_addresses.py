"""The address as a channel writes it: SQL ending in `line_one`, `line_two`, `city_typed` and the rest.

In: `dialled` and `dwelling`. Out: the text of common table expressions ending in `addressed`. Chinese addresses come in
hanzi or in pinyin, with or without the room; Western streets in full or abbreviated.
"""

ADDRESSED = """
parts as not materialized (
    select dialled.*, dwelling.* exclude (address_id, country),
        dwelling.country as home_country,
        dwelling.country = 'CN' and writes_han as hanzi_address,
        e_address < p_address_slip() as address_slipped,
        s_address < p_address_short() as address_short
    from dialled join dwelling on dwelling.address_id = home
), lines as not materialized (
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
), addressed as not materialized (
    select * replace (
            if(address_slipped, if(hanzi_address, replace(line_one, '号', ''), mistype(line_one, e_kind, e_spot)),
                line_one) as line_one),
        if(hanzi_address or home_country <> 'CN', region, region_latin) as region_typed,
        if(hanzi_address or home_country <> 'CN', city, city_latin) as city_typed,
        if(hanzi_address, district, if(home_country = 'CN', district_latin, null)) as district_typed
    from lines
)
"""
