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


def choose_units(session: Session, case: Case) -> Case:
    """Return the case with the units it is to hold: its own, then the lowest free ones (R11); raises UnitsTakenError.

    The lines come with the shares of all their units. An ended case takes no new ones.
    """
    lock_order(session, case.order_number)
    held = select(ReservedUnitRow.sku, ReservedUnitRow.unit, ReservedUnitRow.case_id)
    rows = session.exec(held.where(ReservedUnitRow.order_number == case.order_number))
    holders = {(sku, unit): case_id for sku, unit, case_id in rows}
    return case.amend(lines=tuple(_choose(case, line, holders) for line in case.lines))


def has_choice(case: Case) -> bool:
    """Return whether the case comes with more units than it is to hold, as when it reopens after a refusal (R12)."""
    return any(len(line.units) > line.quantity for line in case.lines)


def keep_units(session: Session, case: Case) -> None:
    """Hold exactly the units the case needs now: all while it is open, the settled ones for ever.

    Units that it needs again are taken by their very numbers; raises UnitsTakenError when one is gone (R11).
    """
    held = _held(session, case)
    wanted = _wanted(case)
    if held == wanted:
        return
    _free(session, case, {unit for unit, settled in held.items() if not settled} - wanted.keys())
    _settle(session, case, {unit for unit, settled in wanted.items() if settled and held.get(unit) is False})
    _hold(session, case, {unit: settled for unit, settled in wanted.items() if unit not in held})


def _held(session: Session, case: Case) -> dict[Unit, bool]:
    mine = select(ReservedUnitRow.sku, ReservedUnitRow.unit, ReservedUnitRow.settled).where(_is_of(case))
    return {(sku, unit): settled for sku, unit, settled in session.exec(mine)}


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


def _hold(session: Session, case: Case, units: dict[Unit, bool]) -> None:
    if not units:
        return
    rows = [
        {"order_number": case.order_number, "sku": sku, "unit": unit, "case_id": case.case_id, "settled": settled}
        for (sku, unit), settled in sorted(units.items())
    ]
    key = (col(ReservedUnitRow.sku), col(ReservedUnitRow.unit))
    free = insert_or(session, ReservedUnitRow.__table__).on_conflict_do_nothing()
    added = {(sku, unit) for sku, unit in session.exec(free.returning(*key), params=rows)}
    if gone := sorted(units.keys() - added):
        sku, unit = gone[0]
        raise UnitsTakenError(f"{sku}: unit {unit} is in another refund case meanwhile, or was refunded already")


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
