"""Google Analytics 4: its daily BigQuery export of events, as NDJSON or Parquet.

What it offers: one row per event of a website or app, with `event_params` and `user_properties` as arrays of `{key,
value: {string_value | int_value | float_value | double_value}}`, the items of a purchase, device, rough place and
`privacy_info`. No names, no e-mail, no IP. BigQuery writes whole numbers into JSON as texts and leaves out what is
null.
Ids: `user_id` is the shop's own (issuer: the shop). `user_pseudo_id` is a cookie's on the web (`anonymous_id`) and the
app's instance elsewhere (`device_id`); it is missing where the visitor refused analytics storage. Apps also tell the
advertising id (`idfa` or `gaid`) and the vendor's (`idfv`). `ga_session_id` counts one visitor's sessions only.
Watermark: none within a row. A day's table (`events_YYYYMMDD`) is written again for up to three days as devices send
late: deliver it again in full. A row has no id: the visitor, the microsecond, the event's name and the batch's place
(page, request, position, bundle) together are one; exports from before those columns, and rows without a visitor, are
told apart by their parameters. So a day delivered twice adds what is new and nothing else. `events_intraday_*` tables
hold the same events earlier. NDJSON and Parquet of a day are the same events and purchases; where an event is told by
its parameters alone, as from before those columns, it counts twice if their texts differ.
A purchase is what `ecommerce.transaction_id` names, once however often the page is loaded again; "(not set)" is no
number. Refund events stay events: they do not tell the order's new amount. Where the shop system's orders are a source
too, these are the same purchases seen again.
Consent: `privacy_info.ads_storage` is "No" where the visitor refused ad storage, a refusal to share with ad platforms.
"Yes" is no consent to that and states nothing.
Follows: Google's "BigQuery Export schema". Not confirmed: that arrays keep their order from one export to the next, and
how BigQuery nests lists in Parquet.
"""

from connectors.files.columnar import Columnar
from connectors.files.reading import Format, Ndjson
from connectors.stream import Connector, Consent, Event, Identifier, Purchase, PurchaseLine, Record, Stream
from connectors.values import element, elements, first_of, inside, once

_PARAMS = (
    '[{"key":"VARCHAR","value":{"string_value":"VARCHAR","int_value":"VARCHAR","float_value":"VARCHAR",'
    '"double_value":"VARCHAR"}}]'
)
_VALUE = "coalesce(each.value.string_value, each.value.int_value, each.value.float_value, each.value.double_value)"
_ITEMS = (
    '[{"item_id":"VARCHAR","item_name":"VARCHAR","item_category":"VARCHAR","price":"VARCHAR","quantity":"VARCHAR",'
    '"item_revenue":"VARCHAR"}]'
)


def param(key: str) -> str:
    """A parameter of the event, as text."""
    return element('"event_params"', _PARAMS, "each.key", key, _VALUE)


def params() -> str:
    """All parameters as one JSON object."""
    pair = f"to_json(each.key)::varchar || ':' || coalesce(to_json({_VALUE})::varchar, 'null')"
    listed = elements('"event_params"', _PARAMS)
    return f"'{{' || array_to_string(list_transform({listed}, lambda each: {pair}), ',') || '}}'"


def item(field: str) -> str:
    """A field of every item of the row: one row each."""
    listed = elements('"items"', _ITEMS)
    return f"unnest(list_transform({listed}, lambda each: each.{field}))"


_USER = '"user_id"'
_VISITOR = '"user_pseudo_id"'
_ON_WEB = "coalesce(\"platform\", 'WEB') = 'WEB'"
_KNOWN_USER = "nullif(trim(\"user_id\"), '') is not null"
_PLACE_IN_BATCH = (
    'coalesce("batch_page_id", "batch_ordering_id", "batch_event_index", "event_bundle_sequence_id") is not null'
)
_EVENT = (
    'concat_ws(\':\', "event_timestamp", "event_name", coalesce("user_pseudo_id", \'\'), '
    "coalesce(\"event_bundle_sequence_id\", ''), coalesce(\"batch_page_id\", ''), coalesce(\"batch_ordering_id\", ''), "
    "coalesce(\"batch_event_index\", ''), "
    f"case when {_PLACE_IN_BATCH} and {_VISITOR} is not null then '' else md5(coalesce(\"event_params\", '')) end)"
)
_TRANSACTION = f"nullif({first_of(inside('ecommerce', 'transaction_id'), param('transaction_id'))}, '(not set)')"
_ORDER = f"coalesce({_TRANSACTION}, {_EVENT})"
_ORDER_ONCE = once(_ORDER, of=_ORDER, order='"event_timestamp"')
_BOUGHT = "\"event_name\" in ('purchase', 'ecommerce_purchase', 'in_app_purchase')"


def identifier(namespace: str, value: str, when: str = "true", issuer: str = "''") -> Identifier:
    """Something a row says of its user."""
    return Identifier(
        namespace, value, record=_USER, stream="users", issuer=issuer, seen_at='"event_timestamp"', when=when
    )


def event_table(name: str, files: str, shape: Format) -> Stream:
    """The events table, read from the files given."""
    return Stream(
        name=name,
        files=files,
        format=shape,
        # Nothing but the account's id: what Google knows of a device or a place is not the person's profile.
        record=Record(
            stream="users",
            key=_USER,
            when=_KNOWN_USER,
            updated_at='"event_timestamp"',
            created_at='"user_first_touch_timestamp"',
        ),
        identifiers=(
            identifier("user_id", _USER, issuer="{issuer}"),
            identifier("anonymous_id", _VISITOR, when=_ON_WEB),
            identifier("device_id", _VISITOR, when=f"not ({_ON_WEB})"),
            identifier("idfa", inside("device", "advertising_id"), when="\"platform\" = 'IOS'"),
            identifier("gaid", inside("device", "advertising_id"), when="\"platform\" = 'ANDROID'"),
            identifier("idfv", inside("device", "vendor_id"), when="\"platform\" = 'IOS'"),
        ),
        event=Event(
            id=_EVENT,
            own_stream="events",
            type="case when \"event_name\" in ('page_view', 'screen_view') then 'page' else 'track' end",
            name='"event_name"',
            occurred_at='"event_timestamp"',
            record=_USER,
            stream="users",
            anonymous_namespace=f"case when {_ON_WEB} then 'anonymous_id' else 'device_id' end",
            anonymous_id=_VISITOR,
            session_id=f"case when {param('ga_session_id')} is not null "
            f"then concat_ws('.', {_VISITOR}, {param('ga_session_id')}) end",
            url=first_of(param("page_location"), param("firebase_screen"), param("firebase_screen_class")),
            referrer=param("page_referrer"),
            # traffic_source names the campaign that first brought the visitor, not this event's.
            campaign=first_of(inside("collected_traffic_source", "manual_campaign_name"), param("campaign")),
            os=inside("device", "operating_system"),
            device=first_of(inside("device", "mobile_marketing_name"), inside("device", "mobile_model_name")),
            properties=params(),
        ),
        purchase=Purchase(
            key=_ORDER_ONCE,
            own_stream="events",
            when=_BOUGHT,
            record=_USER,
            stream="users",
            ordered_at='"event_timestamp"',
            updated_at='"event_timestamp"',
            currency=param("currency"),
            amount=first_of(inside("ecommerce", "purchase_revenue"), param("value")),
            shipping=first_of(inside("ecommerce", "shipping_value"), param("shipping")),
            item_count=inside("ecommerce", "total_item_quantity"),
        ),
        purchase_line=PurchaseLine(
            purchase=_ORDER_ONCE,
            when=_BOUGHT,
            sku=item("item_id"),
            product=item("item_name"),
            category=item("item_category"),
            quantity=item("quantity"),
            unit_price=item("price"),
            amount=item("item_revenue"),
        ),
        consents=(
            Consent(
                record=_USER,
                stream="users",
                channel="'any'",
                purpose="'sharing'",
                value="'no'",
                stated_at='"event_timestamp"',
                when=f"{inside('privacy_info', 'ads_storage')} = 'No'",
            ),
        ),
    )


CONNECTOR = Connector(
    "ga4",
    "website",
    (
        event_table("events", "website/ga4/events_*.json*", Ndjson()),
        event_table("events_parquet", "website/ga4/events_*.parquet", Columnar()),
    ),
    about=__doc__,
)
