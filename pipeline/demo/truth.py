"""The truth: which record belongs to whom, and whose devices are whose.

In: tables `record`, `visit`. Out: `truth.parquet` and `truth_anonymous.parquet`, sorted, every column text.
"""

from pathlib import Path

import duckdb
import pyarrow.parquet as pq

_RECORDS = """
select source, stream, key as source_record_id, 'P' || lpad(person::varchar, 8, '0') as person_id
from record where (source, stream) <> ('taobao', 'orders')
    or exists (from purchase where purchase.record = record.record)
order by all
"""
_DEVICES = """
select if(site = 'web', 'anonymous_id', 'device_id') as namespace, device as value,
    case when max(person) >= 0 then 'P' || lpad(max(person)::varchar, 8, '0') end as person_id
from visit group by all having count(distinct person) = 1 order by all
"""


def write_truth(con: duckdb.DuckDBPyConnection, out: Path) -> None:
    """Write both files; a device that several persons use is left out of the second."""
    pq.write_table(con.execute(_RECORDS).to_arrow_table(), out / "truth.parquet")
    pq.write_table(con.execute(_DEVICES).to_arrow_table(), out / "truth_anonymous.parquet")
