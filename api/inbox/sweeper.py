"""What was taken in and not applied is applied all the same, while the app runs (fault 16)."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from api.dependencies import Services
from api.http.metrics import Metrics
from api.inbox import courier_events, payment_events, tracking_registrations
from db.core.engine import DatabaseUnavailableError
from domain.errors import DomainError

SWEEP_SECONDS = 30
STATUSES = ("new", "parked", "applied", "ignored")
SWEEPS = (payment_events.sweep, courier_events.sweep, tracking_registrations.sweep)
log = logging.getLogger("api")


@asynccontextmanager
async def sweeping(app: FastAPI) -> AsyncGenerator[None]:
    """Sweep at the start of the app and every half minute while it runs."""
    sweeper = asyncio.create_task(_sweep_for_ever(app.state.services, app.state.metrics))
    try:
        yield
    finally:
        sweeper.cancel()
        with suppress(asyncio.CancelledError):
            await sweeper


async def _sweep_for_ever(services: Services, metrics: Metrics) -> None:
    while True:
        for sweep in SWEEPS:
            try:
                await sweep(services)
            except (DomainError, DatabaseUnavailableError) as error:
                log.warning("no event is applied for now: %s", error.message)
            except Exception:
                log.exception("no event is applied for now")
        with suppress(DatabaseUnavailableError):
            await run_in_threadpool(_measure, services, metrics)
        await asyncio.sleep(SWEEP_SECONDS)


def _measure(services: Services, metrics: Metrics) -> None:
    for status in STATUSES:
        metrics.gateway_events.labels(status).set(services.events.count(status))
