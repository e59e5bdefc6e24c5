"""Refuses paths with a line break, which the routes would read as another path or as none."""

from starlette.types import ASGIApp, Receive, Scope, Send

from api.problems.errors import InvalidInputError
from api.problems.problems import answer_with


class PathCheck:
    """Answers requests with a line break in their path with 422."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] == "http" and "\n" in scope["path"]:
            refusal = InvalidInputError("path", "has a line break; no name or number has one")
            await answer_with(refusal, scope)(scope, receive, send)
        else:
            await self._app(scope, receive, send)
