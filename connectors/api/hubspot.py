"""HubSpot CRM API v3: contacts and other objects, by list and by search.

Follows HubSpot's documentation of the object endpoints, of search, of usage limits and of error handling. What shapes
this file:

- `Authorization: Bearer …` with the token of a private app, which holds until it is revoked.
- Properties come only when asked for by name; an option adds some.
- A first pull lists every object, 100 a page, from `after` to `paging.next.after`.
- Later ones search for what was modified since the watermark, 200 a page. A search ends at its 10,000th result and its
  `after` is a place in a list that changes; so the results are ordered by id and each page asks for ids greater than
  the last one, which no change can move. A modification takes a moment to be found: the overlap covers it.
- Archived (deleted) objects are a list of their own, kept for 90 days and read to its end at every pull; those archived
  before the watermark are passed over. What was deleted for good is listed nowhere.
- A merge leaves one contact, with the ids it took in among its properties, modified at that moment; since 2025 it is
  one of a new id. The ids taken in are listed no more.
- 100 calls in ten seconds; five searches a second, counted over all apps. 429 names the policy: DAILY means that
  today's calls are used up.

Not confirmed: that a list's `after` goes by id, that an object restored from the archive counts as modified.
"""

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Any

from connectors.api.answers import as_iso, as_seconds, judge_status, retry_after
from connectors.api.documents import Element, elements
from connectors.api.errors import (
    ApiError,
    LostPlace,
    QuotaUsedUp,
    RefusedCredentials,
    RefusedRequest,
    TooManyRequests,
    Unreachable,
)
from connectors.api.exchange import Page, Reading, Request, Response, State
from connectors.api.pace import Limit, every
from connectors.api.system import Api, Session, Start

LISTED = 100
FOUND = 200

_PATH = "/crm/v3/objects/"
# Codes of HubSpot's own: locked by another call, migrated to another data centre.
_LOCKED, _MIGRATING = 423, 477
# Seconds until calls count no more.
_POLICIES = {"SECONDLY": 1.0, "TEN_SECONDLY_ROLLING": 10.0}

Steps = Generator[Request | Page, Any, None]


@dataclass(frozen=True)
class Kind:
    """A kind of objects: what is asked for, and the property that says when it was modified."""

    name: str
    properties: tuple[str, ...]
    modified: str


def read_objects(kind: Kind, start: Start) -> Reading:
    """Every object of a kind, or those modified since the watermark; then those archived."""
    since = as_seconds(start.watermark) - start.overlap if start.watermark else None
    properties = list(dict.fromkeys((*kind.properties, *start.options["properties"])))
    state: State = dict(start.state or {"phase": "all" if since is None else "modified", "after": None})
    if state["phase"] == "all":
        yield from _list(kind, properties, start, state, archived=False)
    elif state["phase"] == "modified":
        yield from _search(kind, properties, since or 0.0, start, state)
    yield from _list(kind, properties, start, state, archived=True, since=since)
    began: str = state["began"]
    return began


def _list(
    kind: Kind, properties: list[str], start: Start, state: State, *, archived: bool, since: float | None = None
) -> Steps:
    """The pages of a list, from the place in `state`; of those archived, the ones since `since`."""
    params = {"limit": str(LISTED), "properties": ",".join(properties), "archived": str(archived).lower()}
    while True:
        place = {"after": state["after"]} if state["after"] else {}
        try:
            response: Response = yield Request("GET", f"{_PATH}{kind.name}", params | place)
        except RefusedRequest:
            if not place:
                raise
            raise LostPlace("the place in the list is no longer known") from None
        _note(response, start, state)
        found = [each for each in elements(response.text, "results") if since is None or _archived_at(each) >= since]
        state["after"] = _after(response)
        if state["after"] is None:
            state["phase"] = "archived"
        yield Page(dict(state), tuple(each.text for each in found))
        if state["after"] is None:
            return


def _search(kind: Kind, properties: list[str], since: float, start: Start, state: State) -> Steps:
    """The pages of what was modified, in the order of the ids; `after` is the last id read."""
    more = True
    while more:
        filters = [{"propertyName": kind.modified, "operator": "GTE", "value": str(int(since * 1000))}]
        if state["after"]:
            filters.append({"propertyName": "hs_object_id", "operator": "GT", "value": state["after"]})
        sorts = [{"propertyName": "hs_object_id", "direction": "ASCENDING"}]
        body = {"filterGroups": [{"filters": filters}], "sorts": sorts, "properties": properties, "limit": FOUND}
        response: Response = yield Request("POST", f"{_PATH}{kind.name}/search", json=body)
        _note(response, start, state)
        found = elements(response.text, "results")
        more = bool(found) and _after(response) is not None
        state |= {"after": str(found[-1].value["id"])} if more else {"phase": "archived", "after": None}
        yield Page(dict(state), tuple(each.text for each in found))


def _note(response: Response, start: Start, state: State) -> None:
    """HubSpot's clock at the first answer: what changes from here on belongs to the next pull."""
    state.setdefault("began", as_iso(response.date or start.now()))


def _after(response: Response) -> str | None:
    following = (response.document().get("paging") or {}).get("next") or {}
    return str(following["after"]) if following.get("after") else None


def _archived_at(found: Element) -> float:
    """When an object was archived; one that does not say so is never passed over."""
    moment = found.value.get("archivedAt")
    return as_seconds(moment) if moment else float("inf")


def sign(session: Session, request: Request) -> Request:
    """With the private app's token."""
    headers = {**request.headers, "Authorization": f"Bearer {session.secrets['access_token']}"}
    return replace(request, headers=headers)


def judge(response: Response) -> ApiError | None:
    """The status decides; of 429 the policy, of a good answer that it has results."""
    document = _document(response)
    code = document.get("category") or document.get("errorType")
    if response.status == 429:
        policy = document.get("policyName")
        if policy == "DAILY":
            return QuotaUsedUp("the day's calls are used up", code=policy)
        wait = retry_after(response) or _POLICIES.get(str(policy))
        return TooManyRequests("too many requests", code=policy, wait=wait)
    if response.status == _MIGRATING:
        return TooManyRequests("the account is being moved", wait=retry_after(response))
    if response.status == _LOCKED:
        return TooManyRequests("the object is locked", wait=2.0)
    if response.status == 401:
        return RefusedCredentials("the access token is refused", code=code)
    if error := judge_status(response, code):
        return error
    if document.get("status") == "error":
        return RefusedRequest("the request is refused", code=code)
    return None if isinstance(document.get("results"), list) else Unreachable("the answer has no results")


def _document(response: Response) -> dict[str, Any]:
    """The answer as an object; an error may come without one, a good answer may not."""
    if response.status >= 300 and not response.body.lstrip().startswith(b"{"):
        return {}
    document = response.document()
    return document if isinstance(document, dict) else {}


def _searches(request: Request) -> str | None:
    return "search" if request.url.endswith("/search") else None


API = Api(
    name="hubspot",
    base_url="https://api.hubapi.com",
    secrets=("access_token",),
    sign=sign,
    judge=judge,
    limits=(
        Limit(100, 10, every, "100 calls in ten seconds"),
        Limit(5, 1, _searches, "five searches a second"),
    ),
    options={"properties": []},
)
