"""Which case holds which unit of an order (R11), and how the unit is settled (R39): one row, one settlement."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Connection, and_, bindparam, delete, or_, select, update

from db.core.upsert import InsertIgnore, given
from db.orders.order_rows import lock_order
from db.tables import ReservedUnitRow
from domain.cases.case import Case, Refusal
from domain.errors import UnitsTakenError
from domain.order import Unit
from policy.units.unit_choice import REFUND, REPLACEMENT, Hold, choose_units, holds

_UNITS = ReservedUnitRow.__table__
_UNIT = (_UNITS.c.sku, _UNITS.c.unit, _UNITS.c.generation)
_READ_HOLDERS = select(*_UNIT, _UNITS.c.case_id, _UNITS.c.settled, _UNITS.c.settles_as).where(
    given(_UNITS.c.order_number)
)
_READ_HELD = select(*_UNIT, _UNITS.c.settled, _UNITS.c.settles_as).where(given(_UNITS.c.case_id))
_ADD = InsertIgnore(_UNITS)
_ONE_HELD = and_(
    _UNITS.c.case_id == bindparam("of_case"),
    _UNITS.c.sku == bindparam("of_sku"),
    _UNITS.c.unit == bindparam("number"),
    _UNITS.c.generation == bindparam("nth"),
)
_FREE = delete(_UNITS).where(_ONE_HELD)
_MAY_SETTLE = or_(_UNITS.c.settles_as.is_(None), _UNITS.c.settles_as == bindparam("so"), bindparam("so") == REFUND)
# A refunded unit is never replaced, and a replaced one never refunded, whatever the case says (R39).
_SETTLE = (
    update(_UNITS)
    .where(_ONE_HELD, _UNITS.c.settled.is_(False), _MAY_SETTLE)
    .values(settled=bindparam("for_ever"), settles_as=bindparam("so"))
)
_REPLACED = and_(
    _UNITS.c.order_number == bindparam("of_order"),
    _UNITS.c.sku == bindparam("of_sku"),
    _UNITS.c.unit == bindparam("number"),
    _UNITS.c.generation == bindparam("before"),
)
# A replacement can be held only while the unit that it replaced is settled as replaced; see ReservedUnitRow.
_SUCCEED = (
    update(_UNITS)
    .where(_REPLACED, _UNITS.c.settled, _UNITS.c.settles_as == REPLACEMENT)
    .values(successor=_UNITS.c.generation + 1)
)
_SUCCEED_NO_MORE = update(_UNITS).where(_REPLACED).values(successor=None)


class HeldUnits(NamedTuple):
    """Which case holds each unit of an order, and the cases that have replaced units."""

    holders: dict[Unit, str]
    exchanges: frozenset[str]


def held_units(connection: Connection, order_number: str) -> HeldUnits:
    """Return who holds the units of the order (R11), and which cases have replaced some (R39)."""
    rows = connection.execute(_READ_HOLDERS, {"order_number": order_number}).all()
    return HeldUnits(
        holders={Unit(sku, unit, nth): case_id for sku, unit, nth, case_id, _, _ in rows},
        exchanges=frozenset(one.case_id for one in rows if one.settled and one.settles_as == REPLACEMENT),
    )


def reserve_units(connection: Connection, case: Case) -> Case:
    """Lock the order and return the case with the units that the policy gives it (R11); raises UnitsTakenError."""
    lock_order(connection, case.order_number)
    chosen = choose_units(case, held_units(connection, case.order_number).holders)
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
    return {Unit(sku, unit, nth): Hold(settled, settles_as) for sku, unit, nth, settled, settles_as in rows}


def _hold(connection: Connection, case: Case, units: dict[Unit, Hold]) -> None:
    if not units:
        return
    _follow(connection, case, units)
    rows = [{**_row(case, unit), **hold._asdict()} for unit, hold in sorted(units.items())]
    if _ADD.add(connection, rows) < len(rows):
        raise UnitsTakenError(_name_of_taken(connection, case, units))


def _row(case: Case, unit: Unit) -> dict[str, object]:
    return {
        "order_number": case.order_number,
        "sku": unit.sku,
        "unit": unit.number,
        "generation": unit.generation,
        "follows": unit.generation or None,
        "case_id": case.case_id,
    }


def _follow(connection: Connection, case: Case, units: Collection[Unit]) -> None:
    """Make replacements the successors of what they replaced; raises UnitsTakenError if that is not settled so."""
    for unit in sorted(one for one in units if one.generation):
        if not connection.execute(_SUCCEED, _before(case, unit)).rowcount:
            raise UnitsTakenError(f"{unit.sku}: unit {unit.number} is not replaced, so that nothing takes its place")


def _before(case: Case, unit: Unit) -> dict[str, object]:
    return {
        "of_order": case.order_number,
        "of_sku": unit.sku,
        "number": unit.number,
        "before": unit.generation - 1,
    }


def _name_of_taken(connection: Connection, case: Case, units: dict[Unit, Hold]) -> str:
    taken = min(units.keys() - _held(connection, case).keys())
    return f"{taken.sku}: unit {taken.number} is in another refund case by now, or was refunded already"


def _free(connection: Connection, case: Case, units: set[Unit]) -> None:
    if units:
        connection.execute(_FREE, _each(case, units))
    for unit in sorted(one for one in units if one.generation):
        connection.execute(_SUCCEED_NO_MORE, _before(case, unit))


def _settle(connection: Connection, case: Case, units: dict[Unit, Hold]) -> None:
    for unit, hold in units.items():
        (row,) = _each(case, {unit})
        changed = connection.execute(_SETTLE, {**row, "so": hold.settles_as, "for_ever": hold.settled})
        if not changed.rowcount:
            why = f"is already settled and cannot be settled as a {hold.settles_as} as well"
            raise UnitsTakenError(f"{unit.sku}: unit {unit.number} {why}")


def _each(case: Case, units: set[Unit]) -> list[dict[str, object]]:
    return [
        {"of_case": case.case_id, "of_sku": one.sku, "number": one.number, "nth": one.generation}
        for one in sorted(units)
    ]
