"""The normalisers by kind of value: the one place the pipeline looks them up.

`COLUMN_NORMALISERS` take one column of distinct raw values, `TABLE_NORMALISERS` a table whose columns are named in
their docstrings. All give a table of the same length and order whose last column is `reason`.
"""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa

from transforms.addresses import standardise_addresses
from transforms.companies import standardise_companies
from transforms.consents import standardise_consents
from transforms.dates import standardise_birth_dates, standardise_dates
from transforms.emails import standardise_emails
from transforms.genders import standardise_genders
from transforms.identifiers import clean_identifiers
from transforms.money import standardise_money
from transforms.names import standardise_names
from transforms.national_ids import standardise_national_ids
from transforms.phones import standardise_phones
from transforms.times import standardise_times
from transforms.user_agents import standardise_user_agents

Normaliser = Callable[..., pa.Table]

COLUMN_NORMALISERS: dict[str, Normaliser] = {
    "company": standardise_companies,
    "consent": standardise_consents,
    "email": standardise_emails,
    "gender": standardise_genders,
    "identifier": clean_identifiers,
    "money": standardise_money,
    "national_id": standardise_national_ids,
    "user_agent": standardise_user_agents,
}
TABLE_NORMALISERS: dict[str, Normaliser] = {
    "address": standardise_addresses,
    "birth_date": standardise_birth_dates,
    "date": standardise_dates,
    "name": standardise_names,
    "phone": standardise_phones,
    "time": standardise_times,
}
NORMALISERS: dict[str, Normaliser] = {**COLUMN_NORMALISERS, **TABLE_NORMALISERS}
