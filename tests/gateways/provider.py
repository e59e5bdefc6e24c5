"""Somebody else's HTTP service, on loopback."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


class Provider:
    """A server on loopback that answers what the test says, and keeps what it was sent."""

    def __init__(self) -> None:
        self.answer: tuple[int, Any] = (200, {})
        self.heard: list[tuple[str, dict[str, str], Any]] = []
        self.raw: list[bytes] = []
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                provider.raw.append(self.rfile.read(int(self.headers["content-length"])))
                headers = {name.lower(): one for name, one in self.headers.items()}
                provider.heard.append((self.path, headers, json.loads(provider.raw[-1])))
                status, told = provider.answer
                self.send_response(status)
                self.end_headers()
                self.wfile.write(told if isinstance(told, bytes) else json.dumps(told).encode())

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        """Stop answering; a second time changes nothing."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
