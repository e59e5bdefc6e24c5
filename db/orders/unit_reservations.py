"""Which case holds which unit of an order (R11), and how the unit is settled (R39): one row, one settlement."""

from sqlalchemy import Connection, and_, bindparam, delete, or_, select, update

from db.core.upsert import InsertIgnore, given
from db.orders.order_rows import lock_order
from db.tables import ReservedUnitRow
from domain.cases.case import Case, Refusal
from domain.errors import UnitsTakenError
from policy.unit_choice import REFUND, Hold, Unit, choose_units, holds

_UNITS = ReservedUnitRow.__table__
_READ_HOLDERS = select(_UNITS.c.sku, _UNITS.c.unit, _UNITS.c.case_id).where(given(_UNITS.c.order_number))
_READ_HELD = select(_UNITS.c.sku, _UNITS.c.unit, _UNITS.c.settled, _UNITS.c.settles_as).where(given(_UNITS.c.case_id))
_ADD = InsertIgnore(_UNITS)
_ONE_HELD = and_(
    _UNITS.c.case_id == bindparam("of_case"), _UNITS.c.sku == bindparam("of_sku"), _UNITS.c.unit == bindparam("number")
)
_FREE = delete(_UNITS).where(_ONE_HELD)
_MAY_SETTLE = or_(_UNITS.c.settles_as.is_(None), _UNITS.c.settles_as == bindparam("so"), bindparam("so") == REFUND)
# A refunded unit is never replaced, and a replaced one never refunded, whatever the case says (R39).
_SETTLE = (
    update(_UNITS)
    .where(_ONE_HELD, _UNITS.c.settled.is_(False), _MAY_SETTLE)
    .values(settled=bindparam("for_ever"), settles_as=bindparam("so"))
)


def reserve_units(connection: Connection, case: Case) -> Case:
    """Lock the order and return the case with the units that the policy gives it (R11); raises UnitsTakenError."""
    lock_order(connection, case.order_number)
    rows = connection.execute(_READ_HOLDERS, {"order_number": case.order_number})
    chosen = choose_units(case, {(sku, unit): case_id for sku, unit, case_id in rows})
    if isinstance(chosen, Refusal):
        raise UnitsTakenError(chosen.message)
    return chosen


def keep_units(connection: Connection, case: Case) -> None:
    """Reserve exactly the units that the case holds: all of them while it is open, the settled ones forever.

    Units that it needs again are reserved by their numbers. Raises UnitsTakenError if one is taken by now (R11), or if
    a replaced one is to be refunded as well or the other way round (R39).
    """
    held = _held(connection, case)
    wanted = holds(case)
    if held == wanted:
        return
    _free(connection, case, {unit for unit, hold in held.items() if not hold.settled} - wanted.keys())
    changed = {unit: hold for unit, hold in wanted.items() if unit in held and _differs(held[unit], hold)}
    _settle(connection, case, changed)
    _hold(connection, case, {unit: hold for unit, hold in wanted.items() if unit not in held})


def _differs(held: Hold, wanted: Hold) -> bool:
    return wanted.settles_as is not None and wanted != held


def _held(connection: Connection, case: Case) -> dict[Unit, Hold]:
    rows = connection.execute(_READ_HELD, {"case_id": case.case_id})
    return {(sku, unit): Hold(settled, settles_as) for sku, unit, settled, settles_as in rows}


def _hold(connection: Connection, case: Case, units: dict[Unit, Hold]) -> None:
    if not units:
        return
    rows = [
        {"order_number": case.order_number, "sku": sku, "unit": unit, "case_id": case.case_id, **hold._asdict()}
        for (sku, unit), hold in sorted(units.items())
    ]
    if _ADD.add(connection, rows) < len(rows):
        raise UnitsTakenError(_name_of_taken(connection, case, units))


def _name_of_taken(connection: Connection, case: Case, units: dict[Unit, Hold]) -> str:
    sku, unit = min(units.keys() - _held(connection, case).keys())
    return f"{sku}: unit {unit} is in another refund case by now, or was refunded already"


def _free(connection: Connection, case: Case, units: set[Unit]) -> None:
    if units:
        connection.execute(_FREE, _each(case, units))


def _settle(connection: Connection, case: Case, units: dict[Unit, Hold]) -> None:
    for unit, hold in units.items():
        (row,) = _each(case, {unit})
        changed = connection.execute(_SETTLE, {**row, "so": hold.settles_as, "for_ever": hold.settled})
        if not changed.rowcount:
            sku, number = unit
            message = f"{sku}: unit {number} is already settled and cannot be settled as a {hold.settles_as} as well"
            raise UnitsTakenError(message)


def _each(case: Case, units: set[Unit]) -> list[dict[str, object]]:
    return [{"of_case": case.case_id, "of_sku": sku, "number": unit} for sku, unit in sorted(units)]
