"""Event streams from file to standard.event, beside bare DuckDB reading the same file into a typed table."""
