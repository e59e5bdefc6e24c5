"""Health, readiness and metrics of the service."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import anyio.to_thread
from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel

from api.dependencies import Services, ServicesDep
from api.http.metrics import Metrics
from api.http.openapi import answers
from api.problems.errors import NotReadyError
from domain.errors import DatabaseUnavailableError

PATIENCE_SECONDS = 3
METRICS_PATIENCE_SECONDS = 2
PROBES_AT_ONCE = 6

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """The process is alive."""

    status: str = "ok"


class Readiness(BaseModel):
    """Every system behind the service answers."""

    database: str = "ok"
    temporal: str = "ok"
    evidence_store: str = "ok"


@router.get("/healthz", summary="Is the process alive?")
async def healthz() -> Health:
    """Answer."""
    return Health()


@router.get("/readyz", responses=answers(503), summary="Is the service ready?")
async def readyz(request: Request, services: ServicesDep) -> Readiness:
    """Check the database, Temporal and the evidence store, each for a few seconds, and name what does not answer."""
    parts = _parts(services, request.app.state.probes)
    found = await asyncio.gather(*(_complaint(ping) for ping in parts.values()))
    failing = {part: why for part, why in zip(parts, found, strict=True) if why}
    if failing:
        raise NotReadyError(failing)
    return Readiness()


@router.get("/metrics", summary="Metrics for Prometheus", response_class=Response)
async def metrics(request: Request, services: ServicesDep) -> Response:
    """Return metrics in Prometheus' text format; numbers from the database stay as they are if it does not answer."""
    numbers: Metrics = request.app.state.metrics
    with suppress(DatabaseUnavailableError, TimeoutError):
        async with asyncio.timeout(METRICS_PATIENCE_SECONDS):
            await to_thread.run_sync(numbers.count_events, services.events.count, abandon_on_cancel=True)
    return Response(numbers.text(), media_type=CONTENT_TYPE_LATEST)


def _parts(services: Services, limiter: CapacityLimiter) -> dict[str, Callable[[], Awaitable[None]]]:
    def in_thread(ping: Callable[[], None]) -> Callable[[], Awaitable[None]]:
        # Separate threads, so that a store that hangs cannot use up those that answer requests.
        return lambda: anyio.to_thread.run_sync(ping, abandon_on_cancel=True, limiter=limiter)

    return {
        "database": in_thread(services.database.ping),
        "temporal": services.workflows.ping,
        "evidence_store": in_thread(services.store.ping),
    }


async def _complaint(ping: Callable[[], Awaitable[None]]) -> str | None:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await ping()
    except TimeoutError:
        return f"no answer within {PATIENCE_SECONDS} s"
    except Exception as error:  # noqa: BLE001 - whatever the error, this part is not ready
        return f"does not answer ({type(error).__name__})"
    return None


def probes() -> CapacityLimiter:
    """Return the limit of threads that one application's readiness checks may use."""
    return CapacityLimiter(PROBES_AT_ONCE)
