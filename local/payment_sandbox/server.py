"""The sandbox as an HTTP application, with a server that can cut connections."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from local.payment_sandbox.control import ASSETS, Control
from local.payment_sandbox.faults import ConnectionDropped, FaultPlan
from local.payment_sandbox.ledger import Ledger
from local.payment_sandbox.outbox import Endpoint
from local.payment_sandbox.paypal.api import PayPalApi
from local.payment_sandbox.stripe.api import StripeApi
from local.stack.stack_config import PAYPAL_CLIENT, PAYPAL_SECRET


def application(database: Path, api_key: str, listeners: Sequence[Endpoint] = ()) -> FastAPI:
    """Return the application with the ledger at that path, which sends webhooks to the listeners if there are any."""
    ledger, plan = Ledger(database), FaultPlan()
    if listeners:
        ledger.webhooks.listen(listeners)
    app = FastAPI(title="Payment sandbox", docs_url=None, redoc_url=None, lifespan=_sending(ledger))
    app.include_router(StripeApi(ledger, plan, api_key).router())
    app.include_router(PayPalApi(ledger, plan, PAYPAL_CLIENT, PAYPAL_SECRET).router())
    app.include_router(Control(ledger, plan).router())
    app.mount(ASSETS, StaticFiles(packages=[("fastapi_swagger", "resources")]))
    app.add_exception_handler(ConnectionDropped, _cut)
    return app


def _sending(ledger: Ledger) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Return the application's lifespan, during which webhooks are sent."""

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncGenerator[None]:
        sender = asyncio.create_task(ledger.webhooks.send_for_ever())
        yield
        sender.cancel()
        with suppress(asyncio.CancelledError):
            await sender

    return life


def server(app: FastAPI) -> uvicorn.Server:
    """Return a server without logging for the application, to be run on a given socket."""
    return uvicorn.Server(uvicorn.Config(app, http=CuttingProtocol, log_level="warning", timeout_graceful_shutdown=2))


def listening(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 chooses a free port.

    Raises OSError if the port is taken.
    """
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen()
    except OSError:
        bound.close()
        raise
    return bound


class CuttingProtocol(H11Protocol):
    """HTTP/1.1 that lets each request cut its own connection with `scope["cut"]`."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Give the application access to the connection of its request."""
        super().connection_made(transport)
        served = self.app

        async def with_cut(scope: Scope, receive: Receive, send: Send) -> None:
            await served({**scope, "cut": transport.abort}, receive, send)

        self.app: Any = with_cut


async def _cut(request: Request, _dropped: Exception) -> Response:
    request.scope["cut"]()
    return Response()
