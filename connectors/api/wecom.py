"""WeCom (企业微信) API: external contacts, colleague by colleague.

Follows the documentation of 客户联系 (get_follow_user_list, batch/get_by_user), access tokens, global return codes and
call frequencies. What shapes this file:

- Every answer is HTTP 200: `errcode` decides, never `errmsg`.
- A token lives 7,200 s and stands in the address. Asking again gives the same one until it has ended; the system may
  end it earlier (40014, 42001), and who asks for it too often is shut out. The secret is that of an application that
  客户联系 admits, and calls come from an address on that application's list (60020).
- Colleagues who may have contacts are listed whole; their contacts come in pages by `cursor`, 100 at most, for up to
  100 colleagues a call. Calls with more than 64 have been refused (40058), so 50 are asked for at once.
- 84061 says that these colleagues have no contact. 40031 and its like say that one of them has left meanwhile: then
  they are asked for one by one, and the one who left is passed over.
- There is no watermark: every pull reads everything. `pulled_at`, the server's time when the pull began, is added to
  each record, since nothing in it says how new it is. A contact who was taken off the list is told by callbacks alone:
  here it stays as it was last seen.
- 10,000 calls a minute and 150,000 an hour per interface; beyond that an interface is shut for 60 s or 60 minutes
  (45009). 45033 is too many at the same time.

Not confirmed: how long a cursor holds and in which order it reads; which of 40003, 40031, 60111 a colleague who left
brings.
"""

import json
from collections.abc import Generator
from dataclasses import replace
from typing import Any

from connectors.api.answers import judge_status
from connectors.api.documents import elements, joined
from connectors.api.errors import (
    ApiError,
    ExpiredToken,
    LostPlace,
    RefusedCredentials,
    RefusedRequest,
    TooManyRequests,
    Unreachable,
)
from connectors.api.exchange import Page, Reading, Request, Response, State
from connectors.api.pace import Limit, each_interface
from connectors.api.system import Api, Renewal, Session, Start, Token

LIMIT = 100
COLLEAGUES = 50

_TOKEN = "/cgi-bin/gettoken"
_COLLEAGUES = "/cgi-bin/externalcontact/get_follow_user_list"
_CONTACTS = "/cgi-bin/externalcontact/batch/get_by_user"

_EXPIRED = {40014, 41001, 42001}
_BUSY = {-1, 6000}
_CREDENTIALS = {40001, 40013, 41002, 41004, 48002, 60011, 60020}
# Seconds to wait; how long a call at the same time takes is not told.
_OFTEN = {45009: 60.0, 45033: None}
_NO_CONTACTS = "84061"
_LEFT = ("40003", "40031", "60111")

Steps = Generator[Request | Page, Any, None]


def read_contacts(start: Start) -> Reading:
    """Every contact of every colleague, in the order of the colleagues' ids."""
    state: State = dict(start.state or {"after": "", "singly_to": "", "group": None, "cursor": ""})
    response: Response = yield Request("GET", _COLLEAGUES)
    state.setdefault("began", int(response.date or start.now()))
    colleagues = sorted(each.value for each in elements(response.text, "follow_user"))
    while group := _next_group(colleagues, state):
        yield from _contacts_of(group, state)
    return None


def _next_group(colleagues: list[str], state: State) -> list[str]:
    """The colleagues to ask for next: those whose pages are under way, else those behind the last ones."""
    if state["group"]:
        group: list[str] = state["group"]
        return group
    rest = [each for each in colleagues if each > state["after"]]
    return rest[: 1 if rest and rest[0] <= state["singly_to"] else COLLEAGUES]


def _contacts_of(group: list[str], state: State) -> Steps:
    """The pages of these colleagues' contacts, from the cursor in `state` on."""
    while True:
        records: tuple[str, ...] = ()
        cursor = ""
        try:
            body = {"userid_list": group, "cursor": state["cursor"], "limit": LIMIT}
            response: Response = yield Request("POST", _CONTACTS, json=body)
        except RefusedRequest as refused:
            if refused.code in _LEFT and len(group) > 1:
                state |= {"singly_to": group[-1], "group": None, "cursor": ""}
                return
            if refused.code not in (_NO_CONTACTS, *_LEFT):
                raise
        else:
            records, cursor = _page(response, state)
        if not cursor:
            state |= {"after": group[-1], "group": None, "cursor": ""}
            yield Page(dict(state), records)
            return
        if cursor == state["cursor"]:
            raise LostPlace("the cursor does not move on")
        state |= {"group": group, "cursor": cursor}
        yield Page(dict(state), records)


def _page(response: Response, state: State) -> tuple[tuple[str, ...], str]:
    """The records of an answer, with the time of the pull, and the cursor of the next one."""
    stamp = json.dumps({"pulled_at": state["began"]})
    records = tuple(joined(each.text, stamp) for each in elements(response.text, "external_contact_list"))
    return records, response.document().get("next_cursor") or ""


def sign(session: Session, request: Request) -> Request:
    """With the token among the parameters."""
    if not request.signed or session.token is None:
        return request
    return replace(request, params={**request.params, "access_token": session.token.value})


def renew(session: Session) -> Renewal:
    """The token of the application."""
    who = {"corpid": session.secrets["corp_id"], "corpsecret": session.secrets["corp_secret"]}
    answer = yield Request("GET", _TOKEN, who)
    document = answer.document()
    if not document.get("access_token"):
        raise RefusedCredentials("no token was given out")
    return Token(document["access_token"], session.now() + float(document.get("expires_in") or 7200))


def judge(response: Response) -> ApiError | None:
    """By errcode alone; other HTTP statuses than 200 come from what stands in between."""
    if error := judge_status(response):
        return error
    document = response.document()
    code = document.get("errcode") if isinstance(document, dict) else None
    if not isinstance(code, int):
        return Unreachable("the answer has no errcode")
    return _error(code)


def _error(code: int) -> ApiError | None:
    if code == 0:
        return None
    if code in _EXPIRED:
        return ExpiredToken("the token is refused", code=code)
    if code in _OFTEN:
        return TooManyRequests("too many requests", code=code, wait=_OFTEN[code])
    if code in _BUSY:
        return Unreachable("the system is busy", code=code)
    if code in _CREDENTIALS:
        return RefusedCredentials("the application may not do this", code=code)
    return RefusedRequest("the request is refused", code=code)


API = Api(
    name="wecom",
    base_url="https://qyapi.weixin.qq.com",
    secrets=("corp_id", "corp_secret"),
    sign=sign,
    judge=judge,
    renew=renew,
    limits=(
        Limit(10_000, 60, each_interface, "10,000 calls a minute"),
        Limit(150_000, 3600, each_interface, "150,000 calls an hour"),
    ),
)
