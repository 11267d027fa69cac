"""AppsFlyer: an IDFA of zeros is none, two purchases within one second are two and the same export again none, revenue
below zero is no purchase, an unconfirmed receipt no paid order, and Data Locker heads the columns otherwise."""

import json

from tests.spec.connectors.deliveries.writing import table

_HEADER_ROW = (
    "Attributed Touch Type,Attributed Touch Time,Install Time,Event Time,Event Name,Event Value,Event Revenue,"
    "Event Revenue Currency,Event Revenue USD,Event Source,Is Receipt Validated,Partner,Media Source,Channel,Keywords,"
    "Campaign,Campaign ID,Adset,Adset ID,Ad,Ad ID,Ad Type,Site ID,Sub Site ID,Sub Param 1,Sub Param 2,Sub Param 3,"
    "Sub Param 4,Sub Param 5,Cost Model,Cost Value,Cost Currency,Contributor 1 Partner,Contributor 1 Media Source,"
    "Contributor 1 Campaign,Contributor 1 Touch Type,Contributor 1 Touch Time,Contributor 2 Partner,"
    "Contributor 2 Media Source,Contributor 2 Campaign,Contributor 2 Touch Type,Contributor 2 Touch Time,"
    "Contributor 3 Partner,Contributor 3 Media Source,Contributor 3 Campaign,Contributor 3 Touch Type,"
    "Contributor 3 Touch Time,Region,Country Code,State,City,Postal Code,DMA,IP,WIFI,Operator,Carrier,Language,"
    "AppsFlyer ID,Advertising ID,IDFA,Android ID,Customer User ID,IMEI,IDFV,Platform,Device Type,OS Version,App Version,"
    "SDK Version,App ID,App Name,Bundle ID,Is Retargeting,Retargeting Conversion Type,Attribution Lookback,"
    "Reengagement Window,Is Primary Attribution,User Agent,HTTP Referrer,Original URL"
)
_HEADER = _HEADER_ROW.split(",")
_ZEROS = "00000000-0000-0000-0000-000000000000"
_IOS = {
    **{"AppsFlyer ID": "1700-1", "IDFA": _ZEROS, "IDFV": "AEBE52E7-03EE-455A-B3C4-E57283966239", "Platform": "ios"},
    **{"Device Type": "iPhone 12", "Customer User ID": "U1", "Campaign": "spring"},
}
_ANDROID = {
    **{"AppsFlyer ID": "1700-2", "Advertising ID": "CDDA802E-FB9C-47AD-9866-0794D394C912", "Platform": "android"},
    **{"Android ID": "49e4bdd1c280bc00", "IMEI": "356938035643809", "Device Type": "V9"},
}


def _bought(device: dict, second: int, value: dict, **fields: str) -> dict:
    return {
        **{
            "Event Time": f"2026-03-01 08:00:{second:02}",
            "Event Name": "af_purchase",
            "Event Value": json.dumps(value),
        },
        **{"Event Revenue": value["af_revenue"], "Event Revenue Currency": "USD", **device, **fields},
    }


_ROWS = [
    {"Event Time": "2026-03-01 07:59:00", "Event Name": "install", **_ANDROID, "IP": "1.2.3.4"},
    {"Event Time": "2026-03-01 07:59:30", "Event Name": "af_login", **_ANDROID, "Customer User ID": "U2"},
    _bought(_IOS, 1, {"af_revenue": "9.00", "af_quantity": 2, "af_order_id": "O1"}),
    _bought(_IOS, 1, {"af_revenue": "3", "af_content_id": "T1"}),
    _bought(_IOS, 1, {"af_revenue": "4", "af_content_id": "C1"}),
    _bought(_IOS, 3, {"af_revenue": "-3", "af_order_id": "O1"}),
    _bought(_IOS, 4, {"af_revenue": "99", "af_order_id": "O9"}, **{"Is Receipt Validated": "false"}),
]
_LOCKER = {
    **{"event_time": "2026-03-01 09:00:00", "event_name": "af_login", "customer_user_id": "U3"},
    **{"appsflyer_id": "1700-3", "oaid": "A1B2C3D4E5F60718", "android_id": "9774d56d682e549c", "platform": "android"},
}
_BLANK = dict.fromkeys(_HEADER, "")
_LOCKER_BLANK = dict.fromkeys((name.lower().replace(" ", "_") for name in _HEADER), "")
SETTINGS = {"issuer": "shop"}
FILES = {
    "app/appsflyer/raw-2026-03-17.csv": table(*({**_BLANK, **row} for row in _ROWS[:3])),
    "app/appsflyer/raw-2026-03-18.csv": table(*({**_BLANK, **row} for row in _ROWS)),
    "app/appsflyer/locker-2026-03-18.csv": table({**_LOCKER_BLANK, **_LOCKER}),
}
ROWS = {
    "record": """
        | stream | key | updated_at          |
        | users  | U1  | 2026-03-01 08:00:04 |
        | users  | U2  | 2026-03-01 07:59:30 |
        | users  | U3  | 2026-03-01 09:00:00 |
    """,
    "identifier": """
        | key | namespace  | issuer | value                                | seen_first          | seen_last           |
        | U1  | device_id  |        | 1700-1                               | 2026-03-01 08:00:01 | 2026-03-01 08:00:04 |
        | U1  | idfv       |        | aebe52e7-03ee-455a-b3c4-e57283966239 | 2026-03-01 08:00:01 | 2026-03-01 08:00:04 |
        | U1  | user_id    | shop   | U1                                   | 2026-03-01 08:00:01 | 2026-03-01 08:00:04 |
        | U2  | android_id |        | 49e4bdd1c280bc00                     | 2026-03-01 07:59:30 | 2026-03-01 07:59:30 |
        | U2  | device_id  |        | 1700-2                               | 2026-03-01 07:59:30 | 2026-03-01 07:59:30 |
        | U2  | gaid       |        | cdda802e-fb9c-47ad-9866-0794d394c912 | 2026-03-01 07:59:30 | 2026-03-01 07:59:30 |
        | U2  | imei       |        | 356938035643809                      | 2026-03-01 07:59:30 | 2026-03-01 07:59:30 |
        | U2  | user_id    | shop   | U2                                   | 2026-03-01 07:59:30 | 2026-03-01 07:59:30 |
        | U3  | device_id  |        | 1700-3                               | 2026-03-01 09:00:00 | 2026-03-01 09:00:00 |
        | U3  | oaid       |        | A1B2C3D4E5F60718                     | 2026-03-01 09:00:00 | 2026-03-01 09:00:00 |
        | U3  | user_id    | shop   | U3                                   | 2026-03-01 09:00:00 | 2026-03-01 09:00:00 |
    """,
    "event": """
        | stream      | occurred_at         | event_type | event_name  | key | anonymous_namespace | anonymous_id | campaign | os      | device    |
        | data_locker | 2026-03-01 09:00:00 | track      | af_login    | U3  | device_id           | 1700-3       |          | Android |           |
        | raw_data    | 2026-03-01 07:59:00 | track      | install     |     | device_id           | 1700-2       |          | Android | V9        |
        | raw_data    | 2026-03-01 07:59:30 | track      | af_login    | U2  | device_id           | 1700-2       |          | Android | V9        |
        | raw_data    | 2026-03-01 08:00:01 | track      | af_purchase | U1  | device_id           | 1700-1       | spring   | iOS     | iPhone 12 |
        | raw_data    | 2026-03-01 08:00:01 | track      | af_purchase | U1  | device_id           | 1700-1       | spring   | iOS     | iPhone 12 |
        | raw_data    | 2026-03-01 08:00:01 | track      | af_purchase | U1  | device_id           | 1700-1       | spring   | iOS     | iPhone 12 |
        | raw_data    | 2026-03-01 08:00:03 | track      | af_purchase | U1  | device_id           | 1700-1       | spring   | iOS     | iPhone 12 |
        | raw_data    | 2026-03-01 08:00:04 | track      | af_purchase | U1  | device_id           | 1700-1       | spring   | iOS     | iPhone 12 |
    """,
    "purchase": """
        | order_number                                                            | key | ordered_at          | status | currency | amount | item_count |
        | 2026-03-01 08:00:01:af_purchase:1700-1:26577793d04156b020d3331a53becfeb | U1  | 2026-03-01 08:00:01 | paid   | USD      | 3.00   |            |
        | 2026-03-01 08:00:01:af_purchase:1700-1:3ec12352ae254cc49e9e6dbc85cd2075 | U1  | 2026-03-01 08:00:01 | paid   | USD      | 4.00   |            |
        | O1                                                                      | U1  | 2026-03-01 08:00:01 | paid   | USD      | 9.00   | 2          |
        | O9                                                                      | U1  | 2026-03-01 08:00:04 | other  | USD      | 99.00  |            |
    """,
}
