"""Zoho CRM: a zip with Leads_001.csv and Contacts_001.csv, headers as the export writes them.

The first delivery is full, the others hold what `Modified Time` says changed. A converted lead names its contact in
`Converted Contact.id`. Times are local to the organisation, without offset (UTC here).
"""

import io
import zipfile

import duckdb

from pipeline.demo.deliveries import Run, schedule, write_parcel
from pipeline.demo.draws import open_stream
from pipeline.demo.files import Query, fetch_lines, join_rows

_LEAD_COLUMNS = (
    "Record Id,Lead Owner.id,Lead Owner,Is Converted,Company,First Name,Last Name,Email,Phone,Mobile,Lead Source,"
    "Lead Status,Created By.id,Created By,Modified By.id,Modified By,Created Time,Modified Time,Lead Name,Street,"
    "City,State,Zip Code,Email Opt Out,Salutation,Last Activity Time,Tag,Days Visited,"
    "Average Time Spent (Minutes),Number Of Chats,Most Recent Visit,First Visit,First Page Visited,Referrer,"
    "Visitor Score,Data Processing Basis Details.id,Data Processing Basis,Data Source,Converted Date Time,"
    "Lead Conversion Time,Unsubscribed Mode,Unsubscribed Time,Converted Account.id,Converted Account,"
    "Converted Contact.id,Converted Contact,Converted Deal.id,Converted Deal,Change Log Time,Locked,"
    "Last Enriched Time,Enrich Status,Connected To.module,Connected To.id"
)
_CONTACT_COLUMNS = (
    "Record Id,Contact Owner.id,Contact Owner,Lead Source,First Name,Last Name,Account Name.id,Account Name,"
    "Email,Title,Phone,Fax,Mobile,Date of Birth,Created By.id,Created By,Modified By.id,Modified By,Created Time,"
    "Modified Time,Contact Name,Mailing Street,Mailing City,Mailing State,Mailing Zip,Mailing Country,"
    "Email Opt Out,Salutation,Secondary Email,Currency,Exchange Rate,Last Activity Time,Territories,Tag,"
    "Data Processing Basis,Unsubscribed Mode,Unsubscribed Time,Locked"
)

_LEADS = """
with contact as (
    select person, min(key) as contact_key from record where source = 'zoho' and stream = 'contacts' group by person
)
select moment, concat_ws(',',
    'zcrm_' || key, 'zcrm_55280000000011' || (1000 + person % 6), 'Sales ' || (1 + person % 6),
    if(converted, 'true', 'false'), cell(company), cell(name_given),
    cell(name_family), cell(mail),
    if(s_phone < 0.4, cell(phone), ''), if(s_phone < 0.4, '', cell(phone)),
    if(s_code < 0.5, 'Web Form', 'Trade Show'), if(s_code < 0.3, 'Contacted', 'Not Contacted'),
    'zcrm_552800000000111000', 'System', 'zcrm_552800000000111000', 'System',
    local_time(created, 0), local_time(moment, 0), cell(name_full),
    cell(if(holds_address, concat_ws(', ', line_one, line_two), '')), cell(if(holds_city, city, '')),
    cell(if(holds_city, region, '')), cell(if(holds_address, postcode, '')),
    if(s_remark < 0.12, 'true', 'false'), cell(case when s_code > 0.5 then '' when female then 'Ms.' else 'Mr.' end),
    local_time(moment, 0), '', '', '', '', '', '', '', '', '', '', if(s_remark < 0.5, 'Consent - Obtained', ''),
        'Import',
    if(converted, local_time(moment, 0), ''), '', if(s_remark < 0.05, 'Manual', ''),
    if(s_remark < 0.05, local_time(moment, 0), ''), '', '', if(converted, 'zcrm_' || contact_key, ''),
    if(converted, cell(name_full), ''), '', '', local_time(moment, 0), 'false', '', '', '', '') as line
from (select latest.*, contact_key, contact_key is not null and s_code < 0.45 as converted
      from latest left join contact using (person) where source = 'zoho' and stream = 'leads')
order by moment, key
"""

_CONTACTS = """
select moment, concat_ws(',',
    'zcrm_' || key, 'zcrm_55280000000011' || (1000 + person % 6), 'Sales ' || (1 + person % 6),
    if(s_code < 0.5, 'Web Form', 'Referral'), cell(name_given), cell(name_family),
    '', cell(company), cell(mail), '',
    if(s_phone < 0.3, cell(phone), ''), '', if(s_phone < 0.3, '', cell(phone)),
    case when birth_date is null then '' when s_case > 1 - 4 * p_number_text() then 'unknown'
         else strftime(birth_date, '%Y-%m-%d') end,
    'zcrm_552800000000111000', 'System', 'zcrm_552800000000111000', 'System',
    local_time(created, 0), local_time(moment, 0), cell(name_full),
    cell(if(holds_address, concat_ws(', ', line_one, line_two), '')), cell(if(holds_city, city, '')),
    cell(if(holds_city, region, '')), cell(if(holds_address, postcode, '')),
    if(not holds_city, '', case home_country
        when 'US' then if(s_code < 0.6, 'United States', 'USA')
        when 'GB' then if(s_code < 0.7, 'United Kingdom', 'England')
        when 'DE' then if(s_code < 0.6, 'Germany', 'Deutschland')
        when 'CN' then 'China' when 'AU' then 'Australia' when 'CA' then 'Canada' when 'HK' then 'Hong Kong'
        when 'TW' then 'Taiwan' else 'Singapore' end),
    if(s_remark < 0.12, 'true', 'false'), case when s_code > 0.5 then '' when female then 'Ms.' else 'Mr.' end,
    cell(if(s_mail between 0.3 and 0.42 and mail_second <> mail, mail_second, '')), 'USD', '1', local_time(moment,
        0), '', '',
    if(s_remark < 0.5, 'Consent - Obtained', ''), if(s_remark < 0.05, 'Manual', ''),
    if(s_remark < 0.05, local_time(moment, 0), ''), 'false') as line
from latest
where source = 'zoho' and stream = 'contacts'
order by moment, key
"""


def export_zoho(con: duckdb.DuckDBPyConnection, run: Run) -> None:
    """Write one zip per parcel; both members follow the same schedule."""
    parts = []
    for member, header, query in (
        ("Leads_001.csv", _LEAD_COLUMNS, _LEADS),
        ("Contacts_001.csv", _CONTACT_COLUMNS, _CONTACTS),
    ):
        day, lines = fetch_lines(con, Query(query), run)
        parts.append((member, header, lines, {parcel.name: parcel for parcel in schedule(run, "zoho", day)}))
    rng = open_stream(run.seed, "faults zoho")
    for name in sorted({name for part in parts for name in part[3]}):
        members = {
            member: header.encode() + b"\n" + join_rows(lines[parcels[name].rows], "csv", rng, run.noise)
            for member, header, lines, parcels in parts
            if name in parcels
        }
        parcel = next(parcels[name] for *_, parcels in parts if name in parcels)
        write_parcel(run, "crm/zoho/zoho-{}.zip", parcel, _zip(members))


def _zip(members: dict[str, bytes]) -> bytes:
    """Zip with fixed member times, so that equal content gives equal bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 3, 31, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
