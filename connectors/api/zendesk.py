"""Zendesk Support API: users and tickets by the incremental export with a cursor.

Follows Zendesk's documentation of incremental exports, rate limits and users. What shapes this file:

- The address is the account's own. An agent's token goes as Basic `email/token:token` (option `user` is the e-mail
  address), an OAuth token as Bearer (no `user`).
- `start_time` (epoch seconds, more than a minute ago) opens an export, `cursor` goes on, 1,000 a page at most, until
  `end_of_stream`. It goes by the time of the change: a record changed meanwhile comes once more, later on.
- What changed in the minute before a call is left out, so the next pull starts that minute earlier.
- Ten calls a minute for all incremental exports together; 429 brings Retry-After, so may 503.
- A deleted user comes with `active` false, a deleted ticket with status deleted; of who was deleted for good nothing is
  left but the id. The user that a merge takes in is deleted; into whom it went is told nowhere.

Not confirmed: the error of a cursor that no longer holds (any refusal of a request that carries one starts the pass
anew); that `start_time` 0 opens an export of everything for every kind of account.
"""

import base64
from dataclasses import replace

from connectors.api.answers import as_iso, as_seconds, judge_status, retry_after
from connectors.api.documents import elements
from connectors.api.errors import (
    ApiError,
    LostPlace,
    RefusedCredentials,
    RefusedRequest,
    TooManyRequests,
    Unreachable,
)
from connectors.api.exchange import Page, Reading, Request, Response, State
from connectors.api.pace import Limit, every
from connectors.api.system import Api, Session, Start

PER_PAGE = 1_000
# What changed in the last so many seconds is not exported yet.
LEFT_OUT = 60


def read_export(kind: str, start: Start) -> Reading:
    """Every user or ticket, or those changed since the watermark."""
    since = as_seconds(start.watermark) - start.overlap if start.watermark else 0.0
    opened_at = max(0, int(min(since, start.now() - LEFT_OUT - 1)))
    state: State = dict(start.state or {"cursor": None})
    while True:
        place = {"cursor": state["cursor"]} if state["cursor"] else {"start_time": str(opened_at)}
        try:
            params = {"per_page": str(PER_PAGE), **place}
            response: Response = yield Request("GET", f"/api/v2/incremental/{kind}/cursor.json", params)
        except RefusedRequest:
            if not state["cursor"]:
                raise
            raise LostPlace("the cursor no longer holds") from None
        # Zendesk's clock: what changes from here on, and what is not exported yet, belongs to the next pull.
        state.setdefault("began", as_iso((response.date or start.now()) - LEFT_OUT))
        found = elements(response.text, kind)
        document = response.document()
        if not document["end_of_stream"] and document.get("after_cursor") in (None, state["cursor"]):
            raise LostPlace("the cursor does not move on")
        state["cursor"] = document.get("after_cursor")
        yield Page(dict(state), tuple(each.text for each in found))
        if document["end_of_stream"]:
            began: str = state["began"]
            return began


def sign(session: Session, request: Request) -> Request:
    """As the agent with a token, or with an OAuth token."""
    user, token = session.options["user"], session.secrets["token"]
    basic = base64.b64encode(f"{user}/token:{token}".encode()).decode()
    headers = {**request.headers, "Authorization": f"Basic {basic}" if user else f"Bearer {token}"}
    return replace(request, headers=headers)


def judge(response: Response) -> ApiError | None:
    """The status decides; a good answer says whether the stream has ended."""
    if response.status == 503 and (wait := retry_after(response)) is not None:
        return TooManyRequests("the system is busy", wait=wait)
    if response.status == 401:
        return RefusedCredentials("the token is refused")
    if error := judge_status(response, _code_of(response)):
        return error
    document = response.document()
    if isinstance(document, dict) and "error" in document:
        return RefusedRequest("the request is refused", code=_code_of(response))
    if not isinstance(document, dict) or not isinstance(document.get("end_of_stream"), bool):
        return Unreachable("the answer does not say whether the stream has ended")
    return None


def _code_of(response: Response) -> object:
    """Zendesk's name of the error, if the answer has one; some are objects with a title."""
    if not response.body.lstrip().startswith(b"{"):
        return None
    document = response.document()
    error = document.get("error") if isinstance(document, dict) else None
    return error.get("title") if isinstance(error, dict) else error


API = Api(
    name="zendesk",
    # Every account has an address of its own: https://ACCOUNT.zendesk.com.
    base_url="",
    secrets=("token",),
    sign=sign,
    judge=judge,
    limits=(Limit(10, 60, every, "ten exports a minute"),),
    options={"user": ""},
)
