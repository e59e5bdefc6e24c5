"""What becomes of couriers' events once they are taken in: heard by the case, kept in its timeline only, or parked."""

import logging
from datetime import timedelta

from starlette.concurrency import run_in_threadpool

from api.dependencies import Services
from db.core.engine import DatabaseUnavailableError
from db.inbox.courier_events import CourierEventStatus
from domain.cases.case import Case
from domain.cases.case_lines import Shipment
from domain.cases.messages import CourierTracking
from domain.cases.timeline import CaseEvent
from domain.errors import DomainError
from domain.parcels import CourierEvent
from policy.tracking import is_news

BATCH = 100
PARKED_FOR = timedelta(days=60)
log = logging.getLogger("api")


async def apply(services: Services, event: CourierEvent) -> CourierEventStatus:
    """Carry the event to the cases of its parcel and note what became of it; again, it has no further effect.

    Raises WorkflowsUnavailableError and DatabaseUnavailableError, after which the sweep tries it again.
    """
    cases = await run_in_threadpool(services.parcels.cases_in_either_direction, event.tracking_number)
    for case in cases:
        shipment = case.shipment if is_news(case, event) else None
        if shipment is None or not await _is_heard(services, case, shipment, event):
            await run_in_threadpool(_note, services, case, event)
    status = "applied" if cases else _waiting(services, event)
    await run_in_threadpool(services.courier_events.mark, event, status, services.now())
    return status


async def apply_soon(services: Services, event: CourierEvent) -> None:
    """Apply the event; what fails is logged and left to the sweep."""
    try:
        await apply(services, event)
    except (DomainError, DatabaseUnavailableError) as error:
        log.warning("event %s %s is applied later: %s", event.provider, event.event_id, error.message)


async def apply_parked(services: Services, tracking_number: str) -> None:
    """Apply what a courier reported of the number before anybody gave it (fault 16)."""
    for event in await run_in_threadpool(services.courier_events.pending_of, tracking_number):
        await apply_soon(services, event)


async def sweep(services: Services) -> int:
    """Apply what is not applied yet, and return how many events were looked at."""
    pending = await run_in_threadpool(services.courier_events.pending, BATCH)
    for event in pending:
        await apply_soon(services, event)
    return len(pending)


async def _is_heard(services: Services, case: Case, shipment: Shipment, event: CourierEvent) -> bool:
    """Signal the running case; one that has ended meanwhile hears nothing."""
    tracking = CourierTracking(
        carrier=shipment.carrier,
        tracking_number=shipment.tracking_number,
        status=event.status,
        sub_status=event.sub_status,
        occurred_at=event.occurred_at,
        event_id=f"{event.provider}:{event.event_id}",
        received_at=event.received_at,
    )
    return await services.notifier.tell_running(case.case_id, tracking)


def _note(services: Services, case: Case, event: CourierEvent) -> None:
    happened = event.occurred_at.isoformat() if event.occurred_at else None
    details = {"tracking_number": event.tracking_number, "status": event.word, "occurred_at": happened}
    services.cases.note(case.case_id, event.received_at, event.provider, CaseEvent.COURIER_EVENT, dict(details))


def _waiting(services: Services, event: CourierEvent) -> CourierEventStatus:
    return "parked" if services.now() - event.received_at < PARKED_FOR else "ignored"
