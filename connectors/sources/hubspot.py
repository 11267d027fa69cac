"""HubSpot contacts, deals and tickets: objects of the CRM API, the export of the contacts index, replicated tables.

What it offers: contacts with their properties (`properties{}` of the API, one object a line or in pages of `results`;
`property_*` columns of replicated tables; labels as columns of the export), deals, tickets, engagements, submitted
forms. Watermark: `lastmodifieddate` / `updatedAt`. Key: `id`, called `hs_object_id`, `vid` or `Record ID` elsewhere.
Merges: the contact that stays lists the ids it took in (`hs_merged_object_ids` as `1;2`, before that
`hs_calculated_merged_vids` as `1:time;2:time`), and the table contact_merge_audit has a row per merge. An id taken in
is an identifier `hubspot_contact` of the contact that stays, and every contact carries its own.
A contact archived (API) or gone (`_fivetran_deleted`) is deleted. `hs_email_optout` is the refusal of all e-mail.
Deals and tickets of objects, pages and tables are versions of the same, by id; they name their contact only where
associations were asked for. A deal counts as paid when won: `hs_is_closed_won`, or the stage `closedwon` of the default
pipeline; stages of other pipelines have numbers that only the portal knows.
From the API itself comes `contacts_api`, archived contacts included: one is deleted as of when it was archived.
Follows: HubSpot CRM API reference (objects, associations, merge), connectors/api/hubspot.py for the API itself; header
row of a real export; replicated tables as dbt_hubspot_source samples them. Unconfirmed: `Mobile Phone Number`,
`Unsubscribed from all email` and the address labels of the export; `hs_is_closed_won` in replicated tables.
"""

from dataclasses import replace
from functools import partial

from connectors.api.hubspot import API, Kind, read_objects
from connectors.api.system import Pull
from connectors.files.delimited import Delimited
from connectors.files.pages import Pages
from connectors.files.reading import Ndjson
from connectors.sources.hubspot_tables import TABLES, merged_ids
from connectors.stream import Connector, Consent, Identifier, Interaction, Purchase, Record, Stream
from connectors.values import first_of, inside

_KEY = '"id"'


def prop(name: str) -> str:
    """A property of an API object; empty text is how HubSpot says none."""
    return first_of(inside("properties", name))


def associated(kind: str) -> str:
    """The first object of a kind that an API object is associated with."""
    return inside("associations", f"{kind}.results[0].id")


_CHANGED = first_of('"updatedAt"', prop("lastmodifieddate"), prop("hs_lastmodifieddate"))
_CREATED = first_of('"createdAt"', prop("createdate"))

_CONTACT = Record(
    key=_KEY,
    stream="contacts",
    updated_at=_CHANGED,
    created_at=_CREATED,
    deleted_at="case when \"archived\" = 'true' then " + first_of('"archivedAt"', _CHANGED) + " end",
    given_name=prop("firstname"),
    family_name=prop("lastname"),
    gender=prop("gender"),
    birth_date=prop("date_of_birth"),
    emails=(
        prop("email"),
        prop("work_email"),
        f"nullif(split_part({prop('hs_additional_emails')}, ';', 1), '')",
        f"nullif(split_part({prop('hs_additional_emails')}, ';', 2), '')",
    ),
    phones=(prop("mobilephone"), prop("phone")),
    address=prop("address"),
    city=prop("city"),
    region=prop("state"),
    postcode=prop("zip"),
    country=prop("country"),
    company=prop("company"),
    language=prop("hs_language"),
)

CONTACTS = Stream(
    name="contacts",
    files="crm/hubspot/contacts-*.ndjson*",
    format=Ndjson(),
    record=_CONTACT,
    identifiers=(
        Identifier("hubspot_contact", _KEY, record=_KEY, stream="contacts", issuer="{source}", seen_at=_CHANGED),
        merged_ids(first_of(prop("hs_merged_object_ids"), prop("hs_calculated_merged_vids")), _KEY, _CHANGED),
    ),
    consents=(
        Consent(
            record=_KEY,
            stream="contacts",
            channel="'email'",
            value=prop("hs_email_optout"),
            asks_refusal=True,
            stated_at=_CHANGED,
        ),
    ),
)

_PERSON = (
    *("firstname", "lastname", "gender", "date_of_birth", "email", "work_email", "hs_additional_emails", "mobilephone"),
    *("phone", "address", "city", "state", "zip", "country", "company", "hs_language", "hs_email_optout"),
    *("hs_merged_object_ids", "hs_calculated_merged_vids", "lastmodifieddate", "createdate"),
)
# Whether archiving counts as a modification is not told.
_TOLD = first_of('case when "archived" = \'true\' then "archivedAt" end', _CHANGED)

CONTACTS_API = replace(
    CONTACTS,
    name="contacts_api",
    files="api/{source}/contacts_api/*.ndjson",
    record=replace(_CONTACT, updated_at=_TOLD),
    pull=Pull(API, partial(read_objects, Kind("contacts", _PERSON, "lastmodifieddate"))),
)

DEALS = Stream(
    name="deals",
    files="crm/hubspot/deals-*.ndjson*",
    format=Ndjson(),
    purchase=Purchase(
        key=_KEY,
        own_stream="deals",
        record=associated("contacts"),
        stream="contacts",
        ordered_at=first_of(prop("closedate"), _CREATED),
        updated_at=_CHANGED,
        status=f"case when \"archived\" = 'true' or {prop('dealstage')} = 'closedlost' then 'cancelled' "
        f"when {prop('hs_is_closed_won')} = 'true' or {prop('dealstage')} = 'closedwon' then 'paid' "
        f"when {prop('hs_is_closed')} = 'true' then 'cancelled' else 'pending' end",
        currency=prop("deal_currency_code"),
        amount=prop("amount"),
    ),
)

TICKETS = Stream(
    name="tickets",
    files="crm/hubspot/tickets-*.ndjson*",
    format=Ndjson(),
    interaction=Interaction(
        key=_KEY,
        own_stream="tickets",
        kind="'ticket'",
        record=associated("contacts"),
        stream="contacts",
        occurred_at=_CREATED,
        updated_at=_CHANGED,
        closed_at=prop("closed_date"),
        channel=f"lower({prop('source_type')})",
        status=prop("hs_pipeline_stage"),
        priority=f"lower({prop('hs_ticket_priority')})",
        subject=prop("subject"),
        staff=prop("hubspot_owner_id"),
    ),
)

_ROW = '"Record ID"'
_ROW_CHANGED = '"Last Modified Date"'

EXPORT = Stream(
    name="contacts_export",
    files="crm/hubspot/contacts-*.csv*",
    format=Delimited(),
    record=Record(
        key=_ROW,
        stream="contacts",
        updated_at=_ROW_CHANGED,
        created_at='"Create Date"',
        given_name='"First Name"',
        family_name='"Last Name"',
        emails=('"Email"',),
        phones=('"Mobile Phone Number"', '"Phone Number"'),
        address='"Street Address"',
        city='"City"',
        region='"State/Region"',
        postcode='"Postal Code"',
        country='"Country/Region"',
        company='"Associated Company"',
    ),
    identifiers=(
        Identifier("hubspot_contact", _ROW, record=_ROW, stream="contacts", issuer="{source}", seen_at=_ROW_CHANGED),
    ),
    consents=(
        Consent(
            record=_ROW,
            stream="contacts",
            channel="'email'",
            value='"Unsubscribed from all email"',
            asks_refusal=True,
            stated_at=_ROW_CHANGED,
        ),
    ),
)

# The same objects, as pages of the list and search endpoints are saved.
PAGES = tuple(
    replace(stream, name=f"{stream.name}_pages", files=f"crm/hubspot/{stream.name}-*.json", format=Pages("$.results"))
    for stream in (CONTACTS, DEALS, TICKETS)
)

CONNECTOR = Connector(
    "hubspot", "crm", (CONTACTS, CONTACTS_API, DEALS, TICKETS, EXPORT, *PAGES, *TABLES), about=__doc__
)
