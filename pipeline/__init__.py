"""The stages joined up, without Airflow (ingest, standardise, resolve, profile, extract, publish), and `guiyi`."""
