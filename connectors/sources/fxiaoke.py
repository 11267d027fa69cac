"""Fxiaoke (纷享销客) accounts, as pages of `/cgi/crm/v2/data/query` or pulled from there (`accounts_api`).

What it offers: customer accounts of a mostly Chinese CRM. Every answer is HTTP 200, so `errorCode` decides; times are
epoch milliseconds; people are arrays; custom fields are called `field_XXXXX__c` and mean what the tenant decided.
Watermark: `last_modified_time`. Key: `_id`.
Follows: third-party profile of the public API. Confirmed fields: `_id`, `name`, `tel`, `email`, `address`, `province`,
`city`, `district`, `last_modified_time`; the custom fields for birth date, gender and marketing consent are the demo
tenant's: change them here. The API itself: connectors/api/fxiaoke.py.
"""

from dataclasses import replace
from functools import partial

from connectors.api.fxiaoke import API, read_object
from connectors.api.system import Pull
from connectors.files.pages import Pages
from connectors.files.reading import Ndjson
from connectors.stream import Connector, Consent, Identifier, Record, Stream
from connectors.values import first_of


def day_in_beijing(column: str) -> str:
    """Date fields are epoch milliseconds of midnight in Beijing (UTC+8 all year), negative before 1970."""
    moment = f'make_timestamp(try_cast("{column}" as bigint) * 1000) + interval 8 hours'
    return f"coalesce(strftime({moment}, '%Y-%m-%d'), \"{column}\")"


ACCOUNTS = Stream(
    name="accounts",
    files="crm/fxiaoke/accounts-*.json*",
    format=Pages("$.data.dataList", error_code="$.errorCode"),
    record=Record(
        key='"_id"',
        stream="accounts",
        updated_at='"last_modified_time"',
        created_at='"create_time"',
        full_name='"name"',
        gender='"field_gender__c"',
        birth_date=day_in_beijing("field_birth__c"),
        emails=('"email"',),
        phones=('"tel"', '"mobile"'),
        address='"address"',
        city=first_of('"city__r"', '"city"'),
        region=first_of('"province__r"', '"province"'),
        district=first_of('"district__r"', '"district"'),
        country=first_of('"country__r"', '"country"'),
        deleted_at='case when "life_status" = \'invalid\' then "last_modified_time" end',
    ),
    consents=(
        Consent(
            record='"_id"',
            stream="accounts",
            channel="'any'",
            value='"field_optin__c"',
            stated_at='"last_modified_time"',
        ),
    ),
    identifiers=(Identifier("fxiaoke_account", '"account_no"', record='"_id"', stream="accounts", issuer="{source}"),),
)

ACCOUNTS_API = replace(
    ACCOUNTS,
    name="accounts_api",
    files="api/{source}/accounts_api/*.ndjson",
    format=Ndjson(),
    pull=Pull(API, partial(read_object, "AccountObj")),
)

CONNECTOR = Connector("fxiaoke", "crm", (ACCOUNTS, ACCOUNTS_API), about=__doc__)
