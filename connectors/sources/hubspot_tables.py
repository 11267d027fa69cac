"""HubSpot's objects as a replication service lands them: one CSV per table, properties as `property_*` columns.

Contacts, deals and tickets have the keys of the API, so that a table and an export of the API are versions of the same.
Rows gone at the source stay with `_fivetran_deleted` or `is_deleted`. Association tables (deal_contact, ticket_contact,
…) are not among the tables read: a deal or ticket from here alone has no contact. Companies and the sending side of
e-mails are kept as they came, without standard rows: a company is no person, and a sent e-mail names no recipient in
its own table.
Follows: the sample tables of dbt_hubspot_source.
"""

from connectors.files.delimited import Delimited
from connectors.stream import Consent, Event, Identifier, Interaction, Purchase, Record, Stream
from connectors.values import first_of, is_true

_KEY = '"id"'
_SYNCED = '"_fivetran_synced"'
_CHANGED = first_of('"property_lastmodifieddate"', _SYNCED)


def merged_ids(listed: str, record: str, seen_at: str) -> Identifier:
    """The ids a contact took in, one identifier each, of a property such as `1;2` or `1:time;2:time`."""
    return Identifier(
        "hubspot_contact",
        f"unnest(list_transform(string_split({listed}, ';'), lambda each: split_part(each, ':', 1)))",
        record=record,
        stream="contacts",
        issuer="{source}",
        seen_at=seen_at,
    )


CONTACTS = Stream(
    name="contact_table",
    files="crm/hubspot/tables/*contact-*.csv*",
    format=Delimited(),
    record=Record(
        key=_KEY,
        stream="contacts",
        updated_at=_CHANGED,
        created_at=first_of('"property_createdate"', '"property_created_at"'),
        deleted_at=f"case when {is_true('_fivetran_deleted')} then {_SYNCED} end",
        given_name='"property_firstname"',
        family_name='"property_lastname"',
        gender='"property_gender"',
        birth_date='"property_date_of_birth"',
        emails=('"property_email"', '"property_email_1"', '"property_work_email"'),
        phones=('"property_mobilephone"', '"property_phone"'),
        address='"property_address"',
        city='"property_city"',
        region='"property_state"',
        postcode='"property_zip"',
        country='"property_country"',
        company='"property_company"',
        language='"property_hs_language"',
    ),
    identifiers=(
        Identifier("hubspot_contact", _KEY, record=_KEY, stream="contacts", issuer="{source}", seen_at=_CHANGED),
        merged_ids(first_of('"property_hs_merged_object_ids"', '"property_hs_calculated_merged_vids"'), _KEY, _CHANGED),
    ),
    consents=(
        Consent(
            record=_KEY,
            stream="contacts",
            channel="'email'",
            value='"property_hs_email_optout"',
            asks_refusal=True,
            stated_at=_CHANGED,
        ),
    ),
)

MERGES = Stream(
    name="contact_merge_table",
    files="crm/hubspot/tables/*contact_merge_audit-*.csv*",
    format=Delimited(),
    identifiers=(
        Identifier(
            "hubspot_contact",
            '"vid_to_merge"',
            record=first_of('"canonical_vid"', '"contact_id"'),
            stream="contacts",
            issuer="{source}",
            seen_at='"timestamp"',
        ),
    ),
)

DEALS = Stream(
    name="deal_table",
    files="crm/hubspot/tables/*deal-*.csv*",
    format=Delimited(),
    purchase=Purchase(
        key='"deal_id"',
        own_stream="deals",
        ordered_at=first_of('"property_closedate"', '"property_createdate"'),
        updated_at=first_of('"property_hs_lastmodifieddate"', _SYNCED),
        status=f"case when {is_true('is_deleted')} or \"deal_pipeline_stage_id\" = 'closedlost' then 'cancelled' "
        f"when {is_true('property_hs_is_closed_won')} or \"deal_pipeline_stage_id\" = 'closedwon' then 'paid' "
        f"when {is_true('property_hs_is_closed')} then 'cancelled' else 'pending' end",
        currency='"property_deal_currency_code"',
        amount='"property_amount"',
    ),
)

TICKETS = Stream(
    name="ticket_table",
    files="crm/hubspot/tables/*ticket-*.csv*",
    format=Delimited(),
    interaction=Interaction(
        key=_KEY,
        own_stream="tickets",
        when=f"not {is_true('is_deleted')}",
        kind="'ticket'",
        occurred_at='"property_createdate"',
        updated_at=_SYNCED,
        closed_at='"property_closed_date"',
        status='"property_hs_pipeline_stage"',
        priority='lower("property_hs_ticket_priority")',
        subject='"property_subject"',
        staff='"property_hubspot_owner_id"',
    ),
)

ENGAGEMENTS = Stream(
    name="engagement_table",
    files="crm/hubspot/tables/*engagement-*.csv*",
    format=Delimited(),
    interaction=Interaction(
        key=_KEY,
        kind='lower("type")',
        occurred_at=first_of('"timestamp"', '"created_at"'),
        updated_at=first_of('"last_updated"', _SYNCED),
        staff='"owner_id"',
    ),
)

FORMS = Stream(
    name="form_submission_table",
    files="crm/hubspot/tables/*contact_form_submission-*.csv*",
    format=Delimited(),
    event=Event(
        id='"conversion_id"',
        type="'track'",
        name="concat_ws(': ', 'Form Submitted', \"title\")",
        occurred_at='"timestamp"',
        record='"contact_id"',
        stream="contacts",
        url='"page_url"',
    ),
)

COMPANIES = Stream(name="company_table", files="crm/hubspot/tables/*company-*.csv*", format=Delimited())
SENDS = Stream(name="email_sent_table", files="crm/hubspot/tables/*email_event_sent-*.csv*", format=Delimited())

TABLES = (CONTACTS, MERGES, DEALS, TICKETS, ENGAGEMENTS, FORMS, COMPANIES, SENDS)
