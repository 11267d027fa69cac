"""While another process holds the warehouse, whoever opens it is told so in words that say what to do."""

import duckdb
import pytest

from warehouse.connection import WarehouseBusy, open_readonly, open_warehouse


@pytest.mark.parametrize("opener", [open_warehouse, open_readonly])
def test_a_held_warehouse_is_busy_not_a_database_error(opener, tmp_path, monkeypatch):
    path = tmp_path / "warehouse.duckdb"
    path.touch()

    def held(*arguments, **options):
        raise duckdb.IOException("Could not set lock on file")

    monkeypatch.setattr(duckdb, "connect", held)
    with pytest.raises(WarehouseBusy, match="another process"), opener(path, wait_seconds=0):
        pass
