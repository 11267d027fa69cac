"""A new warehouse file is of a version that knows the compression raw text is stored with."""

import pyarrow as pa

from tests.pipeline.shop import NOW
from warehouse.connection import open_warehouse
from warehouse.raw import append_raw, ensure_raw_table


def test_raw_text_is_stored_with_zstandard(tmp_path):
    rows = pa.table({"_line": list(range(1, 5001)), "text": [f'{{"number": {i}}}' for i in range(5000)]})
    with open_warehouse(tmp_path / "warehouse.duckdb") as con:
        con.execute("create schema raw")
        ensure_raw_table(con, "shop", "orders", ["text"])
        append_raw(con, "shop", "orders", rows, "b1", NOW)
        con.execute("checkpoint")
        found = con.execute(
            "select distinct compression from pragma_storage_info('raw.shop_orders') "
            "where column_name = 'text' and segment_type = 'VARCHAR'"
        ).fetchall()
    assert found == [("ZSTD",)]
