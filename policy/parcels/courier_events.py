"""Courier events of return parcels: what they change, and what a case must be told (R20, R22).

`follow` decides for the workflow that applies an event and, within `event_to_tell`, for the inbox that passes it on.
Where a parcel is follows from the set of its events alone, so that any order and any repeats end alike (fault 14):
`policy.parcels.sightings` says which event of a set is the latest, also for equal times and between a loss and a
delivery.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from domain.cases.case import Case
from domain.cases.case_lines import Shipment
from domain.cases.messages import CourierTracking
from domain.enums import CaseState, CourierStatus
from domain.parcels import CourierEvent, Sighting, Sightings
from policy.parcels.parcel_codes import is_same_number
from policy.parcels.sightings import LOSSES, is_same, join, join_clock, latest, merge

MOVEMENT_REPORT_INTERVAL = timedelta(days=1)
"""Mere movements of a parcel are reported to its case at most once a day: R22 counts days without any movement."""

CONVERGES_SINCE = 2
"""The process version from which a shipment keeps its sightings; before, an event of the same time was dropped."""

_FOLLOWED_IN = frozenset({CaseState.AWAITING_RETURN, CaseState.IN_TRANSIT, CaseState.LOST_IN_RETURN})


def follow(shipment: Shipment, reported: Sightings) -> Shipment:
    """Return the shipment after more reports of its courier: its status is what the latest report says.

    An older report never takes back a newer one, a repeat changes nothing, and of reports with equal times the more
    final one counts: a loss most, then a delivery (fault 14).
    """
    sightings = merge(_sightings(shipment), reported)
    last = latest(sightings)
    return shipment.amend(status=last.status, last_event_at=last.at, sightings=sightings) if last else shipment


def has_later_report(before: Shipment, after: Shipment) -> bool:
    """Return whether another report is the latest one now."""
    return not is_same(latest(_sightings(before)), latest(after.sightings))


def is_lost(shipment: Shipment) -> bool:
    """Return whether the courier's latest report is that the parcel will never arrive (R22)."""
    return shipment.status in LOSSES


def reported_by(tracking: CourierTracking, at: datetime) -> Sightings | None:
    """Return what the message reports of the parcel, or None if it only registers its number.

    People may leave out the time: then their report counts from when it arrived.
    """
    if tracking.sightings is not None:
        return tracking.sightings
    if tracking.occurred_at is None and tracking.status is CourierStatus.INFO_RECEIVED:
        return None
    status = tracking.word if tracking.status is CourierStatus.EXCEPTION else tracking.status.value
    return join(Sightings(), Sighting(status=status, at=tracking.occurred_at or tracking.received_at or at))


def event_to_tell(case: Case, event: CourierEvent, events: Sequence[CourierEvent]) -> CourierEvent | None:
    """Return the event that the case is told now that this one of its parcel's events arrived, or None for nothing.

    It is the latest of them, and all of them are told with it (`sightings_of`): when one reports something else than
    the case knows, whether or not another message is still on its way, and for a mere movement once a day. Events no
    longer matter once the parcel is received or inspected (R20), when the case knows a later one (fault 14), or when
    they belong to a tracking number that the customer has replaced.
    """
    shipment = case.shipment
    if shipment is None or shipment.is_inspected or not case.is_open or case.state not in _FOLLOWED_IN:
        return None
    if not is_same_number(shipment.tracking_number, event.tracking_number):
        return None
    if case.process_version < CONVERGES_SINCE:
        return event if _changes_by_0_1_0(shipment, event) else None
    return _newest(shipment, events, event) if _is_worth_telling(shipment, events) else None


def tells_later_report(case: Case, events: Iterable[CourierEvent]) -> bool:
    """Return whether the events change which report of its parcel is the latest that the case knows."""
    shipment = case.shipment
    if shipment is None or case.process_version < CONVERGES_SINCE:
        return shipment is not None
    return has_later_report(shipment, follow(shipment, sightings_of(events)))


def sightings_of(events: Iterable[CourierEvent]) -> Sightings:
    """Return all that the events report of their parcel."""
    sightings = Sightings()
    for one in events:
        sightings = join(sightings, one.sighting, one.clock_ahead)
    return sightings


def _is_worth_telling(shipment: Shipment, events: Sequence[CourierEvent]) -> bool:
    told = _sightings(shipment)
    fresh = [one for one in events if join(told, one.sighting) != told]
    is_other = any(one.sighting.status != shipment.status for one in fresh)
    is_clock_new = join_clock(told, sightings_of(events).clock_ahead) != told and told != Sightings()
    has_moved = any(one.sighting.at - shipment.last_moved_at >= MOVEMENT_REPORT_INTERVAL for one in fresh)
    return is_other or is_clock_new or has_moved


def _newest(shipment: Shipment, events: Sequence[CourierEvent], event: CourierEvent) -> CourierEvent:
    last = latest(merge(_sightings(shipment), sightings_of(events)))
    return next((one for one in events if is_same(one.sighting, last)), event)


def _sightings(shipment: Shipment) -> Sightings:
    """Return the shipment's sightings; one that was recorded without them has the last event that it was told."""
    if shipment.sightings != Sightings() or shipment.last_event_at is None:
        return shipment.sightings
    return join(Sightings(), Sighting(status=shipment.status, at=shipment.last_event_at))


def _changes_by_0_1_0(shipment: Shipment, event: CourierEvent) -> bool:
    at = event.occurred_at or event.received_at
    if shipment.last_event_at and event.occurred_at and event.occurred_at <= shipment.last_event_at:
        return False
    return shipment.status != event.word or at - shipment.last_moved_at >= MOVEMENT_REPORT_INTERVAL
