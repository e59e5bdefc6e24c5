"""The sweep of the inbox as a process: what was taken in and not applied is tried again, each kind by itself."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from pydantic import Field
from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError

from activities.inbox.sweep import Batch, InboxActivities, Swept
from domain.value import Value

_BATCH_AT_MOST = timedelta(minutes=10)
_HEARTBEAT = timedelta(minutes=1)  # a case is waited for up to 20 s, a tracking provider up to 10 s
_RETRY = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_attempts=3)  # then the next sweep tries again


class InboxSweepAsked(Value):
    """How much one sweep looks at of each kind, so that its history stays small: the next one goes on."""

    events_per_batch: int = Field(default=100, ge=1, le=1_000)
    registrations_per_batch: int = Field(default=20, ge=1, le=1_000)
    batches: int = Field(default=10, ge=1, le=50)


class InboxSwept(Value):
    """How much was looked at of each kind."""

    payment_events: int
    courier_events: int
    held_cases: int
    registrations: int


@workflow.defn(name="InboxSweepWorkflow")
class InboxSweepWorkflow:
    """Sweeps the inbox once; what fails for one kind keeps no other from being swept (fault 16)."""

    @workflow.run
    async def run(self, asked: InboxSweepAsked) -> InboxSwept:
        """Return how much was looked at."""
        payments, couriers, held, registrations = await asyncio.gather(
            _sweep(InboxActivities.apply_payment_events, asked.events_per_batch, asked.batches),
            _sweep(InboxActivities.apply_courier_events, asked.events_per_batch, asked.batches),
            _sweep(InboxActivities.notify_held_cases, asked.events_per_batch, 1),
            _sweep(InboxActivities.register_tracking_numbers, asked.registrations_per_batch, asked.batches),
        )
        return InboxSwept(
            payment_events=payments, courier_events=couriers, held_cases=held, registrations=registrations
        )


async def _sweep(batch: Callable[[Any, Batch], Any], limit: int, batches: int) -> int:
    """Look at batch after batch until one is not full, and return how much was looked at."""
    looked_at = 0
    for _ in range(batches):
        try:
            swept = await _look(batch, limit)
        except ActivityError:
            workflow.logger.warning("a part of the inbox is swept later")
            break
        looked_at += swept.count
        if swept.count < limit:
            break
    return looked_at


async def _look(batch: Callable[[Any, Batch], Any], limit: int) -> Swept:
    return await workflow.execute_activity_method(
        batch,
        Batch(limit=limit),
        start_to_close_timeout=_BATCH_AT_MOST,
        heartbeat_timeout=_HEARTBEAT,
        retry_policy=_RETRY,
    )
