"""Reads each request's body completely before it is processed, up to a limit."""

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems.errors import BodyTooLargeError
from api.problems.problems import answer_with

LIMIT_BYTES = 1024 * 1024
PATIENCE_BYTES = 16 * LIMIT_BYTES


class BodyLimit:
    """Answers requests whose body is above the limit with 413."""

    def __init__(self, app: ASGIApp, limit_bytes: int = LIMIT_BYTES) -> None:
        self._app = app
        self._limit_bytes = limit_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its body, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            body = await self._body(scope, receive)
        except ClientDisconnect:
            return
        if body is None:
            message = f"the body has more than {self._limit_bytes} bytes; send files with upload tickets instead"
            await answer_with(BodyTooLargeError(message), scope)(scope, receive, send)
        else:
            await self._app(scope, _given(body, receive), send)

    async def _body(self, scope: Scope, receive: Receive) -> bytes | None:
        """Return the body, or None if it is too large; raises ClientDisconnect if the client goes away.

        A body slightly above the limit is read to its end and dropped, because a client that is still sending would
        not see the answer.
        """
        announced = Headers(scope=scope).get("content-length", "0")
        if announced.isdigit() and int(announced) > PATIENCE_BYTES:
            return None
        chunks: list[bytes] = []
        size, more = 0, True
        while more and size <= PATIENCE_BYTES:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            chunk: bytes = message.get("body", b"")
            size += len(chunk)
            chunks = chunks if size <= self._limit_bytes else []
            chunks.append(chunk)
            more = message.get("more_body", False)
        return b"".join(chunks) if size <= self._limit_bytes else None


def _given(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that yields the body at once, and then later events such as the client's disconnect."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_given() -> Message:
        return messages.pop() if messages else await receive()

    return receive_given
