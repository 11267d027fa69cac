"""Every public file taken in by the stream that is for it: rows in, loaded, quarantined, and what was found in them.

    python -m benchmarks.ingest.payloads DIRECTORY

DIRECTORY holds the folders payloads/ and events/ of public samples. Each file is a source of its own, so that what is
found can be told per file; LOADED says by which connector and stream it is read, NOTHING why others are left alone.
Prints a table; exits with 1 when a file is in neither list.
"""

import shutil
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table

from connectors.registry import CONNECTORS
from pipeline.config import PROJECT, Config, SourceConfig
from pipeline.ingest import ingest
from pipeline.stage import Options, Work, new_run_id
from pipeline.standardise import standardise
from pipeline.values import count_rows
from warehouse.connection import open_warehouse
from warehouse.tables import create_tables

FOLDERS = ("payloads", "events")
# Licences of the samples, and the folder's own description.
_NO_DATA = ("LICENSE", "SOURCES.md")
DECLARED = Path(__file__).with_name("public_sources.toml")

_WECHAT, _SHOPIFY, _HUBSPOT = (
    "payloads/wechat/",
    "payloads/fivetran_shopify/shopify_",
    "payloads/fivetran_hubspot/hubspot_",
)
# File → source of the declared ones or connector, and stream.
LOADED: dict[str, tuple[str, str]] = {
    "events/access_log/apache_combined.log": ("access_log", "requests"),
    "events/cdnow/CDNOW_master.txt": ("cdnow", "purchases"),
    "events/cdnow/CDNOW_sample.txt": ("cdnow", "purchases"),
    "events/uci_online_retail/online_retail.parquet": ("retail", "lines"),
    f"{_HUBSPOT}company.csv": ("hubspot", "company_table"),
    f"{_HUBSPOT}contact.csv": ("hubspot", "contact_table"),
    f"{_HUBSPOT}contact_form_submission.csv": ("hubspot", "form_submission_table"),
    f"{_HUBSPOT}contact_merge_audit.csv": ("hubspot", "contact_merge_table"),
    f"{_HUBSPOT}deal.csv": ("hubspot", "deal_table"),
    f"{_HUBSPOT}email_event_sent.csv": ("hubspot", "email_sent_table"),
    f"{_HUBSPOT}engagement.csv": ("hubspot", "engagement_table"),
    f"{_HUBSPOT}ticket.csv": ("hubspot", "ticket_table"),
    f"{_SHOPIFY}abandoned_checkout_data.csv": ("shopify", "checkout_table"),
    f"{_SHOPIFY}customer_data.csv": ("shopify", "customer_table"),
    f"{_SHOPIFY}customer_tag_data.csv": ("shopify", "customer_tag_table"),
    f"{_SHOPIFY}gql_customer_address_data.csv": ("shopify", "address_table"),
    f"{_SHOPIFY}gql_customer_data.csv": ("shopify", "customer_table"),
    f"{_SHOPIFY}gql_customer_visit_data.csv": ("shopify", "visit_table"),
    f"{_SHOPIFY}gql_order_data.csv": ("shopify", "order_table"),
    f"{_SHOPIFY}order_data.csv": ("shopify", "order_table"),
    f"{_SHOPIFY}order_line_data.csv": ("shopify", "order_line_table"),
    f"{_SHOPIFY}order_note_attribute_data.csv": ("shopify", "note_attribute_table"),
    f"{_SHOPIFY}refund_data.csv": ("shopify", "refund_table"),
    f"{_SHOPIFY}transaction_data.csv": ("shopify", "transaction_table"),
    f"{_WECHAT}component___sns_userinfo.json": ("wechat", "visitors"),
    f"{_WECHAT}customservice_kfsession_getsessionlist.json": ("wechat", "chats"),
    f"{_WECHAT}customservice_kfsession_getwaitcase.json": ("wechat", "waiting_chats"),
    f"{_WECHAT}customservice_msgrecord_getmsglist.json": ("wechat", "messages"),
    f"{_WECHAT}payment__pay_paporderquery.json": ("wechat", "payments"),
    f"{_WECHAT}shakearound_user_getshakeinfo.json": ("wechat", "shakes"),
    f"{_WECHAT}sns_jscode2session.json": ("wechat", "logins"),
    f"{_WECHAT}sns_userinfo.json": ("wechat", "visitors"),
    f"{_WECHAT}user_get.json": ("wechat", "openids"),
    f"{_WECHAT}user_info.json": ("wechat", "user"),
    f"{_WECHAT}user_info_batchget.json": ("wechat", "users"),
    f"{_WECHAT}user_tag_get.json": ("wechat", "openids"),
    f"{_WECHAT}work__externalcontact_add_msg_template.json": ("wecom", "undelivered"),
    f"{_WECHAT}work__externalcontact_batch_get_by_user.json": ("wecom", "contacts"),
    f"{_WECHAT}work__externalcontact_get.json": ("wecom", "contact"),
    f"{_WECHAT}work__externalcontact_get_group_msg_result.json": ("wecom", "group_messages"),
    f"{_WECHAT}work__externalcontact_get_unassigned_list.json": ("wecom", "unassigned"),
    f"{_WECHAT}work__externalcontact_groupchat_get.json": ("wecom", "group_members"),
    f"{_WECHAT}work__externalcontact_list.json": ("wecom", "contact_ids"),
}
# What a file holds instead of customers → the files.
_INSTEAD: dict[str, tuple[str, ...]] = {
    "a list of column names": ("payloads/snowplow_enriched_fields.tsv",),
    "the company's own staff": (
        f"{_HUBSPOT}owner.csv",
        f"{_WECHAT}customservice_getkflist.json",
        f"{_WECHAT}customservice_getonlinekflist.json",
        f"{_WECHAT}customservice_kfsession_getsession.json",
        f"{_WECHAT}work__externalcontact_get_follow_user_list.json",
        f"{_WECHAT}work__user_convert_to_openid.json",
        f"{_WECHAT}work__user_convert_to_userid.json",
        f"{_WECHAT}work__user_list.json",
        f"{_WECHAT}work__user_simplelist.json",
    ),
    "an invoice a colleague hands in for expenses": (
        f"{_WECHAT}work__card_invoice_reimburse_getinvoiceinfo.json",
        f"{_WECHAT}work__card_invoice_reimburse_getinvoiceinfobatch.json",
    ),
    "access tokens: secrets, which must not be delivered": (
        f"{_WECHAT}component___sns_oauth2_component_access_token.json",
        f"{_WECHAT}component___sns_oauth2_component_refresh_token.json",
        f"{_WECHAT}sns_oauth2_access_token.json",
        f"{_WECHAT}sns_oauth2_refresh_token.json",
    ),
    "that a call succeeded": (
        *(f"{_WECHAT}customservice_kfaccount_{name}.json" for name in ("add", "del", "update", "uploadheadimg")),
        *(f"{_WECHAT}customservice_kfsession_{name}.json" for name in ("close", "create")),
        f"{_WECHAT}sns_auth.json",
        f"{_WECHAT}user_info_updateremark.json",
        *(f"{_WECHAT}work__card_invoice_reimburse_update{name}.json" for name in ("invoicestatus", "statusbatch")),
        *(
            f"{_WECHAT}work__externalcontact_{name}.json"
            for name in (
                *("add_contact_way", "del_contact_way", "del_corp_tag", "edit_corp_tag", "mark_tag", "transfer"),
                *("group_welcome_template_add", "group_welcome_template_del", "group_welcome_template_edit"),
                *("send_welcome_msg", "update_contact_way"),
            )
        ),
    ),
    "counts without persons": (
        *(
            f"{_WECHAT}datacube_getuser{name}.json"
            for name in ("cumulate", "read", "readhour", "share", "sharehour", "summary")
        ),
        f"{_WECHAT}groups_get.json",
        f"{_WECHAT}work__externalcontact_get_user_behavior_data.json",
        f"{_WECHAT}work__user_get_active_stat.json",
    ),
    "a group's number, without the person it was asked for": (f"{_WECHAT}groups_getid.json",),
    "how the account is set up: forms, tags, welcome texts, contact codes, chat ids": (
        f"{_HUBSPOT}form.csv",
        f"{_WECHAT}work__externalcontact_add_corp_tag.json",
        f"{_WECHAT}work__externalcontact_get_contact_way.json",
        f"{_WECHAT}work__externalcontact_group_welcome_template_get.json",
        f"{_WECHAT}work__externalcontact_groupchat_list.json",
    ),
    "the merchant's own account": (
        f"{_WECHAT}pay__v3__apply4sub_sub_merchants_12345_settlement.json",
        f"{_WECHAT}pay__v3__bill_sub-merchant-fundflowbill.json",
        f"{_WECHAT}pay__v3__merchant_fund_balance_BASIC.json",
        f"{_WECHAT}pay__v3__merchant_media_upload.json",
        f"{_WECHAT}scan_merchantinfo_get.json",
    ),
}
NOTHING: dict[str, str] = {file: reason for reason, files in _INSTEAD.items() for file in files}
# Settings a configuration would say about the sources: amounts without a currency, times without an offset.
_SETTINGS: dict[str, dict[str, Any]] = {
    "wechat": {"country": "CN"},
    "wecom": {"country": "CN"},
    "shopify": {"country": "US", "currency": "USD"},
    "hubspot": {"country": "US", "currency": "USD"},
}
# Columns of the printed table, wide enough for the longest file name.
WIDTH = 200
_OWN_COLUMNS = ("record", "identifier")
_TABLES = ("record", "identifier", "event", "purchase", "purchase_line", "interaction", "consent", "unparsed")


@dataclass(frozen=True)
class Taken:
    """What became of one file: rows at ingestion, and new rows of each standard table."""

    file: str
    stream: str
    delivered: int
    loaded: int
    quarantined: int
    found: dict[str, int]


def public_files(directory: Path) -> list[str]:
    """Every sample file under DIRECTORY, relative to it."""
    paths = (path for folder in FOLDERS for path in (directory / folder).rglob("*") if path.is_file())
    return sorted(path.relative_to(directory).as_posix() for path in paths if path.name not in _NO_DATA)


def take_in(directory: Path, home: Path, files: list[str]) -> Iterator[Taken]:
    """Ingest and standardise the files one after the other, in a data directory of their own, without quality gates."""
    names = {file: f"file_{number:03}" for number, file in enumerate(files)}
    sources = {names[file]: _source(names[file], file) for file in files}
    config = Config(home=home, inbox=home / "inbox", directory=PROJECT / "config", sources=sources)
    for file in files:
        target = config.inbox / names[file] / Path(file).name
        target.parent.mkdir(parents=True)
        shutil.copyfile(directory / file, target)
    with open_warehouse(config.warehouse) as con:
        create_tables(con)
        before = _held(con)
        for file in files:
            now = datetime.now(UTC).replace(tzinfo=None)
            work = Work(con, config, new_run_id(), now, lambda text: None, Options(sources=(names[file],)))
            ingest(work)
            standardise(work)
            after = _held(con)
            found = {table: after[table] - before[table] for table in _TABLES}
            yield Taken(file, "/".join(LOADED[file]), *_rows(con, names[file]), found)
            before = after


def main(directory: Path) -> int:
    """Print the table of all files; 1 when one is in neither list."""
    console = Console(width=WIDTH)
    files = public_files(directory)
    with tempfile.TemporaryDirectory() as home:
        rows = list(take_in(directory, Path(home), [file for file in files if file in LOADED]))
    table = Table("file", "stream", "in", "loaded", "quarantined", "records", "identifiers", "and")
    for row in rows:
        counts = (row.delivered, row.loaded, row.quarantined, row.found["record"], row.found["identifier"])
        others = [f"{count:,} {name}" for name, count in row.found.items() if count and name not in _OWN_COLUMNS]
        table.add_row(Path(row.file).name, row.stream, *(f"{count:,}" for count in counts), ", ".join(others))
    console.print(table)
    left = Table("left alone, because it holds", "files")
    for reason, named in _INSTEAD.items():
        left.add_row(reason, str(len(set(named) & set(files))))
    console.print(left)
    unknown = [file for file in files if file not in LOADED and file not in NOTHING]
    for file in unknown:
        console.print(f"in neither list: {file}")
    return 1 if unknown else 0


def _source(name: str, file: str) -> SourceConfig:
    """A source that delivers nothing but this file."""
    told, stream = LOADED[file]
    pattern = f"{name}/*"
    if told in CONNECTORS:
        return SourceConfig(name, connector=told, files={stream: pattern}, **_SETTINGS.get(told, {}))
    entry = dict(tomllib.loads(DECLARED.read_text(encoding="utf-8"))["source"][told])
    streams = entry.pop("stream")
    return SourceConfig(name, streams={stream: {**streams[stream], "files": pattern}}, **entry)


def _rows(con: duckdb.DuckDBPyConnection, source: str) -> tuple[int, int, int]:
    row = con.execute(
        """
        select sum(rows_delivered)::bigint, sum(rows_loaded)::bigint, sum(rows_quarantined)::bigint
        from ops.batch where source = $source
        """,
        {"source": source},
    ).fetchone()
    return row or (0, 0, 0)


def _held(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Rows of each standard table."""
    return {table: count_rows(con, f"standard.{table}") for table in _TABLES}


if __name__ == "__main__":
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1])))
