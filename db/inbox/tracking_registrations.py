"""Tracking numbers to register with a provider: recorded together with the case, registered by the sweep."""

from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, bindparam, select, update

from db.core.engine import Database
from db.core.upsert import InsertIgnore
from db.tables import RegistrationRow
from domain.cases.case import Case
from policy.parcels.return_codes import plain_code

_ROWS = RegistrationRow.__table__
_ADD = InsertIgnore(_ROWS)
_PENDING = (
    select(_ROWS.c.tracking_number)
    .where(_ROWS.c.status == "new", _ROWS.c.added_at >= bindparam("since", type_=_ROWS.c.added_at.type))
    .order_by(_ROWS.c.added_at, _ROWS.c.code)
)
_MARK = update(_ROWS).where(_ROWS.c.code == bindparam("of_code")).values(status=bindparam("to_status"))


class Registrations:
    """Which numbers are registered, and which are still waiting."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def pending(self, since: datetime, limit: int) -> list[str]:
        """Return the numbers given since then that are not registered yet, the oldest first."""
        with self._database.reading() as connection:
            return list(connection.scalars(_PENDING.limit(limit), {"since": since}))

    def mark(self, tracking_number: str, status: Literal["registered", "refused"]) -> None:
        """Record the provider's answer."""
        with self._database.writing() as connection:
            connection.execute(_MARK, {"of_code": plain_code(tracking_number), "to_status": status})


def keep_registration(connection: Connection, case: Case) -> None:
    """Note once per number that the case's parcels are to be registered, in both directions."""
    back = [(case.shipment.tracking_number, case.shipment.registered_at)] if case.shipment else []
    numbers = [*back, *((parcel.tracking_number, parcel.sent_at) for parcel in case.sent)]
    rows = [
        {"code": plain_code(number), "tracking_number": number, "added_at": at, "status": "new"}
        for number, at in numbers
    ]
    if rows:
        _ADD.add(connection, rows)
