"""The inbox sweep: whatever was stored but not applied yet is tried again, each kind on its own."""

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
_HEARTBEAT = timedelta(minutes=1)  # a case may take 20 s to answer, a tracking provider 10 s
_RETRY = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_attempts=3)  # then the next sweep tries again


class InboxSweepAsked(Value):
    """How many entries of each kind one sweep looks at, so that its history stays small; the next sweep continues."""

    events_per_batch: int = Field(default=100, ge=1, le=1_000)
    registrations_per_batch: int = Field(default=20, ge=1, le=1_000)
    batches: int = Field(default=10, ge=1, le=50)


class InboxSwept(Value):
    """How many entries of each kind were looked at."""

    payment_events: int
    courier_events: int
    held_cases: int
    registrations: int


@workflow.defn(name="InboxSweepWorkflow")
class InboxSweepWorkflow:
    """Sweeps the inbox once; a failure of one kind does not stop the others (fault 16)."""

    @workflow.run
    async def run(self, asked: InboxSweepAsked) -> InboxSwept:
        """Return how many entries of each kind were looked at."""
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
    """Look at one batch after another until one is not full, and return how many entries were looked at."""
    looked_at = 0
    for _ in range(batches):
        try:
            swept = await _look(batch, limit)
        except ActivityError:
            workflow.logger.warning("a part of the inbox could not be swept; the next sweep tries again")
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
