"""Parcels still to be registered with a tracking provider: kept with the case, registered by the sweep."""

from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, bindparam, select, update

from db.core.engine import Database
from db.core.upsert import InsertIgnore
from db.tables import RegistrationRow
from domain.cases.case import Case
from policy.returns import plain_code

_ROWS = RegistrationRow.__table__
_ADD = InsertIgnore(_ROWS)
_PENDING = (
    select(_ROWS.c.tracking_number)
    .where(_ROWS.c.status == "new", _ROWS.c.added_at >= bindparam("since", type_=_ROWS.c.added_at.type))
    .order_by(_ROWS.c.added_at, _ROWS.c.code)
)
_MARK = update(_ROWS).where(_ROWS.c.code == bindparam("of_code")).values(status=bindparam("to_status"))


class Registrations:
    """Which numbers were registered, and which are still to be."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def pending(self, since: datetime, limit: int) -> list[str]:
        """Return numbers that were given since then and that nobody follows yet, the oldest first."""
        with self._database.reading() as connection:
            return list(connection.scalars(_PENDING.limit(limit), {"since": since}))

    def mark(self, tracking_number: str, status: Literal["registered", "refused"]) -> None:
        """Say what the provider answered."""
        with self._database.writing() as connection:
            connection.execute(_MARK, {"of_code": plain_code(tracking_number), "to_status": status})


def keep_registration(connection: Connection, case: Case) -> None:
    """Note that the case's parcels are to be followed, back and to the customer, once for each number."""
    back = [(case.shipment.tracking_number, case.shipment.registered_at)] if case.shipment else []
    numbers = [*back, *((parcel.tracking_number, parcel.sent_at) for parcel in case.sent)]
    rows = [
        {"code": plain_code(number), "tracking_number": number, "added_at": at, "status": "new"}
        for number, at in numbers
    ]
    if rows:
        _ADD.add(connection, rows)
