"""FakeServer that answers at once.

Head and body of an answer leave one after the other; unless told otherwise, the network waits 40 ms with the second
until the first has arrived, and a test of a hundred calls waits four seconds.
"""

from tests.connectors.api.fake_server import FakeServer


class PromptServer(FakeServer):
    """What the servers of the systems derive from."""

    def __enter__(self):
        super().__enter__()
        self._http.RequestHandlerClass.disable_nagle_algorithm = True
        return self
