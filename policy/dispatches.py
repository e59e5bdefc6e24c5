"""Parcels to the customer: which may leave, what they replace, and what is owed when one does not arrive (R28, R39)."""

from datetime import datetime

from domain.cases.case import Case, Refusal
from domain.cases.case_lines import CaseLine
from domain.cases.exchange import PENDING, OutboundParcel, Replacement
from domain.cases.messages import Dispatch
from domain.enums import DispatchedGoods, ReplacementState
from domain.money import split
from domain.order import UnitShare
from policy.exchange import awaits_stock, next_replacement_id
from policy.parcels.parcel_codes import is_same_number
from policy.returns import check_send_back
from policy.units.replaced_units import units_by_replacement


def check_dispatch(case: Case, dispatch: Dispatch) -> Refusal | None:
    """Return why a reported parcel is refused, namely that the case has nothing like it to send, or None (R28, R39)."""
    if dispatch.goods is DispatchedGoods.REFUSED_GOODS:
        return check_send_back(case, dispatch)
    if _in_parcel(case, dispatch):
        return None
    if awaits_stock(case):
        message = "The stock has not confirmed the replacement yet: report the parcel again in a moment."
        return Refusal(rule="R39", code="stock_has_not_answered", message=message)
    if dispatch.sku:
        message = (
            f"No replacement {dispatch.sku} is waiting to be sent: check the sku, or leave it out to mean all of them."
        )
    else:
        message = "No replacement is waiting to be sent: do not send any goods."
    return Refusal(rule="R39", code="no_replacement_reserved", message=message)


def is_known_parcel(case: Case, dispatch: Dispatch) -> bool:
    """Return whether exactly this parcel was reported before."""
    of_kind = [one for one in case.sent if one.goods is dispatch.goods]
    return any(is_same_number(one.tracking_number, dispatch.tracking_number) for one in of_kind)


def dispatched(case: Case, dispatch: Dispatch, at: datetime) -> Case:
    """Return the case with the parcel on its way.

    The units that it replaces count as replaced from now on (R39). Refused units of the parcel's sku, or of all lines,
    no longer have to be sent back (R28).
    """
    parcel = OutboundParcel(
        goods=dispatch.goods,
        carrier=dispatch.carrier,
        tracking_number=dispatch.tracking_number,
        sent_at=at,
        sent_by=dispatch.sent_by,
    )
    if dispatch.goods is DispatchedGoods.REFUSED_GOODS:
        lines = (line.amend(to_send_back=0) if dispatch.sku in {None, line.sku} else line for line in case.lines)
        return case.amend(lines=tuple(lines), sent=(*case.sent, parcel))
    in_parcel = _in_parcel(case, dispatch)
    for one in in_parcel:
        case = case.with_line(_with_replaced(_line_of(case, one), one))
        case = case.with_replacement(one.amend(state=ReplacementState.SENT, tracking_number=dispatch.tracking_number))
    return case.amend(sent=(*case.sent, parcel))


def sent_in(case: Case, tracking_number: str) -> tuple[Replacement, ...]:
    """Return the replacements that count as sent in the parcel with that number, in whatever spelling."""
    sent = [one for one in case.replacements if one.state is ReplacementState.SENT and one.tracking_number]
    return tuple(one for one in sent if is_same_number(one.tracking_number or "", tracking_number))


def not_arrived(case: Case) -> tuple[str, ...]:
    """Return the numbers of the parcels with replacements whose delivery no courier has reported (R4, R39)."""
    delivered = [one for one in case.sent if one.delivered_at and not one.has_failed]
    sent = {one.tracking_number or "" for one in case.replacements if one.state is ReplacementState.SENT}
    return tuple(
        sorted(number for number in sent if not any(is_same_number(number, one.tracking_number) for one in delivered))
    )


def replaced_again(case: Case, lost: Replacement) -> Case:
    """Return the case after a replacement did not arrive: another one of the same product is planned for it (R39).

    What is owed from now on are the units of the lost one, which have what was paid less the difference: the difference
    is paid once, and if the stock has no more of the product, or a human decides so, just the rest is refunded.
    """
    line, units = _line_of(case, lost), units_by_replacement(case)[lost.replacement_id]
    case = case.with_line(_without_replaced(line, lost.sku, units))
    case = case.with_replacement(lost.amend(state=ReplacementState.LOST, units=units))
    return case.with_replacement(
        Replacement(
            replacement_id=next_replacement_id(case),
            line_sku=lost.line_sku,
            sku=lost.sku,
            quantity=lost.quantity,
            difference=case.money(0),
            units=tuple(one.amend(generation=one.generation + 1) for one in units),
        )
    )


def found_in(case: Case, tracking_number: str) -> tuple[Replacement, ...]:
    """Return the replacements of that parcel that counted as lost and whose second one has not been sent yet (R39)."""
    lost = [one for one in case.replacements if one.state is ReplacementState.LOST and one.tracking_number]
    mine = [one for one in lost if is_same_number(one.tracking_number or "", tracking_number)]
    return tuple(one for one in mine if _in_its_place(case, one))


def found_again(case: Case, found: Replacement) -> Case:
    """Return the case after a lost replacement was delivered after all: the one in its place goes back to the stock."""
    line, second = _line_of(case, found), _in_its_place(case, found)
    parts = split(found.difference.minor, [max(1, one.goods) for one in found.units])
    sold = tuple(
        one.amend(generation=one.generation - 1, goods=one.goods + part).named(found.sku, line.sku)
        for one, part in zip(found.units, parts, strict=True)
    )
    back = {one.of(found.sku) for one in found.units}
    others = [share for share in line.units if share.of(line.sku) not in back]
    units = (*others[: line.replaced], *sold, *others[line.replaced :])
    case = case.with_line(line.amend(units=units, replaced=line.replaced + len(sold)))
    for one in second:
        case = case.with_replacement(one.amend(state=ReplacementState.RELEASING))
    return case.with_replacement(found.amend(state=ReplacementState.SENT))


def _in_its_place(case: Case, lost: Replacement) -> list[Replacement]:
    after = {one.amend(generation=one.generation + 1).of(lost.sku) for one in lost.units}
    pending = [one for one in case.replacements if one.state in PENDING and one.line_sku == lost.line_sku]
    return [one for one in pending if {share.of(one.sku) for share in one.units} == after]


def _with_replaced(line: CaseLine, one: Replacement) -> CaseLine:
    """Return the line with the units of the replacement as the last of its replaced ones, which come first."""
    mine = _replaced_by(line, one.sku, one.units)
    others = [share for share in line.units if share not in mine]
    units = (*others[: line.replaced], *mine, *others[line.replaced :]) if mine else line.units
    return line.amend(units=units, replaced=line.replaced + one.quantity)


def _without_replaced(line: CaseLine, sku: str, units: tuple[UnitShare, ...]) -> CaseLine:
    """Return the line with these units, after the settled ones, in place of those that they had replaced."""
    gone = _replaced_by(line, sku, units)
    others = [share for share in line.units if share not in gone]
    replaced = line.replaced - len(units)
    settled, back = replaced + line.paid, [share.named(sku, line.sku) for share in units]
    return line.amend(units=(*others[:settled], *back, *others[settled:]), replaced=replaced)


def _replaced_by(line: CaseLine, sku: str, units: tuple[UnitShare, ...]) -> list[UnitShare]:
    """Return the units of the line in whose place these units of other goods are."""
    before = {share.amend(generation=share.generation - 1).of(sku) for share in units}
    return [share for share in line.units if share.of(line.sku) in before]


def _line_of(case: Case, one: Replacement) -> CaseLine:
    return next(line for line in case.lines if line.sku == one.line_sku)


def _in_parcel(case: Case, dispatch: Dispatch) -> tuple[Replacement, ...]:
    return tuple(
        one for one in case.replacements if one.state is ReplacementState.RESERVED and dispatch.sku in {None, one.sku}
    )
