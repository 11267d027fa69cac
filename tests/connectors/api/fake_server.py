"""An HTTP server on 127.0.0.1 that speaks one system's documented protocol and notes every rule that is broken.

A system's server derives from FakeServer and answers `heard(call)`. Time is the test's: `clock` is what both sides look
at, and every call takes `latency` of it. Faults stand before the system: each is asked with every call and may answer
in its place, change the data, or let the call through (None).
"""

import json
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit


class FakeClock:
    """Time that passes only when somebody sleeps or calls."""

    def __init__(self, now: float = 1_774_000_000.0):
        self.time = now
        self.slept: list[float] = []

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds


@dataclass(frozen=True)
class Call:
    """What the server hears."""

    method: str
    path: str
    params: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))


@dataclass(frozen=True)
class Answer:
    """What it says; `cut` closes the connection after that many bytes of the body, `hang` never answers at all."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    hang: bool = False

    @classmethod
    def of(cls, document, status: int = 200, **rest) -> "Answer":
        return cls(status, json.dumps(document, ensure_ascii=False).encode(), **rest)


Fault = Callable[[Call], Answer | None]


class FakeServer:
    """Listens as long as the `with` block lasts; `broken` are the rules the client broke."""

    latency = 0.05

    def __init__(self, clock: FakeClock | None = None):
        self.clock = clock or FakeClock()
        self.faults: list[Fault] = []
        self.calls: list[Call] = []
        self.broken: list[str] = []
        self.windows: dict[str, list[float]] = defaultdict(list)
        self._lock = threading.Lock()
        self._over = threading.Event()

    def __enter__(self):
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def answer(self, call: Call) -> Answer:
        with self._lock:
            self.calls.append(call)
            self.clock.time += self.latency
            for fault in list(self.faults):
                if (given := fault(call)) is not None:
                    return given
            return self.heard(call)

    def heard(self, call: Call) -> Answer:
        raise NotImplementedError

    def breaks(self, rule: str) -> None:
        """Note that the client did what the documentation forbids."""
        self.broken.append(rule)

    def too_often(self, name: str, calls: int, seconds: float) -> bool:
        """True when this call is one more than the window allows; noted as a broken rule."""
        made = self.windows[name]
        made.append(self.clock.now())
        self.windows[name] = made = [each for each in made if each > self.clock.now() - seconds]
        if len(made) > calls:
            self.breaks(f"more than {calls} calls in {seconds:g} s: {name}")
            return True
        return False


def once(answer: Answer, when: Callable[[Call], bool] = lambda call: True, at: int = 1, times: int = 1) -> Fault:
    """A fault that answers the `at`th matching call, and `times - 1` more, in the system's place."""
    seen = 0

    def fault(call: Call) -> Answer | None:
        nonlocal seen
        if not when(call):
            return None
        seen += 1
        return answer if at <= seen < at + times else None

    return fault


def happening(change: Callable[[], None], when: Callable[[Call], bool], at: int = 1) -> Fault:
    """A fault that only changes something just before the `at`th matching call is answered."""
    seen = 0

    def fault(call: Call) -> Answer | None:
        nonlocal seen
        if when(call):
            seen += 1
            if seen == at:
                change()
        return None

    return fault


def _handler(server: FakeServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body leave one after the other; without this the network waits 40 ms with the second each time.
        disable_nagle_algorithm = True

        def do_GET(self):
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {key.lower(): value for key, value in self.headers.items()}
            answer = server.answer(Call(self.command, parts.path, dict(parse_qsl(parts.query)), headers, body))
            if answer.hang:
                server._over.wait(10)
                self.close_connection = True
                return
            self.send_response_only(answer.status)
            self.send_header("Date", formatdate(server.clock.now(), usegmt=True))
            for key, value in answer.headers.items():
                self.send_header(key, value)
            if answer.status not in (204, 304):
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body if answer.cut is None else answer.body[: answer.cut])
            if answer.cut is not None:
                self.close_connection = True

        def do_POST(self):
            self.do_GET()

        def log_message(self, *_):
            pass

    return Handler
