"""No test waits: the pull's clock is the server's."""

import pytest

from pipeline.transport import Clock


@pytest.fixture(autouse=True)
def no_gate(monkeypatch):
    monkeypatch.setattr("pipeline.run._gate", lambda name, work: {})


@pytest.fixture
def use_clock(monkeypatch):
    """Puts a fake clock and credentials in place."""

    def use(server, secrets):
        monkeypatch.setattr("pipeline.pull.CLOCK", Clock(server.clock.now, server.clock.sleep))
        for name, value in secrets.items():
            monkeypatch.setenv(f"CRM_{name}", value)

    return use
