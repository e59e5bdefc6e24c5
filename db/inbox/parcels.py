"""Which case a parcel belongs to, by the codes on it, and parcels that belong to no case yet (R18, R21)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, bindparam, select, update

from db.core.engine import Database
from db.core.upsert import InsertIgnore, given
from db.tables import CaseRow, ParcelCodeRow, RegistrationRow, UnexpectedParcelRow
from domain.cases.case import Case
from domain.enums import DispatchedGoods
from domain.errors import AmbiguousCodeError, UnknownParcelError
from domain.parcels import UnexpectedParcel
from policy.parcels.deliveries import first_look
from policy.parcels.parcel_codes import Found, codes_by_reading, codes_of, codes_within, match_cases
from policy.parcels.return_codes import plain_code

_CODES, _CASES, _UNEXPECTED = ParcelCodeRow.__table__, CaseRow.__table__, UnexpectedParcelRow.__table__
_KEEP, _ADD = InsertIgnore(_CODES), InsertIgnore(_UNEXPECTED)
_CODES_PER_QUERY = 500
_CASES_OF = (
    select(_CODES.c.code, _CASES.c.document)
    .join(_CODES, _CODES.c.case_id == _CASES.c.case_id)
    .where(_CODES.c.code.in_(bindparam("codes", expanding=True)))
    .order_by(_CASES.c.opened_at)
)
_EXPECTING = _CASES_OF.where(_CODES.c.outbound.is_(False))
_WATCHED = (
    select(_CODES.c.case_id, _CODES.c.code)
    .where(_CODES.c.watch_at <= bindparam("now", type_=_CODES.c.watch_at.type))
    .order_by(_CODES.c.watch_at, _CODES.c.code)
)
_LOOK_AGAIN = (
    update(_CODES)
    .where(_CODES.c.case_id == bindparam("of_case"), _CODES.c.code == bindparam("of_code"))
    .values(watch_at=bindparam("then", type_=_CODES.c.watch_at.type))
)
_FOLLOWED = (
    select(RegistrationRow.__table__.c.code)
    .where(RegistrationRow.__table__.c.code.in_(bindparam("codes", expanding=True)))
    .limit(1)
)
_LIST = select(_UNEXPECTED).order_by(_UNEXPECTED.c.received_at, _UNEXPECTED.c.parcel_id)
_READ = select(_UNEXPECTED).where(given(_UNEXPECTED.c.parcel_id))
_MATCH = (
    update(_UNEXPECTED)
    .where(_UNEXPECTED.c.parcel_id == bindparam("of_parcel"), _UNEXPECTED.c.matched_at.is_(None))
    .values(
        matched_case_id=bindparam("to_case"),
        matched_by=bindparam("by"),
        matched_at=bindparam("at", type_=_UNEXPECTED.c.matched_at.type),
    )
)


class Parcels:
    """Parcels, as the warehouse looks them up."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def cases_of(self, read: str) -> list[Case]:
        """Return the cases that expect a parcel with this return code, number or label, the oldest first.

        What a label leaves open is settled by the recorded numbers. Raises AmbiguousCodeError if they belong to
        different cases.
        """
        readings = codes_by_reading(read)
        return self._one_parcel(readings) or self._one_parcel({code: (code,) for code in codes_within(read)})

    def cases_in_either_direction(self, code: str) -> list[Case]:
        """Return the cases with a parcel of this code, on the way back or to the customer (R28, R39)."""
        return list({case.case_id: case for _, case in self._found(_CASES_OF, codes_of(code))}.values())

    def is_followed(self, tracking_number: str) -> bool:
        """Return whether the number is of a parcel that an order or a case has told."""
        with self._database.reading() as connection:
            return connection.scalar(_FOLLOWED, {"codes": codes_of(tracking_number)}) is not None

    def to_look_at(self, now: datetime, limit: int) -> list[tuple[str, str]]:
        """Return replacements, by case and code, of which it is time to look whether they still move; oldest first."""
        with self._database.reading() as connection:
            return [(one.case_id, one.code) for one in connection.execute(_WATCHED.limit(limit), {"now": now})]

    def look_again(self, case_id: str, code: str, at: datetime | None) -> None:
        """Have the parcel looked at again at that time, or no more."""
        with self._database.writing() as connection:
            connection.execute(_LOOK_AGAIN, {"of_case": case_id, "of_code": code, "then": at})

    def _one_parcel(self, readings: Mapping[str, tuple[str, ...]]) -> list[Case]:
        found = self._found(_EXPECTING, [code for codes in readings.values() for code in codes])
        matched = match_cases(readings, found)
        if matched.candidates:
            raise AmbiguousCodeError(matched.candidates)
        return list(matched.cases)

    def _found(self, wanted: Select[Any, Any], codes: Sequence[str]) -> Found:
        parts = [codes[start : start + _CODES_PER_QUERY] for start in range(0, len(codes), _CODES_PER_QUERY)]
        with self._database.reading() as connection:
            rows = [row for part in parts for row in connection.execute(wanted, {"codes": part})]
        return [(code, Case.read(document)) for code, document in rows]

    def expect_nothing_of(self, parcel: UnexpectedParcel) -> None:
        """Record a parcel that no case expects, once (R21)."""
        with self._database.writing() as connection:
            _ADD.add(connection, dict(parcel))

    def unexpected(self, *, open_only: bool = True, limit: int = 200) -> list[UnexpectedParcel]:
        """Return the parcels that no case expected, the oldest first."""
        wanted = _LIST.where(_UNEXPECTED.c.matched_at.is_(None)) if open_only else _LIST
        with self._database.reading() as connection:
            return [_parcel(row) for row in connection.execute(wanted.limit(limit)).mappings()]

    def unexpected_one(self, parcel_id: str) -> UnexpectedParcel:
        """Return the parcel; raises UnknownParcelError."""
        with self._database.reading() as connection:
            return _found(connection, parcel_id)

    def match(self, parcel_id: str, case_id: str, by: str, at: datetime) -> UnexpectedParcel:
        """Match the parcel with the case and return it; an earlier match stays. Raises UnknownParcelError."""
        with self._database.writing() as connection:
            connection.execute(_MATCH, {"of_parcel": parcel_id, "to_case": case_id, "by": by, "at": at})
            return _found(connection, parcel_id)


def keep_codes(connection: Connection, case: Case) -> None:
    """Record the codes by which the case can be found: its return code and every tracking number that it ever had."""
    back: tuple[str | None, ...] = (case.return_code, case.shipment.tracking_number if case.shipment else None)
    rows = [_code(case, code, outbound=False) for code in back if code]
    rows += [
        _code(case, parcel.tracking_number, outbound=True, watch_at=first_look(parcel.sent_at))
        for parcel in case.sent
        if parcel.goods is DispatchedGoods.REPLACEMENT
    ]
    rows += [_code(case, parcel.tracking_number, outbound=True) for parcel in case.sent]
    if rows:
        _KEEP.add(connection, rows)


def _code(case: Case, code: str, *, outbound: bool, watch_at: datetime | None = None) -> dict[str, Any]:
    return {"code": plain_code(code), "case_id": case.case_id, "outbound": outbound, "watch_at": watch_at}


def _found(connection: Connection, parcel_id: str) -> UnexpectedParcel:
    row = connection.execute(_READ, {"parcel_id": parcel_id}).mappings().first()
    if row is None:
        raise UnknownParcelError(f"there is no unexpected parcel {parcel_id}: GET /v1/warehouse/unexpected lists them")
    return _parcel(row)


def _parcel(row: RowMapping) -> UnexpectedParcel:
    return UnexpectedParcel.model_validate(dict(row))
