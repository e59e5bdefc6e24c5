"""The inbox of payment webhooks: each is stored once, then applied, parked or ignored."""

from datetime import datetime

from sqlalchemy import bindparam, func, select, update

from activities.ports.inbox import EventStatus
from db.core.engine import Database
from db.core.upsert import InsertIgnore, given
from db.tables import GatewayEventRow
from domain.payment_events import GatewayEvent

_EVENTS = GatewayEventRow.__table__
_ADD = InsertIgnore(_EVENTS)
_PENDING = (
    select(_EVENTS.c.event)
    .where(_EVENTS.c.status.in_(["new", "parked"]))
    .order_by(_EVENTS.c.status, func.coalesce(_EVENTS.c.settled_at, _EVENTS.c.taken_in_at), _EVENTS.c.event_id)
)
_MARK = (
    update(_EVENTS)
    .where(_EVENTS.c.provider == bindparam("of_provider"), _EVENTS.c.event_id == bindparam("of_event"))
    .values(status=bindparam("to_status"), settled_at=bindparam("at", type_=_EVENTS.c.settled_at.type))
)
_COUNT = select(func.count()).where(given(_EVENTS.c.status))


class GatewayEvents:
    """The stored webhooks; the providers' original bodies are not stored."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take_in(self, event: GatewayEvent, body_sha256: str, at: datetime) -> bool:
        """Store the event and return whether it is new; a repeat changes nothing (fault 13)."""
        row = {
            "provider": event.provider,
            "event_id": event.event_id,
            "event": event.model_dump_json(),
            "body_sha256": body_sha256,
            "status": "new",
            "taken_in_at": at,
            "settled_at": None,
        }
        with self._database.writing() as connection:
            return _ADD.add(connection, row) > 0

    def pending(self, limit: int) -> list[GatewayEvent]:
        """Return events that are not applied yet: first new ones, then parked ones whose last try is longest ago."""
        with self._database.reading() as connection:
            return [GatewayEvent.read(one) for one in connection.scalars(_PENDING.limit(limit))]

    def mark(self, provider: str, event_id: str, status: EventStatus, at: datetime) -> None:
        """Record the event's status; a parked event is tried again later (fault 16)."""
        with self._database.writing() as connection:
            connection.execute(_MARK, {"of_provider": provider, "of_event": event_id, "to_status": status, "at": at})

    def count(self, status: str) -> int:
        """Return how many events have this status."""
        with self._database.reading() as connection:
            return int(connection.scalar(_COUNT, {"status": status}) or 0)
