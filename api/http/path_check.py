"""Routes by the path as it was sent, so that a slash within an identifier is no slash between two parts of the path.

`/v1/orders/12%2F7` is the order `12/7`. A proxy in front of the service must pass `%2F` on unchanged.
"""

import re
from urllib.parse import unquote, unquote_to_bytes

from starlette.convertors import Convertor, register_url_convertor
from starlette.types import ASGIApp, Receive, Scope, Send

from api.problems.errors import InvalidInputError
from api.problems.problems import answer_with

_KEPT = re.compile(rb"%(2f|25)", re.IGNORECASE)  # a slash within a part of the path, and the sign that it needs


class PathPart(Convertor[str]):
    """`{name:part}` in a route: one part of the path, in which an identifier is percent-encoded."""

    regex = "[^/]+"

    def convert(self, value: str) -> str:
        """Return the identifier."""
        return unquote(value)

    def to_string(self, value: str) -> str:
        """Return the identifier as it is in a path."""
        return value


class PathRest(PathPart):
    """`{name:rest}` in a route: an identifier in which a slash may also be sent as it is."""

    regex = ".*"


register_url_convertor("part", PathPart())
register_url_convertor("rest", PathRest())


class PathCheck:
    """Answers requests whose path no route could read as it was meant with 422."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = _path_of(scope)
        if "\n" in path:
            refusal = InvalidInputError("path", "has a line break; no name or number has one")
            await answer_with(refusal, scope)(scope, receive, send)
        else:
            scope["path"] = path
            await self._app(scope, receive, send)


def _path_of(scope: Scope) -> str:
    """Return the path decoded, except slashes and percent signs that were encoded."""
    raw: bytes = scope.get("raw_path") or b""
    if b"%" not in raw:
        return str(scope["path"])
    return unquote_to_bytes(_KEPT.sub(rb"%25\1", raw.partition(b"?")[0])).decode(errors="replace")
