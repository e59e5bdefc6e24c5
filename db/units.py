"""Which case holds which unit of an order (R11); the primary key of the table lets no unit be held twice."""

from sqlalchemy import ColumnElement, delete, tuple_, update
from sqlmodel import Session, col, select

from db.order_rows import lock_order
from db.statements import insert_or
from db.tables import ReservedUnitRow
from domain.case import Case, CaseLine
from domain.errors import UnitsTakenError
from domain.words import CaseState

Unit = tuple[str, int]


def reserve_units(session: Session, case: Case) -> Case:
    """Hold the lowest free units of every line and return the case with those; raises UnitsTakenError (R11).

    The lines come with all their units, or with the ones they are to hold.
    """
    lock_order(session, case.order_number)
    held = select(ReservedUnitRow.sku, ReservedUnitRow.unit).where(ReservedUnitRow.order_number == case.order_number)
    taken = set(session.exec(held))
    case = case.amend(lines=tuple(_choose(line, taken) for line in case.lines))
    _hold(session, case, _wanted(case))
    return case


def keep_units(session: Session, case: Case) -> None:
    """Hold exactly the units the case needs now: all while it is open, the settled ones for ever.

    Units that it needs again are taken by their very numbers; raises UnitsTakenError when one is gone (R11).
    """
    mine = select(ReservedUnitRow.sku, ReservedUnitRow.unit, ReservedUnitRow.settled)
    held = {(sku, unit): settled for sku, unit, settled in session.exec(mine.where(_is_of(case)))}
    wanted = _wanted(case)
    if held == wanted:
        return
    _free(session, case, {unit for unit, settled in held.items() if not settled} - wanted.keys())
    _settle(session, case, {unit for unit, settled in wanted.items() if settled and held.get(unit) is False})
    _hold(session, case, {unit: settled for unit, settled in wanted.items() if unit not in held})


def _choose(line: CaseLine, taken: set[Unit]) -> CaseLine:
    free = [share for share in line.units if (line.sku, share.unit) not in taken]
    if len(free) < line.quantity:
        others = "the others are in a refund case, or were refunded already"
        raise UnitsTakenError(f"{line.sku}: {line.quantity} asked for, {len(free)} free; {others}")
    return line.amend(units=tuple(free[: line.quantity]))


def _wanted(case: Case) -> dict[Unit, bool]:
    return {unit: settled for line in case.lines for unit, settled in _units(case, line) if settled or case.is_open}


def _units(case: Case, line: CaseLine) -> list[tuple[Unit, bool]]:
    settled = line.accepted if case.state is CaseState.EXCHANGED else line.paid
    return [((line.sku, share.unit), index < settled) for index, share in enumerate(line.units)]


def _hold(session: Session, case: Case, units: dict[Unit, bool]) -> None:
    if not units:
        return
    rows = [
        {"order_number": case.order_number, "sku": sku, "unit": unit, "case_id": case.case_id, "settled": settled}
        for (sku, unit), settled in sorted(units.items())
    ]
    free = insert_or(session, ReservedUnitRow.__table__).on_conflict_do_nothing()
    added = session.exec(free.returning(col(ReservedUnitRow.unit)), params=rows).all()
    if len(added) < len(rows):
        raise UnitsTakenError("units of this case were taken by another case meanwhile, or are settled already")


def _free(session: Session, case: Case, units: set[Unit]) -> None:
    if units:
        session.exec(delete(ReservedUnitRow).where(_is_of(case), _is_one_of(units)))


def _settle(session: Session, case: Case, units: set[Unit]) -> None:
    if units:
        session.exec(update(ReservedUnitRow).where(_is_of(case), _is_one_of(units)).values(settled=True))


def _is_of(case: Case) -> ColumnElement[bool]:
    return col(ReservedUnitRow.case_id) == case.case_id


def _is_one_of(units: set[Unit]) -> ColumnElement[bool]:
    return tuple_(col(ReservedUnitRow.sku), col(ReservedUnitRow.unit)).in_(sorted(units))
