"""Zoho CRM exports: zip archives of CSV files, one per module.

What it offers: leads and contacts with owner, address, consent (`Email Opt Out`) and, for a converted lead, the id of
the contact it became (`Converted Contact.id`), which is as good as a merge. Watermark: `Modified Time`. Record ids
come as `zcrm_<digits>` in backups and as bare digits in other exports: the digits are the key.
Follows: header rows of real exports; Zoho CRM v8 field names.
"""

from connectors.files.delimited import Delimited
from connectors.stream import Connector, Consent, Identifier, Record, Stream

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

CONNECTOR = Connector("zoho", "crm", (LEADS, CONTACTS), about=__doc__)
