"""One source with API settings in a home of its own: pulled, taken in, standardised; and what came of it."""

import json
from dataclasses import replace
from pathlib import Path

import duckdb

from pipeline.config import Config, load_config
from pipeline.run import run_stage
from pipeline.stage import Options, StageReport


def install(home: Path, connector: str, base_url: str, **api: object) -> Config:
    """A configuration with one source, called as its connector; credentials come from CRM_… variables."""
    entries = {"base_url": base_url, "credentials": "env:CRM", **api}
    lines = [f"[source.{connector}]", f'connector = "{connector}"', 'country = "CN"', f"[source.{connector}.api]"]
    lines += [f"{key} = {json.dumps(value)}" for key, value in entries.items() if not isinstance(value, dict)]
    for key, value in entries.items():
        if isinstance(value, dict):
            lines += [
                f"[source.{connector}.api.{key}]",
                *(f"{name} = {json.dumps(each)}" for name, each in value.items()),
            ]
    home.mkdir(parents=True, exist_ok=True)
    (home / "guiyi.toml").write_text("\n".join(lines), encoding="utf-8")
    config = replace(load_config(home / "guiyi.toml", inbox=home / "inbox"), home=home)
    config.inbox.mkdir(exist_ok=True)
    return config


def pull(config: Config, *, full: bool = False) -> StageReport:
    return run_stage("pull", config, options=Options(full_refresh=full))


def take_in(config: Config) -> None:
    for stage in ("ingest", "standardise"):
        run_stage(stage, config)


def query(config: Config, text: str, parameters: list[object] | None = None) -> list[tuple]:
    with duckdb.connect(str(config.warehouse), read_only=True) as con:
        return con.execute(text, parameters or []).fetchall()


def standard_rows(config: Config, stream: str) -> dict[str, tuple]:
    """Key → name, e-mail, phone and time of every record of a stream that is not deleted."""
    rows = query(
        config,
        "select source_record_id, full_name, email, phone, epoch(updated_at) from standard.record "
        "where stream = ? and deleted_at is null",
        [stream],
    )
    return {row[0]: row[1:] for row in rows}


def deleted_keys(config: Config, stream: str) -> set[str]:
    rows = query(
        config, "select source_record_id from standard.record where stream = ? and deleted_at is not null", [stream]
    )
    return {row[0] for row in rows}


def pulls(config: Config, stream: str) -> list[tuple]:
    """Status, pages, records of every pull of a stream, the oldest first."""
    return query(config, "select status, pages, records from ops.pull where stream = ? order by started_at", [stream])


def files(config: Config) -> list[str]:
    """Every file of the inbox."""
    return sorted(path.relative_to(config.inbox).as_posix() for path in config.inbox.rglob("*") if path.is_file())
