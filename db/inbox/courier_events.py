"""The inbox of courier events: each is stored once, then applied, parked until its number is known, or ignored."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, func, select, update

from activities.ports.inbox import EventStatus
from db.core.engine import Database
from db.core.upsert import InsertIgnore
from db.tables import CourierEventRow
from domain.parcels import CourierEvent
from policy.parcels.parcel_codes import codes_of
from policy.parcels.return_codes import plain_code

_EVENTS = CourierEventRow.__table__
_ADD = InsertIgnore(_EVENTS)
_OLDEST = func.coalesce(_EVENTS.c.settled_at, _EVENTS.c.taken_in_at)
_PENDING = select(_EVENTS.c.event).where(_EVENTS.c.status.in_(["new", "parked"]))
_IN_TURN = _PENDING.order_by(_EVENTS.c.status, _OLDEST, _EVENTS.c.event_id)
_BY_ARRIVAL = (_EVENTS.c.taken_in_at, _EVENTS.c.event_id)
_HAS_CODE = _EVENTS.c.code.in_(bindparam("codes", expanding=True))
_PENDING_OF_CODES = _PENDING.where(_HAS_CODE).order_by(*_BY_ARRIVAL)
_OF_CODES = select(_EVENTS.c.event).where(_HAS_CODE).order_by(*_BY_ARRIVAL)
_MARK = (
    update(_EVENTS)
    .where(_EVENTS.c.provider == bindparam("of_provider"), _EVENTS.c.event_id == bindparam("of_event"))
    .values(status=bindparam("to_status"), settled_at=bindparam("at", type_=_EVENTS.c.settled_at.type))
)


class CourierEvents:
    """The stored tracking events; the providers' original bodies are not stored."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take_in(self, event: CourierEvent) -> bool:
        """Store the event and return whether it is new; a repeat changes nothing (fault 13)."""
        row = {
            "provider": event.provider,
            "event_id": event.event_id,
            "code": plain_code(event.tracking_number),
            "event": event.model_dump_json(),
            "status": "new",
            "taken_in_at": event.received_at,
            "settled_at": None,
        }
        with self._database.writing() as connection:
            return _ADD.add(connection, row) > 0

    def pending(self, limit: int) -> list[CourierEvent]:
        """Return events that are not applied yet: first new ones, then those whose last try is longest ago."""
        with self._database.reading() as connection:
            return [CourierEvent.read(one) for one in connection.scalars(_IN_TURN.limit(limit))]

    def of(self, tracking_number: str) -> list[CourierEvent]:
        """Return all events of a number, in the order of arrival."""
        return self._found(_OF_CODES, tracking_number)

    def pending_of(self, tracking_number: str) -> list[CourierEvent]:
        """Return the events of a number that are not applied yet, in the order of arrival (fault 16)."""
        return self._found(_PENDING_OF_CODES, tracking_number)

    def _found(self, wanted: Select[Any], tracking_number: str) -> list[CourierEvent]:
        with self._database.reading() as connection:
            events = connection.scalars(wanted, {"codes": codes_of(tracking_number)})
            return [CourierEvent.read(one) for one in events]

    def mark(self, event: CourierEvent, status: EventStatus, at: datetime) -> None:
        """Record the event's status; a parked event is tried again later."""
        named = {"of_provider": event.provider, "of_event": event.event_id}
        with self._database.writing() as connection:
            connection.execute(_MARK, {**named, "to_status": status, "at": at})
