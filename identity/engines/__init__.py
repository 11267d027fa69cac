"""Where a resolution runs. One engine so far: DuckDB."""
