"""Which case holds which unit of an order (R11); the primary key of the table lets no unit be held twice."""

from sqlalchemy import Connection, and_, bindparam, delete, select, update

from db.order_rows import lock_order
from db.statements import AddOrLeave, given
from db.tables import ReservedUnitRow
from domain.case import Case, CaseLine
from domain.errors import UnitsTakenError
from domain.words import CaseState

Unit = tuple[str, int]

_UNITS = ReservedUnitRow.__table__
_READ_HOLDERS = select(_UNITS.c.sku, _UNITS.c.unit, _UNITS.c.case_id).where(given(_UNITS.c.order_number))
_READ_HELD = select(_UNITS.c.sku, _UNITS.c.unit, _UNITS.c.settled).where(given(_UNITS.c.case_id))
_ADD = AddOrLeave(_UNITS)
_ONE_HELD = and_(
    _UNITS.c.case_id == bindparam("of_case"), _UNITS.c.sku == bindparam("of_sku"), _UNITS.c.unit == bindparam("number")
)
_FREE = delete(_UNITS).where(_ONE_HELD)
_SETTLE = update(_UNITS).where(_ONE_HELD).values(settled=True)


def choose_units(connection: Connection, case: Case) -> Case:
    """Return the case with the units it is to hold: its own, then the lowest free ones (R11); raises UnitsTakenError.

    The lines come with the shares of all their units. An ended case takes no new ones.
    """
    lock_order(connection, case.order_number)
    rows = connection.execute(_READ_HOLDERS, {"order_number": case.order_number})
    holders = {(sku, unit): case_id for sku, unit, case_id in rows}
    return case.amend(lines=tuple(_choose(case, line, holders) for line in case.lines))


def has_choice(case: Case) -> bool:
    """Return whether the case comes with more units than it is to hold, as when it reopens after a refusal (R12)."""
    return any(len(line.units) > line.quantity for line in case.lines)


def keep_units(connection: Connection, case: Case) -> None:
    """Hold exactly the units the case needs now: all while it is open, the settled ones for ever.

    Units that it needs again are taken by their very numbers; raises UnitsTakenError when one is gone (R11).
    """
    held = _held(connection, case)
    wanted = _wanted(case)
    if held == wanted:
        return
    _free(connection, case, {unit for unit, settled in held.items() if not settled} - wanted.keys())
    _settle(connection, case, {unit for unit, settled in wanted.items() if settled and held.get(unit) is False})
    _hold(connection, case, {unit: settled for unit, settled in wanted.items() if unit not in held})


def _held(connection: Connection, case: Case) -> dict[Unit, bool]:
    return {(sku, unit): settled for sku, unit, settled in connection.execute(_READ_HELD, {"case_id": case.case_id})}


def _choose(case: Case, line: CaseLine, holders: dict[Unit, str]) -> CaseLine:
    holder = {share.unit: holders.get((line.sku, share.unit)) for share in line.units}
    own = [share for share in line.units if holder[share.unit] == case.case_id]
    free = [share for share in line.units if holder[share.unit] is None] if case.is_open else []
    if case.is_open and len(own) + len(free) < line.quantity:
        others = "the others are in a refund case, or were refunded already"
        raise UnitsTakenError(f"{line.sku}: {line.quantity} asked for, {len(free)} free; {others}")
    chosen = [*own, *free][: line.quantity]
    return line.amend(units=tuple(sorted(chosen, key=lambda share: share.unit)))


def _wanted(case: Case) -> dict[Unit, bool]:
    return {unit: settled for line in case.lines for unit, settled in _units(case, line) if settled or case.is_open}


def _units(case: Case, line: CaseLine) -> list[tuple[Unit, bool]]:
    settled = line.accepted if case.state is CaseState.EXCHANGED else line.paid
    # Refused units for which a part is paid all the same are settled by that (R28); they are counted from the back.
    open_until = len(line.units) - (line.refused if case.agreed_amount else line.part_paid)
    return [((line.sku, share.unit), not settled <= index < open_until) for index, share in enumerate(line.units)]


def _hold(connection: Connection, case: Case, units: dict[Unit, bool]) -> None:
    if not units:
        return
    rows = [
        {"order_number": case.order_number, "sku": sku, "unit": unit, "case_id": case.case_id, "settled": settled}
        for (sku, unit), settled in sorted(units.items())
    ]
    if _ADD.add(connection, rows) < len(rows):
        raise UnitsTakenError(_name_of_taken(connection, case, units))


def _name_of_taken(connection: Connection, case: Case, units: dict[Unit, bool]) -> str:
    sku, unit = min(units.keys() - _held(connection, case).keys())
    return f"{sku}: unit {unit} is in another refund case meanwhile, or was refunded already"


def _free(connection: Connection, case: Case, units: set[Unit]) -> None:
    if units:
        connection.execute(_FREE, _each(case, units))


def _settle(connection: Connection, case: Case, units: set[Unit]) -> None:
    if units:
        connection.execute(_SETTLE, _each(case, units))


def _each(case: Case, units: set[Unit]) -> list[dict[str, object]]:
    return [{"of_case": case.case_id, "of_sku": sku, "number": unit} for sku, unit in sorted(units)]
