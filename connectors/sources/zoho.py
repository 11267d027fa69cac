"""Zoho CRM: exports (zip archives of CSV files, one per module) and the API.

What it offers: leads and contacts with owner, address, consent (`Email Opt Out`) and, for a converted lead, the id of
the contact it became (`Converted Contact.id`), which is as good as a merge. Watermark: `Modified Time`. Record ids
come as `zcrm_<digits>` in backups and as bare digits in other exports: the digits are the key.
From the API come three more streams a module: `leads_api` (records as JSON), `leads_bulk` (results of bulk read, CSV
with the API's field names) and `leads_deleted`; their records are those of `leads`. A deleted record keeps nothing but
its name and when it was deleted.
Follows: header rows of real exports; Zoho CRM v8 field names; connectors/api/zoho.py for the API itself. Unconfirmed:
`Converted_Contact` as a field of the API, and how bulk read writes a lookup (taken as the id).
"""

from functools import partial

from connectors.api.system import Pull
from connectors.api.zoho import API, Module, read_module
from connectors.files.delimited import Delimited
from connectors.files.reading import Ndjson
from connectors.stream import Connector, Consent, Identifier, Record, Stream
from connectors.values import first_of, inside

_KEY = "replace(\"Record Id\", 'zcrm_', '')"

_OPT_OUT = Consent(
    record=_KEY, channel="'email'", value='"Email Opt Out"', asks_refusal=True, stated_at='"Modified Time"'
)

LEADS = Stream(
    name="leads",
    files="crm/zoho/*.zip",
    member="Leads_*.csv",
    format=Delimited(),
    record=Record(
        key=_KEY,
        updated_at='"Modified Time"',
        created_at='"Created Time"',
        given_name='"First Name"',
        family_name='"Last Name"',
        emails=('"Email"',),
        phones=('"Mobile"', '"Phone"'),
        address='"Street"',
        city='"City"',
        region='"State"',
        postcode='"Zip Code"',
        company='"Company"',
    ),
    identifiers=(
        Identifier(
            "zoho_contact",
            "replace(\"Converted Contact.id\", 'zcrm_', '')",
            record=_KEY,
            issuer="{source}",
            seen_at='"Modified Time"',
        ),
    ),
    consents=(_OPT_OUT,),
)

CONTACTS = Stream(
    name="contacts",
    files="crm/zoho/*.zip",
    member="Contacts_*.csv",
    format=Delimited(),
    record=Record(
        key=_KEY,
        updated_at='"Modified Time"',
        created_at='"Created Time"',
        given_name='"First Name"',
        family_name='"Last Name"',
        birth_date='"Date of Birth"',
        emails=('"Email"', '"Secondary Email"'),
        phones=('"Mobile"', '"Phone"'),
        address='"Mailing Street"',
        city='"Mailing City"',
        region='"Mailing State"',
        postcode='"Mailing Zip"',
        country='"Mailing Country"',
        company='"Account Name"',
    ),
    identifiers=(Identifier("zoho_contact", _KEY, record=_KEY, issuer="{source}", seen_at='"Modified Time"'),),
    consents=(_OPT_OUT,),
)

# Fields of the API, by module: what the mappings below read.
_LEAD_FIELDS = (
    *("First_Name", "Last_Name", "Email", "Secondary_Email", "Phone", "Mobile", "Company", "Street", "City", "State"),
    *("Zip_Code", "Country", "Email_Opt_Out", "Created_Time", "Modified_Time", "Converted_Contact"),
)
_CONTACT_FIELDS = (
    *("First_Name", "Last_Name", "Email", "Secondary_Email", "Phone", "Mobile", "Date_of_Birth", "Mailing_Street"),
    *("Mailing_City", "Mailing_State", "Mailing_Zip", "Mailing_Country", "Email_Opt_Out", "Created_Time"),
    "Modified_Time",
)
LEADS_MODULE = Module("Leads", _LEAD_FIELDS, _LEAD_FIELDS, "leads_bulk", "leads_deleted")
CONTACTS_MODULE = Module(
    "Contacts",
    (*_CONTACT_FIELDS, "Account_Name"),
    # In a bulk result a lookup is an id; a field behind it is asked for with a dot.
    (*_CONTACT_FIELDS, "Account_Name.Account_Name"),
    "contacts_bulk",
    "contacts_deleted",
)


def _lead(name: str, **rest: object) -> Stream:
    """A stream of leads with the API's field names."""
    contact = first_of(inside("Converted_Contact", "id"), "regexp_extract(\"Converted_Contact\", '\\d+$')")
    return Stream(
        name=name,
        record=Record(
            key='"id"',
            stream="leads",
            updated_at='"Modified_Time"',
            created_at='"Created_Time"',
            given_name='"First_Name"',
            family_name='"Last_Name"',
            emails=('"Email"', '"Secondary_Email"'),
            phones=('"Mobile"', '"Phone"'),
            address='"Street"',
            city='"City"',
            region='"State"',
            postcode='"Zip_Code"',
            country='"Country"',
            company='"Company"',
        ),
        identifiers=(
            Identifier(
                "zoho_contact", contact, record='"id"', stream="leads", issuer="{source}", seen_at='"Modified_Time"'
            ),
        ),
        consents=(_opt_out("leads"),),
        **rest,  # type: ignore[arg-type]
    )


def _contact(name: str, company: str, **rest: object) -> Stream:
    """A stream of contacts with the API's field names."""
    return Stream(
        name=name,
        record=Record(
            key='"id"',
            stream="contacts",
            updated_at='"Modified_Time"',
            created_at='"Created_Time"',
            given_name='"First_Name"',
            family_name='"Last_Name"',
            birth_date='"Date_of_Birth"',
            emails=('"Email"', '"Secondary_Email"'),
            phones=('"Mobile"', '"Phone"'),
            address='"Mailing_Street"',
            city='"Mailing_City"',
            region='"Mailing_State"',
            postcode='"Mailing_Zip"',
            country='"Mailing_Country"',
            company=company,
        ),
        identifiers=(
            Identifier(
                "zoho_contact", '"id"', record='"id"', stream="contacts", issuer="{source}", seen_at='"Modified_Time"'
            ),
        ),
        consents=(_opt_out("contacts"),),
        **rest,  # type: ignore[arg-type]
    )


def _opt_out(stream: str) -> Consent:
    return Consent(
        record='"id"',
        stream=stream,
        channel="'email'",
        value='"Email_Opt_Out"',
        asks_refusal=True,
        stated_at='"Modified_Time"',
    )


def _deleted(name: str, stream: str) -> Stream:
    """What remains of a deleted record."""
    return Stream(
        name=name,
        files=f"api/{{source}}/{name}/*.ndjson",
        format=Ndjson(),
        record=Record(
            key='"id"',
            stream=stream,
            updated_at='"deleted_time"',
            deleted_at='"deleted_time"',
            full_name='"display_name"',
        ),
    )


LEADS_API = _lead(
    "leads_api",
    files="api/{source}/leads_api/*.ndjson",
    format=Ndjson(),
    pull=Pull(API, partial(read_module, LEADS_MODULE)),
)
LEADS_BULK = _lead("leads_bulk", files="api/{source}/leads_bulk/*.zip", member="*.csv", format=Delimited())
CONTACTS_API = _contact(
    "contacts_api",
    inside("Account_Name", "name"),
    files="api/{source}/contacts_api/*.ndjson",
    format=Ndjson(),
    pull=Pull(API, partial(read_module, CONTACTS_MODULE)),
)
CONTACTS_BULK = _contact(
    "contacts_bulk",
    '"Account_Name.Account_Name"',
    files="api/{source}/contacts_bulk/*.zip",
    member="*.csv",
    format=Delimited(),
)

CONNECTOR = Connector(
    "zoho",
    "crm",
    (
        *(LEADS, LEADS_API, LEADS_BULK, _deleted("leads_deleted", "leads")),
        *(CONTACTS, CONTACTS_API, CONTACTS_BULK, _deleted("contacts_deleted", "contacts")),
    ),
    about=__doc__,
)
