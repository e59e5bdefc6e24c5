"""Courier events: which ones change something for a case (R20, R22)."""

from datetime import timedelta

from domain.cases.case import Case
from domain.enums import CaseState
from domain.parcels import CourierEvent
from policy.parcels.parcel_codes import is_same_number

MOVEMENT_REPORT_INTERVAL = timedelta(days=1)
"""Mere movements of a parcel are reported to its case at most once a day: R22 counts days without any movement."""

_FOLLOWED_IN = frozenset({CaseState.AWAITING_RETURN, CaseState.IN_TRANSIT, CaseState.LOST_IN_RETURN})


def changes_case(case: Case, event: CourierEvent) -> bool:
    """Return whether the event changes anything for the case; any other event is only kept in the timeline.

    Events no longer matter once the parcel is received or inspected (R20), when they are older than the last one that
    the case got (fault 14), or when they belong to a tracking number that the customer has replaced.
    """
    shipment = case.shipment
    if shipment is None or shipment.is_inspected or not case.is_open or case.state not in _FOLLOWED_IN:
        return False
    if not is_same_number(shipment.tracking_number, event.tracking_number):
        return False
    at = event.occurred_at or event.received_at
    if shipment.last_event_at and event.occurred_at and event.occurred_at <= shipment.last_event_at:
        return False
    return shipment.status != event.word or at - shipment.last_moved_at >= MOVEMENT_REPORT_INTERVAL
