"""Health, readiness and metrics of the service."""

import asyncio
from contextlib import suppress

from anyio import to_thread
from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel

from api.dependencies import ServicesDep
from api.http.metrics import Metrics
from api.http.openapi import answers
from api.problems.errors import NotReadyError
from api.readiness import ReadinessCheck
from domain.errors import DatabaseUnavailableError

METRICS_PATIENCE_SECONDS = 2

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """The process is alive."""

    status: str = "ok"


class Readiness(BaseModel):
    """Every system behind the service answers and takes writes."""

    database: str = "ok"
    temporal: str = "ok"
    evidence_store: str = "ok"


@router.get("/healthz", summary="Is the process alive?")
async def healthz() -> Health:
    """Answer."""
    return Health()


@router.get("/readyz", responses=answers(503), summary="Is the service ready?")
async def readyz(request: Request) -> Readiness:
    """Prove that the database, Temporal and the evidence store take writes, and name what does not and what to do.

    Each proof takes 3 seconds at most. What it finds is kept for 10 seconds, or for 2 if something is wrong.
    """
    check: ReadinessCheck = request.app.state.readiness
    if failing := await check.failing():
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
