"""The units that replacements put in the place of others: their goods, what they are worth, their parcels (R39)."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from domain.cases.case import Case
from domain.cases.case_lines import CaseLine
from domain.cases.exchange import OutboundParcel, Replacement
from domain.enums import ReplacementState
from domain.money import split
from domain.order import UnitShare
from policy.parcels.parcel_codes import is_same_number

_LEFT = frozenset({ReplacementState.SENT, ReplacementState.LOST})


class ReplacedUnit(NamedTuple):
    """A unit in the place of another: the goods that it consists of, what they are worth, and how they were sent."""

    sku: str
    product_name: str
    share: UnitShare
    sent_at: datetime
    tracking_number: str | None = None
    delivered_at: datetime | None = None


def replaced_units(case: Case) -> tuple[ReplacedUnit, ...]:
    """Return the units that the case's replacements have put in the place of others, in the order of these (R39)."""
    units = units_by_replacement(case)
    sent = [one for one in case.replacements if one.state in _LEFT]
    return tuple(_replaced(case, one, share) for one in sent for share in units[one.replacement_id])


def units_by_replacement(case: Case) -> dict[str, tuple[UnitShare, ...]]:
    """Return the units of each replacement that was sent, by its id.

    A replacement that release 0.1.0 planned does not say which units it replaced: it gets those of its line that no
    other replacement has, in their order, and their part of the difference.
    """
    units = {one.replacement_id: one.units for one in case.replacements if one.state in _LEFT}
    known = {share.of(one.sku)[:2] for one in case.replacements for share in units.get(one.replacement_id, ())}
    for line in case.lines:
        rest = [one for one in line.units[: line.replaced] if one.of(line.sku)[:2] not in known]
        unsaid = [one for one in case.replacements if one.line_sku == line.sku and units.get(one.replacement_id) == ()]
        for one in unsaid:
            units[one.replacement_id] = _divided(rest[: one.quantity], line, one, case.payment_step)
            rest = rest[one.quantity :]
    return units


def successor(share: UnitShare, line: CaseLine, sku: str, difference: int) -> UnitShare:
    """Return the unit that takes the place of one of the line, if it is exchanged for that product (R39).

    It has what was paid for the unit less the difference, and its share of the outbound postage, which has not been
    refunded: by any number of replacements, no more goes back for a unit than was paid for it.
    """
    replaced = share.amend(generation=share.generation + 1, goods=share.goods - difference)
    return replaced.named(line.sku, sku)


def _divided(units: Sequence[UnitShare], line: CaseLine, one: Replacement, step: int) -> tuple[UnitShare, ...]:
    if not units:
        return ()
    goods = [each.goods for each in units]
    parts = split(one.difference.minor, goods, step) if one.difference.minor < sum(goods) else goods
    return tuple(successor(each, line, one.sku, min(each.goods, part)) for each, part in zip(units, parts, strict=True))


def _replaced(case: Case, one: Replacement, share: UnitShare) -> ReplacedUnit:
    parcel = _parcel(case, one)
    return ReplacedUnit(
        sku=one.sku,
        product_name=_name(case, one),
        share=share,
        sent_at=parcel.sent_at if parcel else case.ended_at or case.updated_at,
        tracking_number=one.tracking_number,
        delivered_at=parcel.delivered_at if parcel and not parcel.has_failed else None,
    )


def _parcel(case: Case, one: Replacement) -> OutboundParcel | None:
    number = one.tracking_number
    return next((each for each in case.sent if number and is_same_number(each.tracking_number, number)), None)


def _name(case: Case, one: Replacement) -> str:
    line = next(line for line in case.lines if line.sku == one.line_sku)
    if one.sku == line.sku:
        return line.product_name
    return line.exchange_for.product_name if line.exchange_for and line.exchange_for.sku == one.sku else ""
