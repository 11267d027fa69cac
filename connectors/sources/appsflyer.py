"""App installs and in-app events from AppsFlyer's raw data: CSV of the export page and the Pull API, and Data Locker's.

What it offers: one row per install or in-app event with the campaign it is put down to, device identifiers and, for
events with a value, revenue. The export page and the Pull API head their 81 columns with display names (`Event Time`),
Data Locker with API names (`event_time`); the columns are the same otherwise. An event delivered by both counts
twice, a purchase once: take one of them.
Ids: `Customer User ID` is the shop's own (issuer: the shop), there once the app sets it; `AppsFlyer ID` is the
installation (`device_id`); `IDFA` and `IDFV` on iOS, `Advertising ID` (`gaid`), `Android ID`, `IMEI` and `OAID` on
Android. An IDFA of zeros belongs to whoever refused tracking, and is no identifier. `OAID` is a column of Data Locker's
files only: the other export has it where it was ticked.
Watermark: `Event Time`, in UTC from the Pull API and Data Locker, in the app's zone from the export page: configure it.
A row has no id: time, event, installation and the event's value are the key, so the same export twice adds nothing, and
two purchases within one second stay two.
An `af_purchase` with revenue is a purchase: `af_order_id` in `Event Value`, where the app says it, is its number.
Revenue may be negative, something given back: that stays an event, as it does not say of which order. A receipt that
the store did not confirm is no paid order. Where the shop system's orders are a source too, these are the same
purchases seen again.
Follows: AppsFlyer's raw data field dictionary and "Rich in-app events"; the header row of a real export. Not confirmed:
which further columns Data Locker adds.
"""

from collections.abc import Callable

from connectors.files.delimited import Delimited
from connectors.stream import Connector, Event, Identifier, Purchase, Record, Stream
from connectors.values import device, system


def display(column: str) -> str:
    """The column as the export page and the Pull API head it."""
    return f'"{column}"'


def api(column: str) -> str:
    """The column as Data Locker heads it."""
    return f'"{column.lower().replace(" ", "_")}"'


def raw_data(name: str, files: str, named: Callable[[str], str], more: tuple[tuple[str, str], ...] = ()) -> Stream:
    """The stream of one way to get raw data; `more` are namespaces and columns of identifiers that it alone has."""
    user, time, installation = named("Customer User ID"), named("Event Time"), device(named("AppsFlyer ID"))
    value, revenue = named("Event Value"), named("Event Revenue")
    key = f"concat_ws(':', {time}, {named('Event Name')}, {named('AppsFlyer ID')}, md5(coalesce({value}, '')))"
    devices = (
        *(("idfa", "IDFA"), ("idfv", "IDFV"), ("gaid", "Advertising ID"), ("android_id", "Android ID")),
        *(("imei", "IMEI"), *more),
    )
    return Stream(
        name=name,
        files=files,
        format=Delimited(),
        record=Record(
            stream="users", key=user, when=f"nullif(trim({user}), '') is not null", updated_at=time
        ),
        identifiers=(
            Identifier("user_id", user, record=user, stream="users", issuer="{issuer}", seen_at=time),
            Identifier("device_id", installation, record=user, stream="users", seen_at=time),
            *(
                Identifier(namespace, named(column), record=user, stream="users", seen_at=time)
                for namespace, column in devices
            ),
        ),
        event=Event(
            id=key,
            name=named("Event Name"),
            occurred_at=time,
            record=user,
            stream="users",
            anonymous_namespace="'device_id'",
            anonymous_id=installation,
            url=named("Original URL"),
            referrer=named("HTTP Referrer"),
            campaign=named("Campaign"),
            ip=named("IP"),
            user_agent=named("User Agent"),
            os=system(named("Platform")),
            device=named("Device Type"),
            properties=value,
        ),
        purchase=Purchase(
            key=f"coalesce(nullif(trim({value_of(value, 'af_order_id')}), ''), {key})",
            own_stream="raw_data",
            when=f"{named('Event Name')} = 'af_purchase' and {revenue} is not null and not starts_with({revenue}, '-')",
            record=user,
            stream="users",
            ordered_at=time,
            updated_at=time,
            status=f"case when lower({named('Is Receipt Validated')}) = 'false' then 'other' else 'paid' end",
            currency=named("Event Revenue Currency"),
            amount=revenue,
            item_count=value_of(value, "af_quantity"),
        ),
    )  # fmt: skip


def value_of(column: str, parameter: str) -> str:
    """A parameter of the event."""
    return f"try(json_extract_string({column}, '$.{parameter}'))"


CONNECTOR = Connector(
    "appsflyer",
    "app",
    (
        raw_data("raw_data", "app/appsflyer/raw-*.csv*", display),
        raw_data("data_locker", "app/appsflyer/locker-*.csv*", api, more=(("oaid", "OAID"),)),
    ),
    about=__doc__,
)
