"""What was taken in and not applied is applied all the same (fault 16): one batch of one kind an activity."""

from asyncio import to_thread
from dataclasses import dataclass

from pydantic import Field
from temporalio import activity

from activities.inbox.chargeback_holds import ChargebackHolds
from activities.inbox.courier_events import CourierEventInbox
from activities.inbox.payment_events import PaymentEventInbox
from activities.inbox.tracking_registrations import TrackingRegistrations
from domain.value import Value


class Batch(Value):
    """How much is looked at in one go."""

    limit: int = Field(ge=1, le=1_000)


class Swept(Value):
    """How much was looked at; as much as the limit means that there may be more."""

    count: int = Field(ge=0)


@dataclass(frozen=True)
class InboxActivities:
    """Sweeps the inbox; every activity is safe to repeat and fails when the database does not answer."""

    payments: PaymentEventInbox
    couriers: CourierEventInbox
    holds: ChargebackHolds
    registrations: TrackingRegistrations

    @activity.defn(name="apply_payment_events")
    async def apply_payment_events(self, batch: Batch) -> Swept:
        """Apply payment providers' events that are not applied yet; what fails is tried again by the next sweep."""
        pending = await to_thread(self.payments.events.pending, batch.limit)
        for event in pending:
            activity.heartbeat()
            await self.payments.apply_or_leave(event)
        return Swept(count=len(pending))

    @activity.defn(name="apply_courier_events")
    async def apply_courier_events(self, batch: Batch) -> Swept:
        """Apply couriers' events that are not applied yet; what fails is tried again by the next sweep."""
        pending = await to_thread(self.couriers.events.pending, batch.limit)
        for event in pending:
            activity.heartbeat()
            await self.couriers.apply_or_leave(event)
        return Swept(count=len(pending))

    @activity.defn(name="notify_held_cases")
    async def notify_held_cases(self, batch: Batch) -> Swept:
        """Notify cases that wait for the end of a chargeback that it has ended (R38)."""
        return Swept(count=await self.holds.notify_held_cases(batch.limit))

    @activity.defn(name="register_tracking_numbers")
    def register_tracking_numbers(self, batch: Batch) -> Swept:
        """Have parcels followed that are not followed yet, until the provider does not answer."""
        registered = 0
        for number in self.registrations.pending(batch.limit):
            activity.heartbeat()
            if not self.registrations.register(number):
                break
            registered += 1
        return Swept(count=registered)
