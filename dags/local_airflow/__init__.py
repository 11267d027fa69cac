"""A local Airflow for the DAGs beside this package: `python -m dags.local_airflow serve | smoke | stop`."""
