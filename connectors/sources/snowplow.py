"""Website and app events as Snowplow enriches them: tab-separated lines of 131 columns, no header, no quoting.

What it offers: page views, pings, structured (`se_…`), self-describing (`unstruct_event`) and e-commerce events with
cookies, addresses, parsed user agent and campaign, and `contexts` with whatever else the trackers know. The last three
and `derived_contexts` are JSON: `{schema, data}`, the schema an `iglu:` address that ends in its version.
Ids: `user_id` is what the site sets after login (issuer: the shop); `domain_userid` is the site's own cookie and
`network_userid` the collector's (both `anonymous_id`; the collector's is shared by the sites that use the collector);
`domain_sessionid` is the visit. A mobile tracker has no cookies: the `client_session` context carries its installation
(`device_id`) and session, the `mobile_context` the `idfa`, `idfv` or `gaid`. A cookie of zeros is an anonymous
tracker's.
Key of an event: `event_id` with `event_fingerprint`: trackers send twice what was not acknowledged, which has the same
of both; two events of one id with different content are two. Watermark: `collector_tstamp`. When an event happened is
`derived_tstamp`, the device's time set right by the collector's.
A `transaction` event is a purchase (`tr_orderid`, `tr_total` in `tr_currency`) and each `transaction_item` a line of
it; orders of self-describing schemas (Snowplow's e-commerce contexts, or a company's own) stay events. Where the shop
system's orders are a source too, these are the same purchases seen again.
Follows: Snowplow documentation, "Canonical event model" and "Enriched TSV format"; iglu-central's schemas
mobile_context, client_session and contexts. Not read: consent events, whose scopes a company names itself.
"""

from connectors.files.delimited import Delimited
from connectors.sources.snowplow_fields import ENRICHED
from connectors.stream import Connector, Event, Identifier, Purchase, PurchaseLine, Record, Stream
from connectors.values import device, element, first_of, inside, once, system

_ENTITIES = '[{"schema":"VARCHAR","data":"JSON"}]'


def context(schema: str, field: str) -> str:
    """A field of the context of Snowplow's schema, whatever its version."""
    entities = 'case when json_valid("contexts") then json_extract("contexts", \'$.data\')::varchar end'
    named = "regexp_extract(each.schema, '^iglu:(.+)/jsonschema/', 1)"
    value = f"json_extract_string(each.data, '$.{field}')"
    return element(entities, _ENTITIES, named, f"com.snowplowanalytics.snowplow/{schema}", value)


def cookie(column: str) -> str:
    """A cookie's id; what an anonymous tracker sends in its place is none."""
    quoted = f'"{column}"'
    return f"nullif({device(quoted)}, '00000000-0000-0000-0000-000000000000')"


_USER = '"user_id"'
_KNOWN_USER = "nullif(trim(\"user_id\"), '') is not null"
_HAPPENED = first_of('"derived_tstamp"', '"collector_tstamp"')
_COOKIE = cookie("domain_userid")
_INSTALLATION = device(context("client_session", "userId"))


def identifier(namespace: str, value: str, issuer: str = "''") -> Identifier:
    """Something an event says of its user."""
    return Identifier(namespace, value, record=_USER, stream="users", issuer=issuer, seen_at=_HAPPENED)


EVENTS = Stream(
    name="events",
    files="website/snowplow/*.tsv*",
    format=Delimited(names=ENRICHED, quoting=False, header_rows=0, delimiter="\t"),
    # Nothing but the account's id: what the enrichment knows of an address or a device is not the person's profile.
    record=Record(stream="users", key=_USER, when=_KNOWN_USER, updated_at=_HAPPENED),
    identifiers=(
        identifier("user_id", _USER, issuer="{issuer}"),
        identifier("anonymous_id", _COOKIE),
        identifier("anonymous_id", cookie("network_userid")),
        identifier("device_id", _INSTALLATION),
        identifier("idfa", context("mobile_context", "appleIdfa")),
        identifier("idfv", context("mobile_context", "appleIdfv")),
        identifier("gaid", context("mobile_context", "androidIdfa")),
    ),
    event=Event(
        id="\"event_id\" || ':' || coalesce(\"event_fingerprint\", '')",
        type="case when \"event\" = 'page_view' or \"event_name\" in ('page_view', 'screen_view') then 'page' "
        "else 'track' end",
        name='case when "event" = \'struct\' then "se_action" else coalesce("event_name", "event") end',
        occurred_at=_HAPPENED,
        record=_USER,
        stream="users",
        anonymous_namespace=f"case when {_COOKIE} is null and {_INSTALLATION} is not null then 'device_id' "
        "else 'anonymous_id' end",
        anonymous_id=f"coalesce({_COOKIE}, {_INSTALLATION}, {cookie('network_userid')})",
        session_id=first_of('"domain_sessionid"', context("client_session", "sessionId")),
        url='"page_url"',
        referrer='"page_referrer"',
        campaign='"mkt_campaign"',
        ip='"user_ipaddress"',
        user_agent='"useragent"',
        os=first_of('"os_family"', system(context("mobile_context", "osType"))),
        device=context("mobile_context", "deviceModel"),
        properties="case when \"event\" = 'struct' then json_object('category', \"se_category\", "
        "'label', \"se_label\", 'property', \"se_property\", 'value', \"se_value\")::varchar "
        f"else {inside('unstruct_event', 'data.data')} end",
    ),
    purchase=Purchase(
        key='"tr_orderid"',
        when="\"event\" = 'transaction'",
        record=_USER,
        stream="users",
        ordered_at=_HAPPENED,
        updated_at=_HAPPENED,
        currency='"tr_currency"',
        amount='"tr_total"',
        shipping='"tr_shipping"',
    ),
    purchase_line=PurchaseLine(
        purchase=once('"ti_orderid"', of='"event_id", "event_fingerprint"'),
        when="\"event\" = 'transaction_item'",
        sku='"ti_sku"',
        product='"ti_name"',
        category='"ti_category"',
        quantity='"ti_quantity"',
        unit_price='"ti_price"',
    ),
)

CONNECTOR = Connector("snowplow", "website", (EVENTS,), about=__doc__)
