"""When a parcel to the customer was delivered, or that it went back, by its courier's events (R4)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from domain.cases.case import Case
from domain.cases.exchange import OutboundParcel
from domain.enums import CourierSubStatus
from domain.order import Order, Parcel
from domain.parcels import CourierEvent, Sighting, Sightings
from policy.parcels.courier_events import sightings_of
from policy.parcels.parcel_codes import is_same_number
from policy.parcels.sightings import LOSSES, join, latest

_CLOCKS_DIFFER_BY = timedelta(days=1)
STALLED_AFTER = timedelta(days=30)
"""How long a replacement may show no movement, in calendar days, as R22 has it for return parcels by default."""


def receipt(order: Order, sku: str) -> datetime | None:
    """Return when the customer received the line, or None if it has not been received yet (R4).

    This is the last delivery among the parcels that held the line, once all of them are delivered; otherwise the
    customer's confirmation. Neither a parcel returned to its sender nor the date of the order counts; the parcels of
    replacements (R39) have to be left out.
    """
    deliveries = [
        parcel.delivered_at for parcel in order.parcels if sku in parcel.skus and not parcel.returned_to_sender
    ]
    delivered = [at for at in deliveries if at is not None]
    if deliveries and len(delivered) == len(deliveries):
        return max(delivered)
    return order.receipt_confirmed_at


def with_courier_events(parcel: Parcel, events: Sequence[CourierEvent], placed_at: datetime) -> Parcel:
    """Return an order's parcel with what its courier reports, unless the shop states its delivery or return (R4).

    What the shop states stands; what it leaves out is the courier's. A number that was used before the order was placed
    belonged to another parcel.
    """
    if parcel.delivered_at is not None or parcel.returned_to_sender:
        return parcel
    own = [one for one in events if one.sighting.at > placed_at - _CLOCKS_DIFFER_BY]
    if any(one.is_returned for one in own):
        return parcel.amend(returned_to_sender=True)
    return parcel.amend(delivered_at=delivered_at(own))


def without_courier_events(stated: Parcel, events: Sequence[CourierEvent], placed_at: datetime) -> Parcel:
    """Return the shop's parcel without what it only repeats of its courier's events, so that these may still change."""
    unstated = stated.amend(delivered_at=None, returned_to_sender=False)
    return unstated if with_courier_events(unstated, events, placed_at) == stated else stated


def sent_with_courier_events(parcel: OutboundParcel, events: Sequence[CourierEvent]) -> OutboundParcel:
    """Return a parcel of a case to the customer with what its courier reports (R4, R39)."""
    own = [one for one in events if one.sighting.at > parcel.sent_at - _CLOCKS_DIFFER_BY]
    if any(one.is_returned for one in own):
        return parcel.amend(returned_to_sender=True)
    return parcel.amend(delivered_at=delivered_at(own), is_lost=is_lost(own))


def failed_word(case: Case, tracking_number: str, events: Sequence[CourierEvent]) -> str | None:
    """Return what keeps a parcel of the case from arriving, as its courier's events say: lost or returned; else None.

    It depends on the set of the events alone, not on their order (fault 14).
    """
    mine = (one for one in case.sent if is_same_number(one.tracking_number, tracking_number))
    parcel = next((sent_with_courier_events(one, events) for one in mine), None)
    if parcel is None or not parcel.has_failed:
        return None
    return CourierSubStatus.RETURNED if parcel.returned_to_sender else CourierSubStatus.LOST


def first_look(sent_at: datetime) -> datetime:
    """Return when it is first looked at whether a replacement that left then still moves (R39)."""
    return sent_at + STALLED_AFTER


def stalls_at(events: Sequence[CourierEvent]) -> datetime | None:
    """Return when a parcel to the customer counts as lost because it no longer moves (R39).

    None if it was delivered, lost or goes back, or if no courier has ever reported it: then nobody knows.
    """
    if delivered_at(events) or is_lost(events) or any(one.is_returned for one in events):
        return None
    return max(one.sighting.at for one in events) + STALLED_AFTER if events else None


def delivered_at(events: Sequence[CourierEvent]) -> datetime | None:
    """Return the courier's own time of the latest delivery, or None without one or if the parcel was lost since (R4).

    A loss reported at the same time counts more, as for return parcels. A movement after the delivery, such as a later
    scan, does not take it back.
    """
    last = _end(events)
    return last.at if last and last.status not in LOSSES else None


def is_lost(events: Sequence[CourierEvent]) -> bool:
    """Return whether the parcel was lost or destroyed on its way to the customer, and not delivered since (R39)."""
    last = _end(events)
    return last is not None and last.status in LOSSES


def _end(events: Sequence[CourierEvent]) -> Sighting | None:
    """Return the latest report of a delivery or a loss."""
    ends = Sightings(clock_ahead=sightings_of(events).clock_ahead)
    for one in (end for event in events for end in _ends(event)):
        ends = join(ends, one)
    return latest(ends)


def _ends(event: CourierEvent) -> list[Sighting]:
    """Return the event's reports of a delivery or a loss; a delivery keeps its own time, whatever was scanned since."""
    delivery = [event.delivery] if event.delivery else [event.sighting] if event.word == "delivered" else []
    return [*delivery, *([event.sighting] if event.word in LOSSES else [])]
