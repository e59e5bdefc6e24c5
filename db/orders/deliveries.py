"""What couriers report of parcels to the customer: read from the stored events, in any order (R4, fault 16)."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from db.core.upsert import InsertIgnore
from db.tables import CourierEventRow, RegistrationRow
from domain.cases.case import Case
from domain.order import Order, Parcel
from domain.parcels import CourierEvent
from policy.parcels.deliveries import sent_with_courier_events, with_courier_events, without_courier_events
from policy.parcels.parcel_codes import codes_of
from policy.parcels.return_codes import plain_code

_EVENTS, _NUMBERS = CourierEventRow.__table__, RegistrationRow.__table__
_HAS_CODE = _EVENTS.c.code.in_(bindparam("codes", expanding=True))
_READ = select(_EVENTS.c.event).where(_HAS_CODE).order_by(_EVENTS.c.taken_in_at, _EVENTS.c.event_id)
_APPLY = (
    update(_EVENTS)
    .where(_HAS_CODE, _EVENTS.c.status.in_(["new", "parked"]))
    .values(status="applied", settled_at=bindparam("at", type_=_EVENTS.c.settled_at.type))
)
_ADD = InsertIgnore(_NUMBERS)


def with_deliveries(connection: Connection, order: Order) -> Order:
    """Return the order with what couriers report of the parcels whose delivery the shop does not state (R4)."""
    parcels = tuple(
        one if _is_stated(one) else with_courier_events(one, _events(connection, one.tracking_number), order.placed_at)
        for one in order.parcels
    )
    return order if parcels == order.parcels else order.amend(parcels=parcels)


def as_stated(connection: Connection, order: Order) -> Order:
    """Return the shop's order without what it only repeats of its couriers' reports, such as what it read before."""
    parcels = tuple(
        without_courier_events(one, _events(connection, one.tracking_number), order.placed_at)
        if _is_stated(one)
        else one
        for one in order.parcels
    )
    return order if parcels == order.parcels else order.amend(parcels=parcels)


def with_sent_deliveries(connection: Connection, case: Case) -> Case:
    """Return the case with what couriers report of its parcels to the customer (R4, R39)."""
    sent = tuple(sent_with_courier_events(one, _events(connection, one.tracking_number)) for one in case.sent)
    return case if sent == case.sent else case.amend(sent=sent)


def follow_parcels(connection: Connection, order: Order, at: datetime) -> None:
    """Note once per number that the order's parcels are to be registered, unless their delivery is known (R4).

    Their events that arrived before the order count as applied (fault 16).
    """
    numbers = (
        [] if order.receipt_confirmed_at else [one.tracking_number for one in order.parcels if not _is_stated(one)]
    )
    for number in numbers:
        row = {"code": plain_code(number), "tracking_number": number, "added_at": at, "status": "new"}
        _ADD.add(connection, row)
        connection.execute(_APPLY, {"codes": codes_of(number), "at": at})


def _is_stated(parcel: Parcel) -> bool:
    return parcel.delivered_at is not None or parcel.returned_to_sender


def _events(connection: Connection, tracking_number: str) -> list[CourierEvent]:
    found = connection.scalars(_READ, {"codes": codes_of(tracking_number)})
    return [CourierEvent.read(one) for one in found]
