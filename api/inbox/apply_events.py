"""Webhooks are applied as soon as they are answered; what fails is left to the sweep (`workflows.inbox_sweep`)."""

import asyncio
import logging
from collections.abc import Generator
from contextlib import contextmanager

from starlette.concurrency import run_in_threadpool

from api.dependencies import Services
from domain.errors import DatabaseUnavailableError
from domain.parcels import CourierEvent
from domain.payment_events import GatewayEvent

log = logging.getLogger("api")


async def apply_payment_event(services: Services, event: GatewayEvent) -> None:
    """Apply the event behind the answer to the call that made its refund.

    Providers tell of a refund while they still answer for it: a case that is submitting has asked already.
    """
    with _left_to_the_sweep():
        await asyncio.sleep(await run_in_threadpool(services.payment_inbox.answer_is_due_in, event))
        await services.payment_inbox.apply_or_leave(event)


async def apply_courier_event(services: Services, event: CourierEvent) -> None:
    """Apply the event."""
    with _left_to_the_sweep():
        await services.courier_inbox.apply_or_leave(event)


async def apply_parked_events(services: Services, tracking_number: str) -> None:
    """Apply what a courier reported of the number before anybody gave it (fault 16)."""
    with _left_to_the_sweep():
        await services.courier_inbox.apply_parked(tracking_number)


@contextmanager
def _left_to_the_sweep() -> Generator[None]:
    try:
        yield
    except DatabaseUnavailableError as error:
        log.warning("what came in is applied later: %s", error.message)
