"""The one place at the warehouse file, and who goes first when several stages want it.

No Airflow in here: the local server and the DAGs both read it.
"""

# One slot: DuckDB lets one process at a time write the warehouse file.
POOL = "duckdb_writer"
SLOTS = 1

# While several stages wait for the pool the earlier one goes first, so that eleven deliveries are taken in before the
# rest of the chain runs once over all of them.
PRIORITY = {"ingest": 60, "standardise": 50, "resolve": 40, "profile": 30, "extract": 20, "publish": 10}
