"""The DuckDB warehouse: connection, tables (one SQL file each), publishing and segment extracts."""
