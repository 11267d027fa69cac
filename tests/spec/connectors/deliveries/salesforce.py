"""Salesforce: ids of 15 and 18 characters are one record even when a spreadsheet lost their case, a record merged away is
deleted and carries the winner's id, a converted lead its contact's; zeros are no id; only person accounts are persons;
the weekly export has the same columns in a zip."""

from tests.spec.connectors.deliveries.writing import archive, table

SETTINGS = {"country": "US"}
FILES = {
    "crm/salesforce/leads-2026-03-18.csv": table(
        {
            **{"Id": "00Q5g00000AbCdEEAV", "IsDeleted": "false", "FirstName": "Ann", "LastName": "Lee"},
            **{"Email": "ann@x.com", "MobilePhone": "(415) 555-2671", "Company": "Far Hills Ltd", "City": "Reno"},
            **{"ConvertedContactId": "0035g00000XyZaBAAV", "HasOptedOutOfEmail": "true", "DoNotCall": "false"},
            **{"CreatedDate": "2026-02-01T08:00:00.000Z", "SystemModstamp": "2026-03-01T08:00:00.000Z"},
        },
        {
            **{"Id": "00Q5g00000AbCdF", "IsDeleted": "true", "MasterRecordId": "00Q5g00000AbCdEEAV"},
            **{"LastName": "Lee", "Email": "lee@y.com", "SystemModstamp": "2026-03-01T08:00:00.000+0000"},
        },
    ),
    # All in upper case: what a database without case makes of it. The suffix knows better.
    "crm/salesforce/leads-2026-03-19.csv": table(
        {
            **{"Id": "00Q5G00000ABCDEEAV", "FirstName": "Anne", "LastName": "Lee", "Email": "ann@x.com"},
            **{"SystemModstamp": "2026-03-02T08:00:00.000Z", "HasOptedOutOfEmail": "true", "DoNotCall": "false"},
        }
    ),
    "crm/salesforce/accounts-2026-03-18.csv": table(
        {
            **{"Id": "0015g00000PeRsOAAV", "IsPersonAccount": "1", "FirstName": "Bob", "LastName": "Ray"},
            **{"PersonEmail": "bob@x.com", "PersonContactId": "0035g00000BoBaBAAV", "PersonBirthdate": "1980-02-03"},
            **{"PersonMailingCity": "Reno", "SystemModstamp": "2026-03-01T09:00:00.000Z"},
            **{"PersonHasOptedOutOfEmail": "0", "PersonDoNotCall": "1"},
        },
        {"Id": "0015g00000CoMpAAAV", "IsPersonAccount": "0", "Name": "Far Hills Ltd", "Phone": "+1 415 555 0199"},
    ),
    "crm/salesforce/cases-2026-03-18.csv": table(
        {
            **{"Id": "5005g00000CaSeAAAV", "ContactId": "0035g00000XyZaB", "Origin": "Email", "Status": "Closed"},
            **{"Priority": "High", "Subject": "Tea cold", "CreatedDate": "2026-03-01T10:00:00.000Z"},
            **{"ClosedDate": "2026-03-02T10:00:00.000Z", "SystemModstamp": "2026-03-02T10:00:00.000Z"},
        }
    ),
    "crm/salesforce/WE_export_20260318.zip": archive(
        Contact=table(
            {
                **{"Id": "0035g00000XyZaBAAV", "IsDeleted": "0", "MasterRecordId": "000000000000000AAA"},
                **{"FirstName": "Ann", "LastName": "Lee", "Birthdate": "1990-06-01", "MailingCountry": "USA"},
                **{"HasOptedOutOfEmail": "0", "DoNotCall": "0", "SystemModstamp": "2026-03-03 08:00:00"},
            }
        ),
        ContactHistory=table({"Id": "0175g0000000001AAA", "ContactId": "0035g00000XyZaBAAV"}),
    ),
}
ROWS = {
    "record": """
        | stream   | key             | full_name | email     | phone        | birth_date | city | country | company       | updated_at          | deleted_at          |
        | accounts | 0015g00000PeRsO | Bob Ray   | bob@x.com |              | 1980-02-03 | Reno |         |               | 2026-03-01 09:00:00 |                     |
        | contacts | 0035g00000XyZaB | Ann Lee   |           |              | 1990-06-01 |      | US      |               | 2026-03-03 08:00:00 |                     |
        | leads    | 00Q5g00000AbCdE | Anne Lee  | ann@x.com |              |            |      |         |               | 2026-03-02 08:00:00 |                     |
        | leads    | 00Q5g00000AbCdF | Lee       | lee@y.com |              |            |      |         |               | 2026-03-01 08:00:00 | 2026-03-01 08:00:00 |
    """,
    "identifier": """
        | key             | namespace          | issuer     | value           |
        | 0015g00000PeRsO | email              |            | bob@x.com       |
        | 0015g00000PeRsO | salesforce_account | salesforce | 0015g00000PeRsO |
        | 0015g00000PeRsO | salesforce_contact | salesforce | 0035g00000BoBaB |
        | 0035g00000XyZaB | salesforce_contact | salesforce | 0035g00000XyZaB |
        | 00Q5g00000AbCdE | email              |            | ann@x.com       |
        | 00Q5g00000AbCdE | phone              |            | +14155552671    |
        | 00Q5g00000AbCdE | salesforce_contact | salesforce | 0035g00000XyZaB |
        | 00Q5g00000AbCdE | salesforce_lead    | salesforce | 00Q5g00000AbCdE |
        | 00Q5g00000AbCdF | email              |            | lee@y.com       |
        | 00Q5g00000AbCdF | salesforce_lead    | salesforce | 00Q5g00000AbCdE |
        | 00Q5g00000AbCdF | salesforce_lead    | salesforce | 00Q5g00000AbCdF |
    """,
    "interaction": """
        | key             | kind   | occurred_at         | closed_at           | channel | status | priority | subject  |
        | 0035g00000XyZaB | ticket | 2026-03-01 10:00:00 | 2026-03-02 10:00:00 | email   | Closed | High     | Tea cold |
    """,
    "consent": """
        | key             | channel | status  | stated_at           |
        | 0015g00000PeRsO | email   | granted | 2026-03-01 09:00:00 |
        | 0015g00000PeRsO | phone   | denied  | 2026-03-01 09:00:00 |
        | 0035g00000XyZaB | email   | granted | 2026-03-03 08:00:00 |
        | 0035g00000XyZaB | phone   | granted | 2026-03-03 08:00:00 |
        | 00Q5g00000AbCdE | email   | denied  | 2026-03-02 08:00:00 |
        | 00Q5g00000AbCdE | phone   | granted | 2026-03-02 08:00:00 |
    """,
}
