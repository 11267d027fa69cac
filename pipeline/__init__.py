"""The stages joined up, without Airflow: ingest, standardise, resolve, profile, publish, extract; and the `guiyi` command."""
