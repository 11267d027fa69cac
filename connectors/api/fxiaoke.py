"""Fxiaoke (纷享销客) Open API v2: objects read with /data/query.

Follows a third-party profile of the public documentation. What shapes this file:

- Every answer is HTTP 200: `errorCode` decides, and never `errorMessage`. One code has two meanings that only
  `errorDescription` tells apart: 10013 is "missing token" or "offset beyond 10,000".
- Every call carries a fresh UUIDv4 as `thirdTraceId`.
- Two styles of authentication, both alive: `auth = "header"` (token of /oauth2.0/token in headers) and `"body"` (token
  of /cgi/corpAccessToken/get/V2 in the body). A token lives 7,200 s; from 6,600 s on a new one is given out.
  Tokens: ten calls a minute, never two at once.
- `offset` ends at 10,000. The documented way past it, order by `_id` and ask for `_id GT` the last one with offset 0,
  is used from the first page on: a record that changes, comes or goes meanwhile then moves no other.
- The watermark is `last_modified_time` (epoch milliseconds) BETWEEN; `limit` is 100 at most; a page may be short
  without being the last (records the acting user may not see), so the end is a page without records.
- 100 calls in 20 s per interface; 30002 is the day's quota, 30003 that none was bought.

Not confirmed: whether invalidated (作废) records are listed without asking for them; missing authentication has been
seen as 20017 as well.
"""

from dataclasses import replace

from connectors.api.answers import judge_status
from connectors.api.documents import elements
from connectors.api.errors import (
    ApiError,
    ExpiredToken,
    QuotaUsedUp,
    RefusedCredentials,
    RefusedRequest,
    TooManyRequests,
    Unreachable,
)
from connectors.api.exchange import Page, Reading, Request, Response, State
from connectors.api.pace import Limit, each_interface
from connectors.api.system import Api, Renewal, Session, Start, Token

LIMIT = 100
# From here on a new token is given out; the old one lives another ten minutes.
TOKEN_SECONDS = 6_600
DAY_MS = 86_400_000
_TOKEN_PATHS = ("/oauth2.0/token", "/cgi/corpAccessToken/get/V2")

_EXPIRED = {20005, 20016, 11014}
_BUSY = {-1, -2, 50009}
_QUOTA = {30002: "the day's calls are used up; counted anew from midnight", 30003: "no API calls have been bought"}
_OFTEN = {14001: 20.0, 30004: 1.0}
_CREDENTIALS = {20006, 20010, 20015, 20017, 20021, 20022, 11013}


def read_object(api_name: str, start: Start) -> Reading:
    """Every record of an object, or those changed since the watermark, in the order of their ids."""
    now = int(start.now() * 1000)
    since = int(start.watermark) - int(start.overlap * 1000) if start.watermark else None
    state: State = dict(start.state or {"began": now, "last_id": None})
    while True:
        response: Response = yield _query(api_name, since, state)
        if "server_began" not in state:
            # Their clock, if it is told: what changes from here on belongs to the next pull.
            state["server_began"] = int(response.date * 1000) if response.date else state["began"]
        found = elements(response.text, "data", "dataList")
        if not found:
            return str(min(state["began"], state["server_began"]))
        state["last_id"] = found[-1].value["_id"]
        yield Page(dict(state), tuple(each.text for each in found))


def _query(api_name: str, since: int | None, state: State) -> Request:
    filters = []
    if since is not None:
        # The end lies beyond now: a record changed meanwhile stays in the list.
        between = [str(since), str(state["began"] + DAY_MS)]
        filters.append({"field_name": "last_modified_time", "field_values": between, "operator": "BETWEEN"})
    if state["last_id"] is not None:
        filters.append({"field_name": "_id", "field_values": [state["last_id"]], "operator": "GT"})
    search = {"limit": LIMIT, "offset": 0, "filters": filters, "orders": [{"fieldName": "_id", "isAsc": True}]}
    custom = "custom/" if api_name.endswith("__c") else ""
    data = {"dataObjectApiName": api_name, "find_explicit_total_num": False, "search_query_info": search}
    return Request("POST", f"/cgi/crm/{custom}v2/data/query", json={"data": data})


def sign(session: Session, request: Request) -> Request:
    """A trace id of its own for every call; the token where the configured style wants it."""
    request = replace(request, params={**request.params, "thirdTraceId": session.new_id()})
    if not request.signed or session.token is None:
        return request
    token, user = session.token, session.options["user"]
    if session.options["auth"] == "header":
        headers = {"authorization": f"Bearer {token.value}", "x-fs-ea": token.details["ea"], "x-fs-userid": user}
        return replace(request, headers={**request.headers, **headers})
    fields = {"corpAccessToken": token.value, "corpId": token.details["corpId"], "currentOpenUserId": user}
    return replace(request, json={**fields, **request.json})


def renew(session: Session) -> Renewal:
    """A token of the configured style."""
    by_header = session.options["auth"] == "header"
    fields = {
        "appId": session.secrets["app_id"],
        "appSecret": session.secrets["app_secret"],
        "permanentCode": session.secrets["permanent_code"],
    }
    answer = yield Request(
        "POST", _TOKEN_PATHS[0 if by_header else 1], json=fields | ({"grantType": "app_secret"} if by_header else {})
    )
    document = answer.document()
    value, detail = ("accessToken", "ea") if by_header else ("corpAccessToken", "corpId")
    if not document.get(value) or not document.get(detail):
        raise RefusedCredentials("no token was given out")
    seconds = min(float(document.get("expiresIn") or TOKEN_SECONDS), TOKEN_SECONDS)
    return Token(document[value], session.now() + seconds, {detail: document[detail]})


def judge(response: Response) -> ApiError | None:
    """By errorCode alone; other HTTP statuses than 200 come from what stands in between."""
    if error := judge_status(response):
        return error
    document = response.document()
    code = document.get("errorCode") if isinstance(document, dict) else None
    if not isinstance(code, int):
        return Unreachable("the answer has no errorCode")
    if code == 10013:
        # Two meanings: "offset out of range" and "the token is missing".
        beyond = "offset" in str(document.get("errorDescription", "")).lower()
        return RefusedRequest("offset beyond 10,000", code=code) if beyond else ExpiredToken("no token", code=code)
    return _error(code)


def _error(code: int) -> ApiError | None:
    if code == 0:
        return None
    if code in _EXPIRED:
        return ExpiredToken("the token is refused", code=code)
    if code in _OFTEN:
        return TooManyRequests("too many requests", code=code, wait=_OFTEN[code])
    if code in _QUOTA:
        return QuotaUsedUp(_QUOTA[code], code=code)
    if code in _BUSY:
        return Unreachable("the system is busy or broken", code=code)
    if code in _CREDENTIALS:
        return RefusedCredentials("the credentials are refused", code=code)
    return RefusedRequest("the request is refused", code=code)


def _token_calls(request: Request) -> str | None:
    return "token" if request.url in _TOKEN_PATHS else None


API = Api(
    name="fxiaoke",
    base_url="https://open.fxiaoke.com",
    secrets=("app_id", "app_secret", "permanent_code"),
    sign=sign,
    judge=judge,
    renew=renew,
    limits=(
        Limit(100, 20, each_interface, "100 calls in 20 seconds"),
        Limit(10, 60, _token_calls, "ten tokens a minute"),
    ),
    options={"auth": "header", "user": str},
)
