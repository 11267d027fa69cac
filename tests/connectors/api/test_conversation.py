"""The conversation, driven by hand: no network, no clock but a number."""

import json

import pytest

from connectors.api.answers import judge_status
from connectors.api.conversation import converse
from connectors.api.errors import (
    ApiError,
    ExpiredToken,
    LostPlace,
    RefusedCredentials,
    RefusedRequest,
    TooManyRequests,
    Unreachable,
)
from connectors.api.exchange import Cut, Page, Pause, Request, Response
from connectors.api.pace import Limit, every
from connectors.api.system import Api, Retries, Session, Token

BASE = "https://api.example.com"


def sign(session, request):
    token = {"authorization": session.token.value} if request.signed and session.token else {}
    return Request(request.method, request.url, headers={**request.headers, **token})


def renew(session):
    answer = yield Request("POST", "/token")
    return Token(answer.document()["token"], session.now() + 3600)


def session(time=lambda: 0.0, **api) -> Session:
    described = Api("shop", BASE, (), sign, judge_status, **api)
    return Session(described, BASE, {}, {}, time, chance=lambda: 1.0, retries=Retries(attempts=3))


def one_page():
    answer = yield Request("GET", "/people")
    yield Page({"page": 1}, (answer.text,))
    return "now"


def drive(talk, *answers):
    """Everything the conversation yields while it is given the answers, in words; and what it returns."""
    told, replies, answer = [], iter(answers), None
    while True:
        try:
            step = talk.send(answer)
        except StopIteration as end:
            return told, end.value
        except ApiError as error:
            return told, error
        answer = None
        match step:
            case Request():
                told.append(
                    f"{step.method} {step.url.removeprefix(BASE)} {step.headers.get('authorization', '')}".strip()
                )
                answer = next(replies)
            case Pause():
                told.append(f"wait {step.seconds:g}")
            case Page():
                told.append(f"page {step.records}")


def ok(text="{}"):
    return Response(200, body=text.encode())


def token(text):
    return ok(json.dumps({"token": text}))


CASES = {
    "good": ([ok("a")], ["GET /people", "page ('a',)"], "now"),
    "cut, then good": ([Cut("cut"), ok("a")], ["GET /people", "wait 1", "GET /people", "page ('a',)"], "now"),
    "Retry-After": (
        [Response(429, {"retry-after": "30"}), ok("a")],
        ["GET /people", "wait 31", "GET /people", "page ('a',)"],
        "now",
    ),
    "Retry-After as a date": (
        [
            Response(429, {"retry-after": "Wed, 18 Mar 2026 12:01:00 GMT", "date": "Wed, 18 Mar 2026 12:00:00 GMT"}),
            ok("a"),
        ],
        ["GET /people", "wait 61", "GET /people", "page ('a',)"],
        "now",
    ),
    "asked to wait too long": ([Response(429, {"retry-after": "86400"})], ["GET /people"], TooManyRequests),
    "back-off doubles and ends": (
        [Response(500), Response(503), Cut("cut")],
        ["GET /people", "wait 1", "GET /people", "wait 2", "GET /people"],
        Unreachable,
    ),
    "refused": ([Response(400)], ["GET /people"], RefusedRequest),
    "forbidden": ([Response(403)], ["GET /people"], RefusedCredentials),
    "401 without tokens": ([Response(401)], ["GET /people"], RefusedCredentials),
}


@pytest.mark.parametrize("case", CASES)
def test_one_request(case):
    answers, told, end = CASES[case]
    said, ended = drive(converse(session(), one_page(), "shop/people"), *answers)
    assert said == told
    assert ended == end or type(ended) is end
    assert not isinstance(ended, ApiError) or str(ended).startswith("shop/people: ")


RENEWALS = {
    "first request": ([token("A"), ok("a")], ["POST /token", "GET /people A", "page ('a',)"], "now"),
    "expired": (
        [token("A"), Response(401), token("B"), ok("a")],
        ["POST /token", "GET /people A", "POST /token", "GET /people B", "page ('a',)"],
        "now",
    ),
    "expired twice": (
        [token("A"), Response(401), token("B"), Response(401)],
        ["POST /token", "GET /people A", "POST /token", "GET /people B"],
        RefusedCredentials,
    ),
    "busy while renewing": (
        [Response(503), token("A"), ok("a")],
        ["POST /token", "wait 1", "POST /token", "GET /people A", "page ('a',)"],
        "now",
    ),
    "refused while renewing": ([Response(400)], ["POST /token"], RefusedRequest),
}


@pytest.mark.parametrize("case", RENEWALS)
def test_renewal(case):
    answers, told, end = RENEWALS[case]
    said, ended = drive(converse(session(renew=renew), one_page(), "shop/people"), *answers)
    assert said == told
    assert ended == end or type(ended) is end


def test_streams_share_a_token_until_shortly_before_it_ends():
    now = [0.0]
    shared = session(lambda: now[0], renew=renew)
    said, _ = drive(converse(shared, one_page(), "shop/people"), token("A"), ok())
    again, _ = drive(converse(shared, one_page(), "shop/orders"), ok())
    now[0] = 3541.0
    later, _ = drive(converse(shared, one_page(), "shop/people"), token("B"), ok())
    assert [each[0] for each in (said, again, later)] == ["POST /token", "GET /people A", "POST /token"]


def test_pace():
    now = [0.0]

    def many():
        for _ in range(5):
            yield Request("GET", "/people")
            now[0] += 1

    limited = session(lambda: now[0], limits=(Limit(2, 20, every, "two in twenty seconds"),))
    talk = converse(limited, many(), "shop/people")
    step, waits = next(talk), []
    while step is not None:
        if isinstance(step, Pause):
            waits.append(step.seconds)
            now[0] += step.seconds
        try:
            step = talk.send(ok() if isinstance(step, Request) else None)
        except StopIteration:
            step = None
    # Calls at 0 and 1, then twenty seconds (and half a one to spare) after each of them.
    assert waits == [18.5, 18.5]


def test_a_reading_may_know_a_way_on():
    def reading():
        try:
            yield Request("GET", "/page/9")
        except RefusedRequest:
            yield Request("GET", "/page/1")
        return "now"

    said, ended = drive(converse(session(), reading(), "shop/people"), Response(400), ok())
    assert (said, ended) == (["GET /page/9", "GET /page/1"], "now")


def test_a_lost_place_names_its_stream():
    def reading():
        yield Request("GET", "/people")
        raise LostPlace("the cursor is gone")

    _, error = drive(converse(session(), reading(), "shop/people"), ok())
    assert str(error) == "shop/people: the cursor is gone"


def test_a_token_does_not_travel_to_another_server():
    def reading():
        yield Request("GET", "https://elsewhere.example.com/people")

    said, error = drive(converse(session(renew=renew), reading(), "shop/people"), token("A"))
    assert said == ["POST /token"]
    assert isinstance(error, RefusedRequest)


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        pytest.param("TOO_MANY_REQUESTS", "code TOO_MANY_REQUESTS", id="a word"),
        pytest.param(30003, "code 30003", id="a number"),
        pytest.param("ann@x.com", "code (not shown)", id="a value"),
        pytest.param("x" * 90, "code (not shown)", id="too long for a code"),
    ],
)
def test_only_what_looks_like_a_code_is_shown(code, shown):
    assert str(ExpiredToken("the token is refused", code=code)) == f"the token is refused ({shown})"


def test_nothing_that_passes_shows_values():
    request = Request("GET", "/p", {"email": "ann@x.com"}, {"authorization": "A"}, {"q": "ann"}, {"client_secret": "S"})
    told = (
        f"{request} {Response(200, {'set-cookie': 'A'}, b'ann@x.com')} {Page({'id': 'ann'}, ('ann',))} {Token('A', 1)}"
    )
    assert not any(value in told for value in ("ann", "'A'", "'S'"))
