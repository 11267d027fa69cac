"""A reading's requests made ready for the network: signed, paced, judged, repeated.

In: a reading and the session of its source. Out: a generator for whoever does the calls. It yields

    Request   → call it, send in the Response, or a Cut when none came
    Pause     → wait that long
    Page      → keep the records and the state

and returns the watermark. Errors that no repetition mends are thrown into the reading, which may know a way on.
"""

from collections.abc import Generator
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

from connectors.api.errors import ApiError, ExpiredToken, RefusedCredentials, RefusedRequest, Temporary, Unreachable
from connectors.api.exchange import Cut, Page, Pause, Reading, Request, Response
from connectors.api.system import RENEW_BEFORE, Session

Calls = Generator[Request | Pause, Response | Cut | None, Response]
Conversation = Generator[Request | Pause | Page, Response | Cut | None, str | None]


def converse(session: Session, reading: Reading, where: str) -> Conversation:
    """Drive a reading; `where` (source/stream) is what errors are about."""
    try:
        step = next(reading)
        while True:
            if isinstance(step, Request):
                try:
                    answer = yield from exchange(session, step)
                except ApiError as error:
                    error.where = where
                    step = reading.throw(error)
                    continue
                step = reading.send(answer)
            else:
                yield step
                step = reading.send(None)
    except StopIteration as end:
        watermark: str | None = end.value
        return watermark
    except ApiError as error:
        error.where = where
        raise


def exchange(session: Session, request: Request) -> Calls:
    """One request and its good answer.

    1. Without a good token, get one. 2. Wait for the pace. 3. Call. 4. An expired token is renewed once and the request
    repeated; 5. what is temporary is repeated after a while; any other error is raised.
    """
    attempt, renewed = 0, False
    while True:
        if request.signed and _needs_token(session):
            yield from _renew(session)
        yield from _wait_for_pace(session, request)
        error = _error_of(session, answer := (yield _ready(session, request)))
        if error is None:
            assert isinstance(answer, Response)
            return answer
        if isinstance(error, ExpiredToken):
            if renewed or not request.signed or session.api.renew is None:
                raise RefusedCredentials("the token is refused although it is new", code=error.code)
            session.token, renewed = None, True
        elif isinstance(error, Temporary):
            attempt += 1
            yield _pause(session, attempt, error)
        else:
            raise error


def _needs_token(session: Session) -> bool:
    if session.api.renew is None:
        return False
    return session.token is None or session.token.expires_at - RENEW_BEFORE <= session.now()


def _renew(session: Session) -> Generator[Request | Pause, Response | Cut | None, None]:
    """Get a token. One at a time by construction: the streams of a session are pulled one after the other."""
    assert session.api.renew is not None
    renewal = session.api.renew(session)
    try:
        request = next(renewal)
        while True:
            answer = yield from exchange(session, replace(request, signed=False))
            request = renewal.send(answer)
    except StopIteration as end:
        session.token = end.value


def _wait_for_pace(session: Session, request: Request) -> Generator[Request | Pause, Response | Cut | None, None]:
    while True:
        seconds, reason = session.pace.wait(request, session.now())
        if seconds <= 0:
            return
        yield Pause(seconds, reason)


def _ready(session: Session, request: Request) -> Request:
    """The request as it leaves: whole address, signed, counted."""
    session.pace.note(request, session.now())
    session.requests += 1
    whole = replace(request, url=urljoin(session.base_url.rstrip("/") + "/", request.url.lstrip("/")))
    if request.signed and urlsplit(whole.url)[:2] != urlsplit(session.base_url)[:2]:
        # An address from an answer's body must not carry our token elsewhere.
        raise RefusedRequest("the next page lies on another server than base_url")
    return session.api.sign(session, whole)


def _error_of(session: Session, answer: Response | Cut | None) -> ApiError | None:
    if not isinstance(answer, Response):
        return Unreachable(answer.reason if answer else "no answer")
    try:
        error = session.api.judge(answer)
    except ApiError as unreadable:
        error = unreadable
    if error is not None and error.status is None:
        error.status = answer.status
    return error


def _pause(session: Session, attempt: int, error: Temporary) -> Pause:
    """How long to wait before repeating; raises the error when it has been repeated often enough."""
    asked = getattr(error, "wait", None)
    if attempt >= session.retries.attempts or (asked or 0) > session.retries.patience:
        raise error
    delay = session.retries.delay(attempt, session.chance())
    return Pause(max(delay, (asked or 0) + (session.chance() if asked else 0)), error.text)
