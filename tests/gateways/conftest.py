from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from tests.gateways.provider import Provider
from tests.gateways.uploads import Uploads


@pytest.fixture
def store(seaweed):
    return seaweed.store


@pytest.fixture
def provider() -> Iterator[Provider]:
    provider = Provider()
    yield provider
    provider.close()


@pytest.fixture(scope="session")
def uploads(seaweed):
    uploads = Uploads(seaweed.store)
    yield uploads
    uploads.close()


class CannedAnswer(BaseHTTPRequestHandler):
    """What a broken proxy might say, whatever it is asked."""

    status = 200
    body = b""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def canned_answer() -> Iterator:
    """A server that gives one and the same answer; returns its URL for a status and a body."""
    servers = []

    def serve(status, body):
        handler = type("Handler", (CannedAnswer,), {"status": status, "body": body})
        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), handler))
        Thread(target=servers[-1].serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_port}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()
