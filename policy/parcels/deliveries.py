"""When a parcel to the customer was delivered, or that it went back, by its courier's events (R4)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from domain.cases.exchange import OutboundParcel
from domain.order import Parcel
from domain.parcels import CourierEvent, Sighting, Sightings
from policy.parcels.courier_events import sightings_of
from policy.parcels.sightings import LOSSES, join, latest

_CLOCKS_DIFFER_BY = timedelta(days=1)


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
    return parcel.amend(delivered_at=delivered_at(own))


def delivered_at(events: Sequence[CourierEvent]) -> datetime | None:
    """Return the courier's own time of the latest delivery, or None without one or if the parcel was lost since (R4).

    A loss reported at the same time counts more, as for return parcels. A movement after the delivery, such as a later
    scan, does not take it back.
    """
    ends = Sightings(clock_ahead=sightings_of(events).clock_ahead)
    for one in (end for event in events for end in _ends(event)):
        ends = join(ends, one)
    last = latest(ends)
    return last.at if last and last.status not in LOSSES else None


def _ends(event: CourierEvent) -> list[Sighting]:
    """Return the event's reports of a delivery or a loss; a delivery keeps its own time, whatever was scanned since."""
    delivery = [event.delivery] if event.delivery else [event.sighting] if event.word == "delivered" else []
    return [*delivery, *([event.sighting] if event.word in LOSSES else [])]
