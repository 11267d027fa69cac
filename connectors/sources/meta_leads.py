"""Lead ads of Meta (Facebook and Instagram): answers of `/{form}/leads`, and the CSV that a page's admin downloads.

What it offers: one lead per filled-in form. In the API's pages the answers are `field_data`, an array of `{name,
values[]}`; names of the prefilled questions are Meta's (`full_name`, `email`, `phone_number`, …), those of a form's own
questions are what its author made them. The CSV has a column per question, and marks what a number is: `l:` a lead,
`ag:` an ad, `as:` an ad set, `c:` a campaign, `f:` a form, `p:` a phone, `z:` a postcode.
Key: the lead's `id`, without its mark. The CSV and the API make a record each of the same lead, which `meta_lead`
(issuer: the source), the same id, joins. Watermark: `created_time`; a lead never changes. Pages follow
`paging.cursors.after`; an answer that reports an error has `error.code` and no data.
A lead is an event too, told by the API alone: its campaign is what brought the person. From the CSV, which is for
catching up, no event comes, as it would be told twice.
Consent: `custom_disclaimer_responses`, the form's own checkboxes: a ticked one is a yes, one that is not ticked says
nothing. Which box asks for what is the form's choice: change CHECKBOXES here.
Leads made by Meta's testing tool answer every question with `<test lead: dummy data for …>`: they are nobody and left
out.
Follows: Marketing API, "Retrieving leads"; header rows and marks of real exports. Not confirmed: `z:`, and the
download's separator: commas are expected, the documentation speaks of tabs.
"""

from connectors.files.delimited import Delimited
from connectors.files.pages import Pages
from connectors.stream import Connector, Consent, Event, Identifier, Record, Stream
from connectors.values import element, first_of

_ANSWERS = '[{"name":"VARCHAR","values":["VARCHAR"]}]'
_BOXES = '[{"checkbox_key":"VARCHAR","is_checked":"VARCHAR"}]'
# checkbox_key → channel of the consent that it asks for.
CHECKBOXES = {"marketing_opt_in": "any", "email_opt_in": "email", "sms_opt_in": "sms"}


def answer(*names: str) -> str:
    """The first answer to a question, under any of its names."""
    return first_of(*(element('"field_data"', _ANSWERS, "each.name", name, "each.values[1]") for name in names))


def checkbox(key: str) -> str:
    """Yes, if the box was ticked."""
    ticked = element('"custom_disclaimer_responses"', _BOXES, "each.checkbox_key", key, "each.is_checked")
    return f"case when lower({ticked}) in ('1', 'true') then 'yes' end"


def unmarked(column: str) -> str:
    """A column without the mark that says what its number is."""
    return f"regexp_replace(\"{column}\", '^(l|ag|as|c|f|p|z): ?', '')"


_KEY = unmarked("id")
_REAL = "coalesce(\"field_data\", '') not like '%<test lead:%'"
_REAL_ROW = 'concat_ws(\' \', "full_name", "email", "phone_number") not like \'%<test lead:%\''

LEADS = Stream(
    name="leads",
    files="social/meta_leads/leads-*.json*",
    format=Pages("$.data", error_code="$.error.code"),
    record=Record(
        key=_KEY,
        when=_REAL,
        updated_at='"created_time"',
        created_at='"created_time"',
        full_name=answer("full_name"),
        given_name=answer("first_name"),
        family_name=answer("last_name"),
        gender=answer("gender"),
        birth_date=answer("date_of_birth"),
        emails=(answer("email"), answer("work_email")),
        phones=(answer("phone_number", "phone"), answer("work_phone_number")),
        address=answer("street_address"),
        city=answer("city"),
        region=answer("state", "province"),
        postcode=answer("zip_code", "post_code", "zip"),
        country=answer("country"),
        company=answer("company_name"),
    ),
    identifiers=(Identifier("meta_lead", _KEY, record=_KEY, issuer="{source}", seen_at='"created_time"', when=_REAL),),
    event=Event(
        id=_KEY,
        when=_REAL,
        name="'lead'",
        occurred_at='"created_time"',
        record=_KEY,
        campaign='"campaign_name"',
        properties="json_object('form_id', \"form_id\", 'ad_id', \"ad_id\", 'platform', \"platform\")::varchar",
    ),
    consents=tuple(
        Consent(
            record=_KEY,
            channel=f"'{channel}'",
            value=checkbox(key),
            stated_at='"created_time"',
            when=_REAL,
        )
        for key, channel in CHECKBOXES.items()
    ),
)

DOWNLOADED = Stream(
    name="leads_csv",
    files="social/meta_leads/leads-*.csv*",
    format=Delimited(),
    record=Record(
        key=_KEY,
        when=_REAL_ROW,
        updated_at='"created_time"',
        created_at='"created_time"',
        full_name='"full_name"',
        emails=('"email"',),
        phones=(unmarked("phone_number"),),
    ),
    identifiers=(
        Identifier("meta_lead", _KEY, record=_KEY, issuer="{source}", seen_at='"created_time"', when=_REAL_ROW),
    ),
)

CONNECTOR = Connector("meta_leads", "social", (LEADS, DOWNLOADED), about=__doc__)
