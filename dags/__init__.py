"""Thin Airflow DAGs over the stages of pipeline/, and a local Airflow to run them in."""
