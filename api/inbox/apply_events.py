"""Applies webhooks right after they are answered; failures are left to the sweep (`workflows.inbox_sweep`)."""

import asyncio
import logging
from collections.abc import Generator
from contextlib import contextmanager

from starlette.concurrency import run_in_threadpool

from activities.inbox.apply_or_park import apply_or_park
from api.dependencies import Services
from domain.errors import DatabaseUnavailableError
from domain.parcels import CourierEvent
from domain.payment_events import GatewayEvent

log = logging.getLogger("api")


async def apply_payment_event(services: Services, event: GatewayEvent) -> None:
    """Apply the event, but not before the call that made its refund has been answered.

    Providers may report a refund while they still answer the call that made it; the case gets that answer anyway.
    """
    with _left_to_the_sweep():
        await asyncio.sleep(await run_in_threadpool(services.payment_inbox.answer_is_due_in, event))
        await apply_or_park(services.payment_inbox, event)


async def apply_courier_event(services: Services, event: CourierEvent) -> None:
    """Apply the event."""
    with _left_to_the_sweep():
        await apply_or_park(services.courier_inbox, event)


async def apply_parked_events(services: Services, tracking_number: str) -> None:
    """Apply events of the number that arrived before the number was registered with a case (fault 16)."""
    with _left_to_the_sweep():
        await services.courier_inbox.apply_parked(tracking_number)


@contextmanager
def _left_to_the_sweep() -> Generator[None]:
    try:
        yield
    except DatabaseUnavailableError as error:
        log.warning("the event will be applied later: %s", error.message)
