"""Zoho CRM v8 over its API: records, deleted records, bulk read.

Follows Zoho's OpenAPI files for v8 (record, bulk_read) and, for limits and tokens, a third-party profile of its
documentation. What shapes this file:

- `Authorization: Zoho-oauthtoken …`; a token lives an hour and comes from the accounts server of the data centre.
- `fields` is mandatory, 50 at most; `per_page` 200 at most; `page` reaches the first 2,000 records, then `page_token`
  (24 hours, exclusive with `page`). 204 and 304 are empty answers; 207 carries a status per record.
- The watermark goes into If-Modified-Since. Pages are ordered by id, so an inserted or modified record moves none of
  those still to come; a deleted one moves them up by one place. So deletions are asked for after the last page, and
  when any happened while pages were read by number, they are read once more.
- A first pull goes through bulk read: 200,000 records a job, asked for its state until COMPLETED, result a zip of CSV.
  No more than ten results may be downloaded in a minute.
- 429 comes without Retry-After, for too many calls at once or no credits left; X-API-CREDITS-REMAINING tells which.

Not confirmed by a specification: the error of an outdated `page_token` (any refusal of a request that carries one
starts the pass anew), `converted=both` for leads, and `Converted_Contact` as a field of the list.
There is no list of past merges: a lead's `Converted_Contact` is the only link between records that can be read.
"""

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Any

from connectors.api.answers import as_iso, as_seconds, judge_status, retry_after
from connectors.api.documents import Element, elements, joined
from connectors.api.errors import (
    ApiError,
    ExpiredToken,
    QuotaUsedUp,
    RefusedCredentials,
    RefusedRequest,
    TooManyRequests,
    Unreachable,
)
from connectors.api.exchange import Page, Pause, Reading, Request, Response, State
from connectors.api.pace import Limit
from connectors.api.system import Api, Renewal, Session, Start, Token

PER_PAGE = 200
# Records that page numbers reach; then only a page_token goes on.
BY_NUMBER = 2_000
FIELDS = 50
IDS = 100
# Times a pass is repeated because records were deleted while it was read; then the watermark stays where it was.
PASSES = 3
BULK_FAILURES = 2

_EXPIRED = {"INVALID_TOKEN", "AUTHENTICATION_FAILURE"}
_CREDENTIALS = {"OAUTH_SCOPE_MISMATCH", "NO_PERMISSION"}
_BUSY = {"INTERNAL_ERROR", "BAD_GATEWAY", "SERVICE_UNAVAILABLE"}

Steps = Generator[Request | Page | Pause, Any, None]


@dataclass(frozen=True)
class Module:
    """A module and the streams its records, bulk results and deletions are kept in."""

    name: str
    fields: tuple[str, ...]
    bulk_fields: tuple[str, ...]
    bulk_stream: str
    deleted_stream: str


def read_module(module: Module, start: Start) -> Reading:
    """Every record of a module, or those changed since the watermark, and what was deleted meanwhile."""
    # Numbers of page and pass, tokens and job: all that `state` holds is what a later process needs to go on.
    state: State = dict(start.state or {"phase": "list" if start.watermark or not start.options["bulk"] else "bulk"})
    if state["phase"] == "bulk":
        yield from _bulk(module, start, state)
    since = _earlier(state.get("since") or start.watermark, start.overlap)
    fields = tuple(dict.fromkeys((*module.fields, *start.options["fields"].get(module.name, ()))))
    settled = False
    while not settled and state.setdefault("pass", 1) <= PASSES:
        if state["phase"] == "list":
            yield from _pass(module.name, fields, since, start, state)
        moved = yield from _deleted(module, since if start.watermark else state.get("since"), state)
        settled = not (moved and state.get("page", 1) > 2)
        state |= {"phase": "list", "pass": state["pass"] + 1, "page": 1, "page_token": None}
    watermark: str | None = state["began"] if settled else state.get("since") or start.watermark
    return watermark


def _pass(module: str, fields: tuple[str, ...], since: str | None, start: Start, state: State) -> Steps:
    """The pages of the list, from the one that `state` names."""
    first, more = fields[:FIELDS], fields[FIELDS:]
    while True:
        request = _list_request(module, first, since, state)
        try:
            response: Response = yield request
        except RefusedRequest:
            if not state.get("page_token"):
                raise
            # The place is lost: a page_token lives 24 hours. From the first page again.
            state |= {"page": 1, "page_token": None}
            continue
        if state.get("page", 1) == 1 and not state.get("page_token"):
            # Zoho's own clock: what changes from here on belongs to the next pull.
            state["began"] = as_iso(response.date or start.now())
        found = elements(response.text, "data") if response.body else []
        records = [each.text for each in found]
        if more:
            records = yield from _widened(module, found, more)
        info = response.document().get("info", {}) if response.body else {}
        more_records = bool(info.get("more_records"))
        state |= {"phase": "list" if more_records else "deleted", "page": state.get("page", 1) + 1, "page_token": None}
        if more_records and state["page"] > BY_NUMBER // PER_PAGE:
            state["page_token"] = info.get("next_page_token")
            if not state["page_token"]:
                raise Unreachable("more records but no page token")
        yield Page(dict(state), tuple(records))
        if not more_records:
            return


def _list_request(module: str, fields: tuple[str, ...], since: str | None, state: State) -> Request:
    place = {"page_token": state["page_token"]} if state.get("page_token") else {"page": str(state.get("page", 1))}
    params = {"fields": ",".join(fields), "per_page": str(PER_PAGE), "sort_by": "id", "sort_order": "asc", **place}
    if module == "Leads":
        params["converted"] = "both"
    return Request("GET", f"/crm/v8/{module}", params, _since_header(since))


def _widened(module: str, found: list[Element], fields: tuple[str, ...]) -> Generator[Request, Any, list[str]]:
    """The records with further fields, asked for by id so that no page can shift; a record that has gone meanwhile
    stays as it was."""
    texts = {str(each.value["id"]): each.text for each in found}
    ids = list(texts)
    for group in (fields[at : at + FIELDS] for at in range(0, len(fields), FIELDS)):
        for some in (ids[at : at + IDS] for at in range(0, len(ids), IDS)):
            params = {"ids": ",".join(some), "fields": ",".join(group), "per_page": str(PER_PAGE)}
            if module == "Leads":
                params["converted"] = "both"
            response: Response = yield Request("GET", f"/crm/v8/{module}", params)
            for each in elements(response.text, "data") if response.body else []:
                key = str(each.value["id"])
                texts[key] = joined(texts[key], each.text)
    return list(texts.values())


def _deleted(module: Module, since: str | None, state: State) -> Generator[Request | Page, Any, bool]:
    """What was deleted since the watermark, on a full pull since it began (what was deleted before that was never
    read); whether anything was while the pass ran."""
    during, page, more = False, 1, True
    while more:
        response: Response = yield Request(
            "GET",
            f"/crm/v8/{module.name}/deleted",
            {"type": "all", "page": str(page), "per_page": str(PER_PAGE)},
            _since_header(since or _earlier(state["began"], 1)),
        )
        found = elements(response.text, "data") if response.body else []
        began = as_seconds(state["began"]) - 1
        during = during or any(as_seconds(each.value["deleted_time"]) >= began for each in found)
        yield Page(dict(state), tuple(each.text for each in found), stream=module.deleted_stream)
        more = bool(response.body and response.document().get("info", {}).get("more_records"))
        page += 1
    return during


def _bulk(module: Module, start: Start, state: State) -> Steps:
    """All records through bulk read jobs; `state["since"]` is when the first one was made."""
    fields = [*module.bulk_fields, *start.options["fields"].get(module.name, ())]
    while state["phase"] == "bulk":
        if not state.get("job"):
            yield from _create_job(module, fields, state)
        job = yield from _finished_job(state["job"])
        if job is None:
            # A failed job says no reason. Once more, then by pages.
            state |= {"job": None, "failures": state.get("failures", 0) + 1}
            if state["failures"] >= BULK_FAILURES:
                state |= {"phase": "list", "since": None, "page": 1}
            yield Page(dict(state))
            continue
        result = job.get("result") or {}
        answer: Response = yield Request("GET", f"/crm/bulk/v8/read/{state['job']}/result")
        if not answer.body.startswith(b"PK"):
            raise RefusedRequest("the result of the bulk job is no zip archive")
        state |= {"job": None, "page": state.get("page", 1) + 1, "page_token": result.get("next_page_token")}
        if not result.get("more_records"):
            state |= {"phase": "list", "page": 1, "page_token": None}
        count = int(result.get("count") or 0)
        yield Page(dict(state), content=answer.body, suffix=".zip", count=count, stream=module.bulk_stream)


def _create_job(module: Module, fields: list[str], state: State) -> Steps:
    place = {"page_token": state["page_token"]} if state.get("page_token") else {"page": state.get("page", 1)}
    query = {"module": {"api_name": module.name}, "fields": fields, **place}
    response: Response = yield Request("POST", "/crm/bulk/v8/read", json={"query": query})
    details = response.document()["data"][0]["details"]
    state["job"] = details["id"]
    state.setdefault("since", details["created_time"])
    yield Page(dict(state))


def _finished_job(job_id: str) -> Generator[Request | Pause, Any, dict[str, Any] | None]:
    """The job once it is completed; None when it failed or is no longer known."""
    seconds = 5.0
    while True:
        try:
            response: Response = yield Request("GET", f"/crm/bulk/v8/read/{job_id}")
        except RefusedRequest as error:
            if error.code != "RESOURCE_NOT_FOUND":
                raise
            return None
        job: dict[str, Any] = response.document()["data"][0]
        if job["state"] == "COMPLETED":
            return job
        if job["state"] == "FAILURE":
            return None
        yield Pause(seconds, "the bulk job is being prepared")
        seconds = min(60.0, seconds * 2)


def _since_header(since: str | None) -> dict[str, str]:
    return {"If-Modified-Since": since} if since else {}


def _earlier(moment: str | None, seconds: float) -> str | None:
    return as_iso(as_seconds(moment) - seconds) if moment else None


def sign(session: Session, request: Request) -> Request:
    """With Zoho's own prefix, which is not Bearer."""
    if not request.signed or session.token is None:
        return request
    headers = {**request.headers, "Authorization": f"Zoho-oauthtoken {session.token.value}"}
    return replace(request, headers=headers)


def renew(session: Session) -> Renewal:
    """An access token for the refresh token, which holds until it is revoked."""
    answer = yield Request(
        "POST",
        f"{session.options['accounts_url'].rstrip('/')}/oauth/v2/token",
        data={
            "grant_type": "refresh_token",
            "client_id": session.secrets["client_id"],
            "client_secret": session.secrets["client_secret"],
            "refresh_token": session.secrets["refresh_token"],
        },
    )
    document = answer.document()
    return Token(document["access_token"], session.now() + float(document.get("expires_in", 3600)))


def judge(response: Response) -> ApiError | None:
    """Zoho's codes, of the whole answer or of its first record, before the status."""
    code = _code_of(response)
    if code == "TOO_MANY_REQUESTS" or response.status == 429:
        if response.headers.get("x-api-credits-remaining") == "0":
            return QuotaUsedUp("no API credits left in these 24 hours", code=code)
        return TooManyRequests("too many requests", code=code, wait=retry_after(response))
    if code in _EXPIRED:
        return ExpiredToken("the token is refused", code=code)
    if code in _CREDENTIALS:
        return RefusedCredentials("the credentials do not allow this", code=code)
    if code in _BUSY:
        return Unreachable("the system is busy or broken", code=code)
    if code and response.status < 400 and code not in ("NO_CONTENT", "Not Modified"):
        return RefusedRequest("the request is refused", code=code)
    return judge_status(response, code)


def _code_of(response: Response) -> str | None:
    """The error code in the body. An answer of records has none, and 207 is judged record by record."""
    is_error_page = response.status >= 400 and not response.body.lstrip().startswith(b"{")
    if not response.body or is_error_page or response.body.startswith(b"PK"):
        return None
    document = response.document()
    if "error" in document:  # the accounts server's shape, with HTTP 200 too
        raise RefusedCredentials("the accounts server gives no token", code=document["error"])
    if document.get("status") == "error" or (response.status >= 400 and "code" in document):
        return str(document.get("code"))
    records = document.get("data")
    if isinstance(records, list) and records and response.status != 200:
        failed = [each for each in records if isinstance(each, dict) and each.get("status") == "error"]
        return str(failed[0].get("code")) if failed else None
    return None


def _downloads(request: Request) -> str | None:
    return "result" if request.url.startswith("/crm/bulk/") and request.url.endswith("/result") else None


def _tokens(request: Request) -> str | None:
    return "token" if request.url.endswith("/oauth/v2/token") else None


API = Api(
    name="zoho",
    base_url="https://www.zohoapis.com",
    secrets=("client_id", "client_secret", "refresh_token"),
    sign=sign,
    judge=judge,
    renew=renew,
    limits=(
        Limit(10, 60, _downloads, "ten bulk results a minute"),
        Limit(10, 600, _tokens, "ten tokens in ten minutes"),
    ),
    options={"accounts_url": "https://accounts.zoho.com", "bulk": True, "fields": {}},
)
