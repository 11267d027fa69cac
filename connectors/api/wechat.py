"""WeChat official account API: followers.

Follows the official account documentation of stable access tokens, user management, global return codes and call
quotas. What shapes this file:

- Every answer is HTTP 200. An error has `errcode`; a good answer mostly has none.
- The token comes from `stable_token`, lives 7,200 s and stands in the address. Asking again gives the same one. The
  older `token` call would end the token of everybody else who uses the account, so it is not used. 40001 and 42001 say
  that a token has ended.
- `user/get` names 10,000 followers a call, those behind `next_openid`, and 500 calls a day; the end is an answer
  without any. `user/info/batchget` tells of 100 at most. A follower who left is told with `subscribe` 0, by the openid
  alone; an openid that is none of the account's refuses the whole call (40003), which is then halved.
- There is no watermark: every pull reads everything. `pulled_at`, the server's time when the pull began, is added to
  each record, since nothing in it says how new it is. Who left between two pulls is listed no more and stays as last
  seen.
- 45009: the day's calls are used up. 45011: the minute's. -1: busy. 48001: the account has no right to this.

Not confirmed: in which order followers are listed, and that an openid who left is refused as `next_openid` by 40003
(the one before it is then tried).
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
    QuotaUsedUp,
    RefusedCredentials,
    RefusedRequest,
    TooManyRequests,
    Unreachable,
)
from connectors.api.exchange import Page, Reading, Request, Response, State
from connectors.api.system import Api, Renewal, Session, Start, Token

BATCH = 100
# Followers a file holds; so many are asked for again after a kill.
KEPT = 1_000
# Openids remembered to go on behind, in case the last ones leave.
TRAIL = 5

_TOKEN = "/cgi-bin/stable_token"
_LIST = "/cgi-bin/user/get"
_INFO = "/cgi-bin/user/info/batchget"

_EXPIRED = {40001, 40014, 41001, 42001}
_CREDENTIALS = {40013, 40125, 40164, 40243, 41002, 41004, 48001, 48004, 50002}
_NO_OPENID = "40003"
# What a good answer has, one of them.
_GOOD = ("access_token", "count", "user_info_list")

Told = Generator[Request, Any, list[str]]


def read_followers(start: Start) -> Reading:
    """Every follower, in the order of the list; `trail` are the last ones read, the very last first."""
    state: State = dict(start.state or {"trail": []})
    while True:
        response, openids = yield from _listed(state)
        state.setdefault("began", int(response.date or start.now()))
        if not openids:
            return None
        for at in range(0, len(openids), KEPT):
            some = openids[at : at + KEPT]
            records = yield from _infos(some, json.dumps({"pulled_at": state["began"]}))
            state["trail"] = [*reversed(some[-TRAIL:]), *state["trail"]][:TRAIL]
            yield Page(dict(state), tuple(records))


def _listed(state: State) -> Generator[Request, Any, tuple[Response, list[str]]]:
    """The followers behind the last one read, or behind the one before it if that one has left."""
    trail = list(state["trail"])
    while True:
        try:
            response: Response = yield Request("GET", _LIST, {"next_openid": trail[0]} if trail else {})
        except RefusedRequest as refused:
            if refused.code != _NO_OPENID or not trail:
                raise
            if len(trail) == 1:
                raise LostPlace("those who were read last have all left") from None
            trail.pop(0)
            continue
        # An answer without followers has no data.
        count = response.document()["count"]
        return response, [each.value for each in elements(response.text, "data", "openid")] if count else []


def _infos(openids: list[str], stamp: str) -> Told:
    told: list[str] = []
    for at in range(0, len(openids), BATCH):
        told += yield from _batch(openids[at : at + BATCH], stamp)
    return told


def _batch(openids: list[str], stamp: str) -> Told:
    """What is told of some followers, with the time of the pull; of an openid that is none, nothing."""
    users = [{"openid": each, "lang": "zh_CN"} for each in openids]
    try:
        response: Response = yield Request("POST", _INFO, json={"user_list": users})
    except RefusedRequest as refused:
        if refused.code != _NO_OPENID:
            raise
        half = len(openids) // 2
        if not half:
            return []
        first = yield from _batch(openids[:half], stamp)
        return first + (yield from _batch(openids[half:], stamp))
    return [joined(each.text, stamp) for each in elements(response.text, "user_info_list")]


def sign(session: Session, request: Request) -> Request:
    """With the token among the parameters."""
    if not request.signed or session.token is None:
        return request
    return replace(request, params={**request.params, "access_token": session.token.value})


def renew(session: Session) -> Renewal:
    """The account's stable token; without force_refresh, which others would feel."""
    answer = yield Request(
        "POST",
        _TOKEN,
        json={
            "grant_type": "client_credential",
            "appid": session.secrets["app_id"],
            "secret": session.secrets["app_secret"],
            "force_refresh": False,
        },
    )
    document = answer.document()
    if not document.get("access_token"):
        raise RefusedCredentials("no token was given out")
    return Token(document["access_token"], session.now() + float(document.get("expires_in") or 7200))


def judge(response: Response) -> ApiError | None:
    """By errcode alone; other HTTP statuses than 200 come from what stands in between."""
    if error := judge_status(response):
        return error
    document = response.document()
    if not isinstance(document, dict):
        return Unreachable("the answer is no object")
    if code := document.get("errcode"):
        return _error(code)
    return None if any(name in document for name in _GOOD) else Unreachable("the answer lacks what was asked for")


def _error(code: object) -> ApiError:
    if code in _EXPIRED:
        return ExpiredToken("the token is refused", code=code)
    if code == 45009:
        return QuotaUsedUp("the day's calls are used up", code=code)
    if code == 45011:
        return TooManyRequests("too many requests", code=code, wait=60.0)
    if code == -1:
        return Unreachable("the system is busy", code=code)
    if code in _CREDENTIALS:
        return RefusedCredentials("the account may not do this", code=code)
    return RefusedRequest("the request is refused", code=code)


API = Api(
    name="wechat",
    base_url="https://api.weixin.qq.com",
    secrets=("app_id", "app_secret"),
    sign=sign,
    judge=judge,
    renew=renew,
)
