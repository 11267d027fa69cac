"""Salesforce leads, contacts, person accounts and cases: CSV of Bulk API 2.0 queries or of the weekly data export.

What it offers: every record with its id, deleted ones too when asked for (`queryAll`; the data export with its
deleted records). Watermark: `SystemModstamp`, which also moves when a system process changes a record;
`LastModifiedDate` where it was not asked for. Bulk results are delivered as `leads-*.csv`, `contacts-*.csv`,
`accounts-*.csv`, `cases-*.csv`; the data export as the zip it comes in, whose members are called after the objects.
Ids: 15 characters in which case counts, or the same with a suffix of three that spells out the case, so that systems
without case can keep them. Both are one record: the key is the 15 characters, their case restored from the suffix.
Merges: the records that lost have `IsDeleted` and, in `MasterRecordId`, the one that won: they carry its id as an
identifier. A converted lead names the contact it became in `ConvertedContactId`, which is as good as a merge.
Accounts are persons only where `IsPersonAccount` says so; the fields of the contact behind one begin with `Person`.
Consent: `HasOptedOutOfEmail` and `DoNotCall` are refusals; a box not ticked is what Salesforce has for allowed.
Follows: Object Reference for the Salesforce Platform (Lead, Contact, Account, Case), Bulk API 2.0 Developer Guide.
Unconfirmed: that empty lookups of the data export are fifteen zeros with AAA; read as empty if they are.
"""

from dataclasses import replace

from connectors.files.delimited import Delimited
from connectors.stream import Connector, Consent, Identifier, Interaction, Record, Stream
from connectors.values import first_of, is_true

_SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_CHANGED = first_of('"SystemModstamp"', '"LastModifiedDate"')


def record_id(column: str) -> str:
    """An id as 15 characters. Each character of the suffix is the number whose bits tell which of five characters are
    upper case; fifteen zeros are no id."""
    text = f'trim("{column}")'
    bits = f"strpos('{_SUFFIX}', upper(substr({text}, 16 + (i - 1) // 5, 1))) - 1"
    letter = f"substr({text}, i::integer, 1)"
    restored = (
        f"array_to_string(list_transform(range(1, 16), lambda i: "
        f"case when (({bits}) >> ((i - 1) % 5)::integer) & 1 = 1 then upper({letter}) else lower({letter}) end), '')"
    )
    whole = f"case when length({text}) = 18 then {restored} else {text} end"
    return f"nullif({whole}, '000000000000000')"


def _deleted() -> str:
    return f"case when {is_true('IsDeleted')} then {_CHANGED} end"


def _refusals(stream: str, email: str, phone: str) -> tuple[Consent, ...]:
    return tuple(
        Consent(record=_KEY, stream=stream, channel=channel, value=f'"{column}"', asks_refusal=True, stated_at=_CHANGED)
        for channel, column in (("'email'", email), ("'phone'", phone))
    )


def _id(namespace: str, column: str, stream: str) -> Identifier:
    """An id of this organisation on the record of a row."""
    return Identifier(
        namespace, record_id(column), record=_KEY, stream=stream, issuer="{source}", seen_at=_CHANGED
    )  # fmt: skip


_KEY = record_id("Id")

LEADS = Stream(
    name="leads",
    files="crm/salesforce/leads-*.csv*",
    format=Delimited(),
    record=Record(
        key=_KEY,
        stream="leads",
        updated_at=_CHANGED,
        created_at='"CreatedDate"',
        deleted_at=_deleted(),
        full_name='"Name"',
        given_name='"FirstName"',
        family_name='"LastName"',
        emails=('"Email"',),
        phones=('"MobilePhone"', '"Phone"'),
        address='"Street"',
        city='"City"',
        region='"State"',
        postcode='"PostalCode"',
        country='"Country"',
        company='"Company"',
    ),
    identifiers=(
        _id("salesforce_lead", "Id", "leads"),
        _id("salesforce_lead", "MasterRecordId", "leads"),
        _id("salesforce_contact", "ConvertedContactId", "leads"),
    ),
    consents=_refusals("leads", "HasOptedOutOfEmail", "DoNotCall"),
)

CONTACTS = Stream(
    name="contacts",
    files="crm/salesforce/contacts-*.csv*",
    format=Delimited(),
    record=Record(
        key=_KEY,
        stream="contacts",
        updated_at=_CHANGED,
        created_at='"CreatedDate"',
        deleted_at=_deleted(),
        full_name='"Name"',
        given_name='"FirstName"',
        family_name='"LastName"',
        birth_date='"Birthdate"',
        emails=('"Email"',),
        phones=('"MobilePhone"', '"Phone"', '"HomePhone"', '"OtherPhone"'),
        address='"MailingStreet"',
        city='"MailingCity"',
        region='"MailingState"',
        postcode='"MailingPostalCode"',
        country='"MailingCountry"',
        # A query may ask for the account's name; the export has its id alone.
        company='"Account.Name"',
    ),
    identifiers=(
        _id("salesforce_contact", "Id", "contacts"),
        _id("salesforce_contact", "MasterRecordId", "contacts"),
    ),
    consents=_refusals("contacts", "HasOptedOutOfEmail", "DoNotCall"),
)

_PERSON = is_true("IsPersonAccount")

ACCOUNTS = Stream(
    name="accounts",
    files="crm/salesforce/accounts-*.csv*",
    format=Delimited(),
    record=Record(
        key=_KEY,
        stream="accounts",
        when=_PERSON,
        updated_at=_CHANGED,
        created_at='"CreatedDate"',
        deleted_at=_deleted(),
        full_name='"Name"',
        given_name='"FirstName"',
        family_name='"LastName"',
        birth_date='"PersonBirthdate"',
        emails=('"PersonEmail"',),
        phones=('"PersonMobilePhone"', '"Phone"', '"PersonHomePhone"'),
        address=first_of('"PersonMailingStreet"', '"BillingStreet"'),
        city=first_of('"PersonMailingCity"', '"BillingCity"'),
        region=first_of('"PersonMailingState"', '"BillingState"'),
        postcode=first_of('"PersonMailingPostalCode"', '"BillingPostalCode"'),
        country=first_of('"PersonMailingCountry"', '"BillingCountry"'),
    ),
    identifiers=tuple(
        replace(each, when=_PERSON)
        for each in (
            _id("salesforce_account", "Id", "accounts"),
            _id("salesforce_account", "MasterRecordId", "accounts"),
            _id("salesforce_contact", "PersonContactId", "accounts"),
        )
    ),
    consents=tuple(
        replace(each, when=_PERSON) for each in _refusals("accounts", "PersonHasOptedOutOfEmail", "PersonDoNotCall")
    ),
)

CASES = Stream(
    name="cases",
    files="crm/salesforce/cases-*.csv*",
    format=Delimited(),
    interaction=Interaction(
        key=_KEY,
        when=f"not {is_true('IsDeleted')}",
        kind="'ticket'",
        record=record_id("ContactId"),
        stream="contacts",
        occurred_at='"CreatedDate"',
        updated_at=_CHANGED,
        closed_at='"ClosedDate"',
        channel='lower("Origin")',
        status='"Status"',
        priority='"Priority"',
        subject='"Subject"',
        staff=record_id("OwnerId"),
    ),
)

# The data export has the same columns under the objects' names.
_EXPORT = "crm/salesforce/*.zip"
EXPORTED = tuple(
    replace(stream, name=f"exported_{stream.name}", files=_EXPORT, member=f"{name}.csv")
    for stream, name in ((LEADS, "Lead"), (CONTACTS, "Contact"), (ACCOUNTS, "Account"))
)

CONNECTOR = Connector("salesforce", "crm", (LEADS, CONTACTS, ACCOUNTS, CASES, *EXPORTED), about=__doc__)
