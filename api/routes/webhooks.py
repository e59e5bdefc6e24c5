"""Webhooks of payment and tracking providers about refunds, disputes and parcels."""

import logging
from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Path, Request
from starlette.concurrency import run_in_threadpool

from api.dependencies import Services, ServicesDep
from api.http.openapi import answers
from api.inbox.apply_events import apply_courier_event, apply_payment_event
from api.problems.errors import UnknownProviderError
from domain.errors import UnreadableEventError
from domain.value import Value
from policy.reconciliation.event_findings import dispute_unclear, event_unreadable

Provider = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{1,31}$", examples=["stripe"])]
Courier = Annotated[str, Path(pattern=r"^[0-9a-z]{1,32}$", examples=["aftership"])]
log = logging.getLogger("api")
router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])


class Receipt(Value):
    """The answer to a webhook: it is stored and will be applied."""

    received: bool = True


@router.post(
    "/payments/{provider}",
    responses=answers(401, 404, 413, 422, 503),
    summary="Receive a payment provider's webhook",
)
async def receive_payment_event(
    provider: str, request: Request, services: ServicesDep, later: BackgroundTasks
) -> Receipt:
    """Check the signature over the raw bytes, keep the event once, answer, and then apply it (faults 13 to 16).

    A signed event that cannot be read becomes a finding: sent again, it would not be readable either. So does a
    dispute of which it does not say who got the money (R38).
    """
    reader = services.webhooks.get(provider)
    if reader is None:
        raise UnknownProviderError(provider, sorted(services.webhooks))
    body = await request.body()
    try:
        event = await run_in_threadpool(reader.read, body, dict(request.headers))
    except UnreadableEventError as error:
        return await _unreadable(services, provider, body, error)
    unclear = [dispute_unclear(one, services.now()) for one in event.disputes if one.is_unclear]
    if unclear:
        await run_in_threadpool(services.findings.found, unclear)
    is_new = await run_in_threadpool(services.events.take_in, event, sha256(body).hexdigest(), services.now())
    if is_new:
        later.add_task(apply_payment_event, services, event)
    return Receipt()


@router.post(
    "/couriers/{courier}",
    responses=answers(401, 404, 413, 422, 503),
    summary="Receive a tracking provider's webhook",
)
async def receive_courier_event(
    courier: Courier, request: Request, services: ServicesDep, later: BackgroundTasks
) -> Receipt:
    """Check the signature over the raw bytes, keep the event once, answer, and then apply it (faults 13 to 16).

    A signed event that cannot be read becomes a finding: sent again, it would not be readable either.
    """
    reader = services.couriers.get(courier)
    if reader is None:
        raise UnknownProviderError(courier, sorted(services.couriers))
    body = await request.body()
    try:
        event = await run_in_threadpool(reader.read, body, dict(request.headers))
    except UnreadableEventError as error:
        return await _unreadable(services, courier, body, error)
    if event and await run_in_threadpool(services.courier_events.take_in, event):
        later.add_task(apply_courier_event, services, event)
    return Receipt()


async def _unreadable(services: Services, provider: str, body: bytes, error: UnreadableEventError) -> Receipt:
    """Keep what a person needs to look the event up, which is not its body: that may contain personal data."""
    digest, at = sha256(body).hexdigest(), services.now()
    finding = event_unreadable(provider, error.event_id, digest, error.message, at)
    log.warning("%s", finding.message)
    await run_in_threadpool(services.findings.found, [finding])
    return Receipt()
