"""Google Analytics for Firebase: the BigQuery export of an app's events, as NDJSON or Parquet.

The same table as Google Analytics 4 writes (connectors/sources/ga4.py says what its columns mean, what makes an event's
key, and why a day's table is delivered again), seen from an app: `platform` is IOS or ANDROID, `user_pseudo_id` the
app's instance (`device_id`), gone with a new installation; `device.advertising_id` is the `idfa` or `gaid`, all zeros
where tracking is limited, which is no identifier; `device.vendor_id` is the `idfv` on iOS; `app_info` names app,
version and store. A screen stands where a website has a page. Purchases are `purchase`, `ecommerce_purchase` and the
`in_app_purchase` that the app stores report, which has no transaction id and is its own key.
A property that links a website and an app exports both into one table: configure it as one source, of either connector.
Follows: Google's "BigQuery Export schema".
"""

from connectors.files.columnar import Columnar
from connectors.files.reading import Ndjson
from connectors.sources.ga4 import event_table
from connectors.stream import Connector

CONNECTOR = Connector(
    "firebase",
    "app",
    (
        event_table("events", "app/firebase/events_*.json*", Ndjson()),
        event_table("events_parquet", "app/firebase/events_*.parquet", Columnar()),
    ),
    about=__doc__,
)
