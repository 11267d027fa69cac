"""A pull whose process ends while it waits for an answer.

In: a server, and at which of its calls the process ends. Out: KeyboardInterrupt, as when somebody stops the process;
what was kept until then stays.
"""

from collections.abc import Callable

import pytest

from pipeline.transport import Transport
from tests.connectors.api.fake_server import Answer, Call, FakeServer
from tests.connectors.api.installation import pull

_STOPS = 599


def pull_and_stop(
    config, server: FakeServer, monkeypatch: pytest.MonkeyPatch, when: Callable[[Call], bool], at: int
) -> None:
    """Pull until the `at`th matching call, which the process does not survive."""
    seen = 0

    def stop(call: Call) -> Answer | None:
        nonlocal seen
        seen += bool(when(call))
        return Answer(_STOPS) if when(call) and seen == at else None

    call_as_ever = Transport.call

    def call(self, request):
        answer = call_as_ever(self, request)
        if getattr(answer, "status", None) == _STOPS:
            raise KeyboardInterrupt
        return answer

    server.faults.append(stop)
    with monkeypatch.context() as patch:
        patch.setattr(Transport, "call", call)
        with pytest.raises(KeyboardInterrupt):
            pull(config)
    server.faults.remove(stop)
