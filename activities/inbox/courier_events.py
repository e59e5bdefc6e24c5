"""Applies stored courier events: a case is told, its timeline notes the event, or the event is parked."""

from asyncio import to_thread
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from activities.inbox.apply_or_park import apply_or_park
from activities.ports.case_notifier import CaseNotifier
from activities.ports.inbox import CaseRecords, CourierEventBook, EventStatus, ParcelBook
from domain.cases.case import Case
from domain.cases.case_lines import Shipment
from domain.cases.messages import CourierTracking
from domain.cases.timeline import CaseEvent
from domain.parcels import CourierEvent
from policy.parcels.courier_events import changes_case

PARKED_FOR = timedelta(days=60)


@dataclass(frozen=True)
class CourierEventInbox:
    """Delivers courier events to the cases of their parcels: as often as needed, with one effect."""

    events: CourierEventBook
    parcels: ParcelBook
    cases: CaseRecords
    notifier: CaseNotifier
    now: Callable[[], datetime]

    async def apply(self, event: CourierEvent) -> EventStatus:
        """Deliver the event to the cases of its parcel and note its status; a repeat has no further effect.

        Raises WorkflowsUnavailableError and DatabaseUnavailableError, after which the sweep tries again.
        """
        cases = await to_thread(self.parcels.cases_in_either_direction, event.tracking_number)
        for case in cases:
            shipment = case.shipment if changes_case(case, event) else None
            if shipment is None or not await self.notifier.tell_running(case.case_id, _tracking(shipment, event)):
                await to_thread(self._note, case, event)
        status = "applied" if cases else self._waiting(event)
        await self._mark(event, status)
        return status

    async def park(self, event: CourierEvent) -> None:
        """Mark the event so that the sweep tries it again after the others. Raises DatabaseUnavailableError."""
        await self._mark(event, "parked")

    async def apply_parked(self, tracking_number: str) -> None:
        """Apply events of the number that arrived before the number was registered with a case (fault 16)."""
        for event in await to_thread(self.events.pending_of, tracking_number):
            await apply_or_park(self, event)

    async def _mark(self, event: CourierEvent, status: EventStatus) -> None:
        await to_thread(self.events.mark, event, status, self.now())

    def _note(self, case: Case, event: CourierEvent) -> None:
        happened = event.occurred_at.isoformat() if event.occurred_at else None
        details = {"tracking_number": event.tracking_number, "status": event.word, "occurred_at": happened}
        self.cases.note(case.case_id, event.received_at, event.provider, CaseEvent.COURIER_EVENT, dict(details))

    def _waiting(self, event: CourierEvent) -> EventStatus:
        return "parked" if self.now() - event.received_at < PARKED_FOR else "ignored"


def _tracking(shipment: Shipment, event: CourierEvent) -> CourierTracking:
    return CourierTracking(
        carrier=shipment.carrier,
        tracking_number=shipment.tracking_number,
        status=event.status,
        sub_status=event.sub_status,
        occurred_at=event.occurred_at,
        event_id=f"{event.provider}:{event.event_id}",
        received_at=event.received_at,
    )
