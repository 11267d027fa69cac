"""A segment of the small shop whose definition a test chooses, and what its files hold."""

import csv
import hashlib
import io
import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from pipeline.profile import profile
from pipeline.stage import Options
from tests.pipeline.shop import open_shop
from tests.warehouse.drawn import draw

SEGMENT = """
[segment.everybody]
title = "Everybody"
description = "d"
owner = "o"
purpose = "marketing"
channel = "email"
where = "customer_id is not null"
columns = ["customer_id", "full_name", "email", "phone", "birth_date", "spend", "orders"]
"""


@pytest.fixture
def work(tmp_path):
    return open_shop(tmp_path, profiled=True)


def with_segment(work, **keys):
    """The segment `everybody` with these keys changed or added; its file in a directory of its own."""
    lines = {line.split(" = ")[0]: line for line in SEGMENT.strip().splitlines()}
    lines |= {
        key: f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in keys.items() if value is not None
    }
    kept = [line for key, line in lines.items() if key not in keys or keys[key] is not None]
    directory = work.config.home / "config"
    directory.mkdir(exist_ok=True)
    (directory / "segments.toml").write_text("\n".join(kept), encoding="utf-8")
    return replace(work, config=replace(work.config, directory=directory))


def asked(work, **options):
    return replace(work, options=Options(segments=("everybody",), actor="ann", **options))


def on_day(work, days):
    later = replace(work, options=Options(as_of=date(2026, 3, 1) + timedelta(days=days)))
    profile(later)
    return later


def content(work, name):
    return (work.config.extracts / "everybody" / name).read_bytes()


def rows(work, name, encoding="utf-8"):
    return list(csv.DictReader(io.StringIO(content(work, name).decode(encoding), newline="")))


def share_everything(work, **consents):
    """Further consents: record → channel, for sharing."""
    for record, channel in consents.items():
        draw(work.con, "standard.consent", f"""
            | record_id | source | channel   | status  | stated_at  | purpose |
            | {record}  | zoho   | {channel} | granted | 2024-01-05 | sharing |
        """)  # fmt: skip
    profile(work)


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()
