"""The sweep applies stored events that are not applied yet (fault 16); each activity handles a batch of one kind."""

from asyncio import to_thread
from contextlib import suppress
from dataclasses import dataclass

from pydantic import Field
from temporalio import activity

from activities.inbox.apply_or_park import apply_or_park
from activities.inbox.chargeback_holds import ChargebackHolds
from activities.inbox.courier_events import CourierEventInbox
from activities.inbox.payment_events import PaymentEventInbox
from activities.inbox.tracking_registrations import TrackingRegistrations
from domain.errors import WorkflowsUnavailableError
from domain.value import Value


class Batch(Value):
    """How many entries one activity looks at."""

    limit: int = Field(ge=1, le=1_000)


class Swept(Value):
    """How many entries were looked at; if that equals the limit, there may be more."""

    count: int = Field(ge=0)


@dataclass(frozen=True)
class InboxActivities:
    """The activities of the sweep; each is safe to repeat and fails if the database does not answer."""

    payments: PaymentEventInbox
    couriers: CourierEventInbox
    holds: ChargebackHolds
    registrations: TrackingRegistrations

    @activity.defn(name="apply_payment_events")
    async def apply_payment_events(self, batch: Batch) -> Swept:
        """Apply pending payment events; the next sweep tries those again that fail."""
        pending = await to_thread(self.payments.events.pending, batch.limit)
        for event in pending:
            activity.heartbeat()
            await apply_or_park(self.payments, event)
        return Swept(count=len(pending))

    @activity.defn(name="apply_courier_events")
    async def apply_courier_events(self, batch: Batch) -> Swept:
        """Apply pending courier events, and tell cases of replacements that no longer move (R39).

        The next sweep tries those events again that fail.
        """
        pending = await to_thread(self.couriers.events.pending, batch.limit)
        for event in pending:
            activity.heartbeat()
            await apply_or_park(self.couriers, event)
        with suppress(WorkflowsUnavailableError):
            await self.couriers.report_stalled(batch.limit)
        return Swept(count=len(pending))

    @activity.defn(name="notify_held_cases")
    async def notify_held_cases(self, batch: Batch) -> Swept:
        """Tell cases that wait for the end of a chargeback that it has ended (R38)."""
        return Swept(count=await self.holds.notify_held_cases(batch.limit))

    @activity.defn(name="register_tracking_numbers")
    def register_tracking_numbers(self, batch: Batch) -> Swept:
        """Register pending tracking numbers with the provider, as long as it answers."""
        registered = 0
        for number in self.registrations.pending(batch.limit):
            activity.heartbeat()
            if not self.registrations.register(number):
                break
            registered += 1
        return Swept(count=registered)
