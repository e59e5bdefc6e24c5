"""Applies stored courier events: a case is told, its timeline notes the event, or the event is parked.

An order needs no message: whoever reads it sees what its parcels' events report (R4).
"""

from asyncio import to_thread
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from activities.inbox.apply_or_park import apply_or_park
from activities.ports.case_notifier import CaseNotifier
from activities.ports.inbox import CaseRecords, CourierEventBook, EventStatus, WatchedParcels
from domain.cases.case import Case
from domain.cases.case_lines import Shipment
from domain.cases.messages import CourierTracking, DeliveryReport
from domain.cases.timeline import CaseEvent
from domain.enums import CourierStatus
from domain.parcels import CourierEvent
from policy.dispatches import found_in, sent_in
from policy.parcels.courier_events import CONVERGES_SINCE, event_to_tell, sightings_of, tells_later_report
from policy.parcels.deliveries import delivered_at, failed_word, stalls_at

PARKED_FOR = timedelta(days=60)


@dataclass(frozen=True)
class CourierEventInbox:
    """Delivers courier events to the cases of their parcels: as often as needed, with one effect."""

    events: CourierEventBook
    parcels: WatchedParcels
    cases: CaseRecords
    notifier: CaseNotifier
    now: Callable[[], datetime]

    async def apply(self, event: CourierEvent) -> EventStatus:
        """Deliver the event to the cases of its parcel and note its status; a repeat has no further effect.

        Raises WorkflowsUnavailableError and DatabaseUnavailableError, after which the sweep tries again.
        """
        events = await to_thread(self.events.of, event.tracking_number)
        cases = await to_thread(self.parcels.cases_in_either_direction, event.tracking_number)
        for case in cases:
            if not await self._tell(case, event, events):
                await to_thread(self._note, case, event)
            await self._tell_of_failure(case, event, events)
        is_known = bool(cases) or await to_thread(self.parcels.is_followed, event.tracking_number)
        status = "applied" if is_known else self._waiting(event)
        await self._mark(event, status)
        return status

    async def park(self, event: CourierEvent) -> None:
        """Mark the event so that the sweep tries it again after the others. Raises DatabaseUnavailableError."""
        await self._mark(event, "parked")

    async def apply_parked(self, tracking_number: str) -> None:
        """Apply events of the number that arrived before the number was registered with a case (fault 16)."""
        for event in await to_thread(self.events.pending_of, tracking_number):
            await apply_or_park(self, event)

    async def report_stalled(self, limit: int) -> None:
        """Tell the cases of replacements that have not moved for long that these will not arrive (R39, R43).

        Raises WorkflowsUnavailableError and DatabaseUnavailableError, after which the next sweep tries again.
        """
        for case_id, code in await to_thread(self.parcels.to_look_at, self.now(), limit):
            cases = await to_thread(self.parcels.cases_in_either_direction, code)
            is_awaited = any(sent_in(case, code) for case in cases if case.case_id == case_id)
            at = stalls_at(await to_thread(self.events.of, code)) if is_awaited else None
            if at is not None and at <= self.now():
                report = DeliveryReport(tracking_number=code, word="stalled", event_id=f"stalled:{code}")
                await self.notifier.notify(case_id, report)
                at = None
            await to_thread(self.parcels.look_again, case_id, code, at)

    async def _tell(self, case: Case, event: CourierEvent, events: Sequence[CourierEvent]) -> bool:
        """Tell the case what it must know now, and return whether its timeline will show this event."""
        shipment, newest = case.shipment, event_to_tell(case, event, events)
        if newest is None or shipment is None:
            return False
        is_told = await self.notifier.tell_running(case.case_id, tracking_of(case, shipment, newest, events))
        return is_told and newest == event and tells_later_report(case, events)

    async def _tell_of_failure(self, case: Case, event: CourierEvent, events: Sequence[CourierEvent]) -> None:
        """Tell the case, also once it has ended, that a replacement will not arrive, or did after all (R39, R43)."""
        word = failed_word(case, event.tracking_number, events) if sent_in(case, event.tracking_number) else None
        if found_in(case, event.tracking_number) and delivered_at(events):
            word = CourierStatus.DELIVERED.value
        if word is not None:
            event_id = f"{event.provider}:{event.event_id}/{word}"
            report = DeliveryReport(tracking_number=event.tracking_number, word=word, event_id=event_id)
            await self.notifier.notify(case.case_id, report)

    async def _mark(self, event: CourierEvent, status: EventStatus) -> None:
        await to_thread(self.events.mark, event, status, self.now())

    def _note(self, case: Case, event: CourierEvent) -> None:
        happened = event.occurred_at.isoformat() if event.occurred_at else None
        details = {"tracking_number": event.tracking_number, "status": event.word, "occurred_at": happened}
        self.cases.note(case.case_id, event.received_at, event.provider, CaseEvent.COURIER_EVENT, dict(details))

    def _waiting(self, event: CourierEvent) -> EventStatus:
        return "parked" if self.now() - event.received_at < PARKED_FOR else "ignored"


def tracking_of(case: Case, shipment: Shipment, event: CourierEvent, events: Sequence[CourierEvent]) -> CourierTracking:
    """Return the message that tells the case of an event, and of all others of the parcel with it.

    Its id is the same for the same content, so that a repeat has no effect and anything more has one (fault 13).
    """
    event_id = f"{event.provider}:{event.event_id}"
    message = CourierTracking(
        carrier=shipment.carrier,
        tracking_number=shipment.tracking_number,
        status=event.status,
        sub_status=event.sub_status,
        occurred_at=event.occurred_at,
        event_id=event_id,
        received_at=event.received_at,
    )
    if case.process_version < CONVERGES_SINCE:
        return message
    told = message.amend(sightings=sightings_of(events))
    return told.amend(event_id=f"{event_id}/{told.fingerprint}")
