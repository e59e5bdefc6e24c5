"""Which units of an order a case gets (R11), and how each of them is finally settled (R28, R39)."""

from collections.abc import Mapping
from typing import NamedTuple

from domain.cases.case import Case, Refusal
from domain.cases.case_lines import CaseLine
from domain.enums import CaseState
from domain.errors import UnitsTakenError
from domain.order import Unit, UnitShare

REFUND, REPLACEMENT = "refund", "replacement"


class Hold(NamedTuple):
    """What a held unit will become (refund, replacement or unknown), and whether that is final."""

    settled: bool = False
    settles_as: str | None = None


def choose_units(case: Case, holders: Mapping[Unit, str]) -> Case | Refusal:
    """Return the case with the units it gets, or the refusal when a line has too few free units (R11).

    `holders` maps every unit of the order that is in an open case, or was refunded or replaced, to its case. The lines
    must come with the shares of all units on offer: a case keeps the units it already has, then gets the first free
    ones. An ended case gets no new units.
    """
    lines: list[CaseLine] = []
    for line in case.lines:
        own, free = _available(case, line, holders)
        if case.is_open and len(own) + len(free) < line.quantity:
            return too_few(line.sku, line.quantity, len(free))
        units = sorted([*own, *free][: line.quantity], key=lambda share: (share.unit, share.generation))
        lines.append(line.amend(units=tuple(units)))
    return case.amend(lines=tuple(lines))


def has_choice(case: Case) -> bool:
    """Return whether the case lists more units than it will hold, for example when it reopens after a refusal (R12)."""
    return any(len(line.units) > line.quantity for line in case.lines)


def may_choose_again(case: Case) -> bool:
    """Return whether the case is open and may get other units than its own: none of them has been inspected (R11)."""
    return case.is_open and all(line.outstanding == line.quantity for line in case.lines)


def holds(case: Case) -> dict[Unit, Hold]:
    """Return the units that the case holds: all of them while it is open, the settled ones forever (R11).

    A case that was taken up again for nothing but its money or a replacement holds only the units that it accepted,
    until the rest arrives after all.
    """
    holds_all = case.is_open and (case.ends_in is None or case.rest_received_at is not None)
    return {
        share.of(line.sku): hold
        for line in case.lines
        for index, share in enumerate(line.units)
        if (hold := _hold(case, line, index)).settled or holds_all or (case.is_open and index < line.accepted)
    }


def _available(case: Case, line: CaseLine, holders: Mapping[Unit, str]) -> tuple[list[UnitShare], list[UnitShare]]:
    """Return the line's units that the case already has, and the free ones that it may get."""
    holder = [(share, holders.get(share.of(line.sku))) for share in line.units]
    own = [share for share, case_id in holder if case_id == case.case_id]
    return own, [share for share, case_id in holder if case_id is None] if case.is_open else []


def too_few(sku: str, wanted: int, free: int) -> Refusal:
    """Return the refusal of a request for more units than are free (R11)."""
    message = (
        f"{sku}: {wanted} asked for, {free} free; "
        "the others are in another refund case or were refunded already. Ask for fewer."
    )
    return Refusal(rule="R11", code=UnitsTakenError.code, message=message)


def _hold(case: Case, line: CaseLine, index: int) -> Hold:
    """Return how the unit at this position of its line is settled: replaced units first, then refunded ones (R39)."""
    # A partial refund settles refused units as well (R28); these are counted from the end of the line.
    if index >= len(line.units) - (line.refused if case.agreed_amount else line.part_paid):
        return Hold(settled=True, settles_as=REFUND)
    if index < line.replaced:
        return Hold(settled=True, settles_as=REPLACEMENT)
    if index < line.settled:
        return Hold(settled=True, settles_as=REFUND)
    if index < line.settled + case.replacing(line.sku):
        return Hold(settles_as=REPLACEMENT)
    return Hold(settles_as=REFUND if case.state is CaseState.PAYOUT_DUE and index < line.accepted else None)
