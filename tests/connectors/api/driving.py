"""A stream's reading driven over a real socket and without a warehouse, so that a case takes milliseconds.

In: a fake server, a stream and where its pull starts; `stop_at` is the number of the call before which the process is
killed. Out: what would have been written, kept and waited. `REPEATED` are answers that no system means: whoever gets
one has to ask again.
"""

import atexit
import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from connectors.api.conversation import converse
from connectors.api.exchange import Page, Pause, Request
from connectors.api.system import Session, Start
from connectors.stream import Stream
from pipeline.transport import Transport
from tests.connectors.api.fake_server import Answer, Call, FakeServer

REPEATED = {
    "502 of a proxy": Answer(502, b"<html>bad gateway</html>"),
    "200 of a proxy": Answer(200, b"<html>log in</html>"),
    "200 without a body": Answer(200, b""),
    "200 of something else": Answer(200, b'{"status": "ok"}'),
    "429 without Retry-After": Answer(429),
    "429 with Retry-After": Answer(429, headers={"Retry-After": "30"}),
    "cut before the body": Answer(200, b"x" * 5000, cut=0),
    "cut inside the body": Answer(200, b'{"data": [' + b" " * 5000, cut=1000),
}


@dataclass
class Driven:
    """What a pull brought: texts of the records by stream, its last state, its watermark once it ended."""

    texts: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    state: dict[str, Any] | None = None
    watermark: str | None = None
    finished: bool = False
    pages: int = 0

    def records(self, stream: str) -> list[dict[str, Any]]:
        return [json.loads(each) for each in self.texts[stream]]


def drive(
    server: FakeServer,
    stream: Stream,
    secrets: dict[str, str],
    *,
    after: Driven | None = None,
    watermark: str | None = None,
    overlap: float = 600.0,
    stop_at: int | None = None,
    session: Session | None = None,
    **options: Any,
) -> Driven:
    """Pull a stream; `after` is what an earlier process brought before it was killed."""
    assert stream.pull is not None
    session = session or session_of(server, stream, secrets, **options)
    state = json.loads(json.dumps(after.state)) if after and after.state is not None else None
    brought = after or Driven()
    start = Start(session.options, overlap, session.now, watermark, state)
    talk = converse(session, stream.pull.read(start), f"test/{stream.name}")
    answer, calls = None, 0
    while True:
        try:
            step = talk.send(answer)
        except StopIteration as end:
            brought.watermark, brought.finished = end.value, True
            return brought
        answer = None
        if isinstance(step, Request):
            calls += 1
            if calls == stop_at:
                return brought
            answer = _transport().call(step)
        elif isinstance(step, Pause):
            server.clock.sleep(step.seconds)
        elif isinstance(step, Page):
            brought.state, brought.pages = step.state, brought.pages + 1
            brought.texts[step.stream or stream.name] += step.records


@cache
def _transport() -> Transport:
    """One for all cases: what takes time is to open it."""
    transport = Transport("http://127.0.0.1", timeout=5)
    atexit.register(transport.__exit__, None, None, None)
    return transport


def session_of(server: FakeServer, stream: Stream, secrets: dict[str, str], **options: Any) -> Session:
    """One source's dealings with the server; half of every span that chance decides."""
    assert stream.pull is not None
    api = stream.pull.api
    names = {name.lower(): value for name, value in secrets.items()}
    return Session(api, server.url, {**api.options, **options}, names, server.clock.now, lambda: 0.5)


def calls_of(server: FakeServer, when: Callable[[Call], bool]) -> int:
    """How many calls of a kind the server heard."""
    return sum(1 for call in server.calls if when(call))
