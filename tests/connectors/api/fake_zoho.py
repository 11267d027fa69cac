"""Zoho CRM v8 as its documentation describes it: tokens, the record list, deleted records, bulk read."""

import csv
import io
import zipfile
from datetime import UTC, datetime, timedelta, timezone

from tests.connectors.api.fake_server import Answer, Call, FakeServer

ZONE = timezone(timedelta(hours=5, minutes=30))
SECRETS = {"CLIENT_ID": "1000.client", "CLIENT_SECRET": "a-client-secret", "REFRESH_TOKEN": "1000.refresh-token"}


def moment(seconds: float) -> str:
    """As Zoho writes times: ISO 8601 with the organisation's offset."""
    return datetime.fromtimestamp(int(seconds), UTC).astimezone(ZONE).isoformat()


def seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def error(code: str, status: int, **details) -> Answer:
    document = {"code": code, "details": details, "message": "…", "status": "error"}
    return Answer.of(document, status, headers={"Content-Type": "application/json"})


class FakeZoho(FakeServer):
    """Modules hold records by id; a change of one is `put`, a deletion `delete`."""

    bulk_rows = 200_000
    polls = 2  # answers ADDED and IN PROGRESS before COMPLETED

    def __init__(self, clock=None):
        super().__init__(clock)
        self.modules: dict[str, dict[str, dict]] = {"Leads": {}, "Contacts": {}}
        self.deleted: dict[str, list[dict]] = {"Leads": [], "Contacts": []}
        self.tokens: dict[str, float] = {}
        self.places: dict[str, tuple[str, str, float]] = {}
        self.jobs: dict[str, dict] = {}
        self.job_state: str | None = None
        self._next_id = 5_528_000_000_000_000_000
        self._lists: dict[str, int] = {}

    # The data.

    def put(self, module: str, record_id: str | None = None, **fields) -> str:
        """Insert a record or change one."""
        if record_id is None:
            self._next_id += 1
            record_id = str(self._next_id)
        held = self.modules[module].setdefault(record_id, {"id": record_id, "Created_Time": moment(self.clock.now())})
        held |= {**fields, "Modified_Time": moment(self.clock.now())}
        return record_id

    def delete(self, module: str, record_id: str) -> None:
        gone = self.modules[module].pop(record_id)
        name = f"{gone.get('First_Name', '')} {gone.get('Last_Name', '')}".strip()
        entry = {"deleted_by": {"name": "Staff", "id": "1"}, "id": record_id, "display_name": name}
        entry |= {"type": "recycle", "created_by": None, "deleted_time": moment(self.clock.now())}
        self.deleted[module].insert(0, entry)

    # The protocol.

    def heard(self, call: Call) -> Answer:
        if call.path == "/oauth/v2/token":
            return self._token(call)
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        if scheme != "Zoho-oauthtoken":
            self.breaks("the scheme is Zoho-oauthtoken")
            return error("AUTHENTICATION_FAILURE", 401)
        if self.tokens.get(token, 0) <= self.clock.now():
            return error("INVALID_TOKEN", 401)
        if call.path.startswith("/crm/bulk/v8/read"):
            return self._bulk(call)
        parts = call.path.split("/")
        if parts[:3] != ["", "crm", "v8"] or parts[3] not in self.modules:
            return error("INVALID_URL_PATTERN", 404)
        return self._deleted(call, parts[3]) if parts[4:] == ["deleted"] else self._list(call, parts[3])

    def _token(self, call: Call) -> Answer:
        form = call.form
        if self.too_often("token", 10, 600):
            return Answer.of({"error": "Access Denied"}, 400)
        wanted = {key.lower(): value for key, value in SECRETS.items()} | {"grant_type": "refresh_token"}
        if any(form.get(key) != value for key, value in wanted.items()) or call.params:
            return Answer.of({"error": "invalid_client"})
        token = f"1000.token-{len(self.tokens)}"
        self.tokens[token] = self.clock.now() + 3600
        return Answer.of({"access_token": token, "api_domain": self.url, "token_type": "Bearer", "expires_in": 3600})

    def expire_tokens(self) -> None:
        self.tokens = dict.fromkeys(self.tokens, 0.0)

    def _list(self, call: Call, module: str) -> Answer:
        params = call.params
        fields = params.get("fields", "").split(",")
        if fields == [""] or len(fields) > 50:
            self.breaks("fields: 1 to 50")
            return error("REQUIRED_PARAM_MISSING" if fields == [""] else "LIMIT_EXCEEDED", 400, param="fields")
        if int(params.get("per_page", 200)) > 200:
            self.breaks("per_page beyond 200")
            return error("INVALID_DATA", 400, param="per_page")
        chosen = self._chosen(call, module)
        if "ids" in params:
            ids = params["ids"].split(",")
            if len(ids) > 100:
                self.breaks("more than 100 ids")
                return error("LIMIT_EXCEEDED", 400, param="ids")
            chosen = [each for each in chosen if each["id"] in ids]
            return self._records(chosen, fields, {"more_records": False}) if chosen else Answer(204)
        size = int(params.get("per_page", 200))
        if "page" in params and "page_token" in params:
            self.breaks("page and page_token together")
            return error("INVALID_DATA", 400, param="page_token")
        if params.get("sort_by", "id") not in ("id", "Created_Time", "Modified_Time"):
            return error("INVALID_DATA", 400, param="sort_by")
        if "page_token" in params:
            if params["page_token"] not in self.places or self.places[params["page_token"]][2] <= self.clock.now():
                return error("INVALID_DATA", 400, param="page_token")
            after, since, _ = self.places[params["page_token"]]
            if since != call.headers.get("if-modified-since", ""):
                self.breaks("a page_token belongs to its query")
            rest = [each for each in chosen if int(each["id"]) > int(after)]
            page = 0
        else:
            page = int(params.get("page", 1))
            if page * size > 2_000:
                self.breaks("page beyond 2,000 records")
                return error("LIMIT_REACHED", 400, param="page")
            rest = chosen[(page - 1) * size :]
        if not rest:
            return Answer(304 if "if-modified-since" in call.headers else 204)
        return self._records(rest[:size], fields, self._info(call, rest, size, page))

    def _chosen(self, call: Call, module: str) -> list[dict]:
        found = list(self.modules[module].values())
        if call.params.get("converted", "false") != "both":
            found = [each for each in found if not each.get("Converted_Contact")]
        if since := call.headers.get("if-modified-since"):
            found = [each for each in found if seconds(each["Modified_Time"]) >= seconds(since)]
        order = call.params.get("sort_by", "id")
        found.sort(key=lambda each: int(each["id"]) if order == "id" else seconds(each[order]))
        return found if call.params.get("sort_order", "desc") == "asc" else found[::-1]

    def _info(self, call: Call, rest: list[dict], size: int, page: int) -> dict:
        info = {"per_page": size, "count": len(rest[:size]), "page": page, "more_records": len(rest) > size}
        info |= {"next_page_token": None, "page_token_expiry": None}
        if info["more_records"]:
            token = f"place-{len(self.places)}"
            expiry = self.clock.now() + 86_400
            self.places[token] = (rest[size - 1]["id"], call.headers.get("if-modified-since", ""), expiry)
            info |= {"next_page_token": token, "page_token_expiry": moment(expiry)}
        return info

    def _records(self, records: list[dict], fields: list[str], info: dict) -> Answer:
        shown = [{"id": each["id"], **{name: each.get(name) for name in fields}} for each in records]
        return Answer.of({"data": shown, "info": info})

    def _deleted(self, call: Call, module: str) -> Answer:
        size, page = int(call.params.get("per_page", 200)), int(call.params.get("page", 1))
        if size > 200:
            self.breaks("per_page beyond 200")
        since = call.headers.get("if-modified-since")
        found = [each for each in self.deleted[module] if not since or seconds(each["deleted_time"]) >= seconds(since)]
        rest = found[(page - 1) * size :]
        if not rest:
            return Answer(304 if since else 204)
        info = {"per_page": size, "count": len(rest[:size]), "page": page, "more_records": len(rest) > size}
        return Answer.of({"data": rest[:size], "info": info})

    # Bulk read.

    def _bulk(self, call: Call) -> Answer:
        if call.method == "POST":
            return self._create(call.json)
        job_id, _, what = call.path.removeprefix("/crm/bulk/v8/read/").partition("/")
        if job_id not in self.jobs:
            return error("RESOURCE_NOT_FOUND", 404, resource="job")
        job = self.jobs[job_id]
        if what == "result":
            if self.too_often("downloads", 10, 60):
                return error("TOO_MANY_REQUESTS", 429)
            if job["state"] != "COMPLETED":
                self.breaks("a result before the job is completed")
                return error("RESOURCE_NOT_FOUND", 400, resource="result")
            return Answer(200, _zipped(job_id, job["fields"], job["rows"]), {"Content-Type": "application/x-download"})
        job["polls"] += 1
        job["state"] = self.job_state or (
            "ADDED" if job["polls"] == 1 else "IN PROGRESS" if job["polls"] <= self.polls else "COMPLETED"
        )
        shown = {"id": job_id, "operation": "read", "state": job["state"], "created_time": job["created_time"]}
        if job["state"] == "COMPLETED":
            shown["result"] = {
                **{"page": job["page"], "count": len(job["rows"]), "per_page": self.bulk_rows},
                **{"download_url": f"/crm/bulk/v8/read/{job_id}/result", "more_records": job["more"]},
                **({"next_page_token": f"bulk-{job['page']}"} if job["more"] else {}),
            }
        return Answer.of({"data": [shown]})

    def _create(self, document: dict) -> Answer:
        query = document["query"]
        if ("page" in query) == ("page_token" in query):
            self.breaks("a bulk job has a page or a page_token")
            return error("INVALID_REQUEST", 400)
        page = query.get("page") or int(query["page_token"].removeprefix("bulk-")) + 1
        records = sorted(self.modules[query["module"]["api_name"]].values(), key=lambda each: int(each["id"]))
        rest = [dict(each) for each in records[(page - 1) * self.bulk_rows :]]
        job_id = f"55280000000{len(self.jobs) + 100}"
        self.jobs[job_id] = {
            **{"polls": 0, "state": "ADDED", "page": page, "fields": query["fields"], "rows": rest[: self.bulk_rows]},
            **{"more": len(rest) > self.bulk_rows, "created_time": moment(self.clock.now())},
        }
        details = {"id": job_id, "operation": "read", "state": "ADDED", "created_time": moment(self.clock.now())}
        success = {"status": "success", "code": "ADDED_SUCCESSFULLY", "message": "Added successfully."}
        return Answer.of({"data": [{**success, "details": details}], "info": {}}, 201)


def _zipped(job_id: str, fields: list[str], rows: list[dict]) -> bytes:
    out, text = io.BytesIO(), io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["Id", *fields])
    for row in rows:
        writer.writerow([row["id"], *(_cell(row, name) for name in fields)])
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(f"{job_id}.csv", text.getvalue())
    return out.getvalue()


def _cell(row: dict, name: str) -> str:
    """A lookup is its id, a field behind it is asked for with a dot, booleans are in lower case."""
    base, _, inner = name.partition(".")
    value = row.get(base)
    if isinstance(value, dict):
        value = value["name" if inner else "id"]
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
