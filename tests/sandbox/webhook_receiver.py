"""An HTTP server that hears webhooks, and answers as the test likes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass
class WebhookReceiver:
    """What was heard: each body with its headers."""

    url: str = ""
    status: int = 200
    heard: list[tuple[bytes, dict[str, str]]] = field(default_factory=list)


@contextmanager
def listening() -> Iterator[WebhookReceiver]:
    """Give a receiver on the loopback address."""
    receiver = WebhookReceiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            receiver.heard.append((self.rfile.read(int(self.headers["Content-Length"])), dict(self.headers)))
            self.send_response(receiver.status)
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}/"
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
