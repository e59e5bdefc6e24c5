"""The units of an order as they are now: those sold, and replacements in the place of what they replace (R11, R39)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from domain.cases.case import Case
from domain.cases.case_lines import CaseLine
from domain.cases.exchange import Substitute
from domain.order import Order, Unit, UnitShare
from policy.parcels.deliveries import receipt
from policy.parcels.parcel_codes import is_same_number
from policy.refund_amount import shares_by_line
from policy.units.replaced_units import ReplacedUnit, replaced_units


class OrderUnit(NamedTuple):
    """A unit that the customer has or awaits: its goods, what is still paid for it, when it was received, its case."""

    sku: str
    product_name: str
    share: UnitShare
    received_at: datetime | None
    is_free: bool = True
    holder: str | None = None

    @property
    def unit(self) -> Unit:
        """Which unit of the order it is."""
        return self.share.of(self.sku)


class UnitsInCases(NamedTuple):
    """What the cases of an order say of its units: in which step they were cut, who holds which, what was replaced."""

    payment_step: int | None = None
    holders: Mapping[Unit, str] = MappingProxyType({})
    exchanges: Sequence[Case] = ()


def order_units(order: Order, step: int = 1, in_cases: UnitsInCases = UnitsInCases()) -> tuple[OrderUnit, ...]:  # noqa: B008 - immutable
    """Return each unit of the order once, as it is now: the last replacement that was sent for it, or what was sold.

    R4: a replacement has its own receipt, by its own parcel. R11: a unit is free if no case holds it.
    """
    replaced = [unit for case in in_cases.exchanges for unit in replaced_units(case)]
    sold = _without_parcels_of(replaced, order)
    now = {one.unit: one for one in _sold_units(sold, step)}
    for one in sorted(replaced, key=lambda unit: unit.share.generation):
        unit = OrderUnit(one.sku, one.product_name, one.share, _received_at(one, order))
        now[unit.unit._replace(generation=0)] = unit
    return tuple(_with_holder(one, in_cases.holders.get(one.unit)) for one in now.values())


def meant_by(sku: str, units: Sequence[OrderUnit]) -> tuple[OrderUnit, ...]:
    """Return the units that a request can mean by a sku: goods with it, and replacements of the order line with it."""
    own = [one for one in units if one.sku == sku]
    return (*own, *(one for one in units if one.sku != sku and one.unit.sku == sku))


def are_of(order: Order, in_cases: UnitsInCases, case: Case) -> bool:
    """Return whether the shares of the case's units are those that the order and its other cases have (R30, R39)."""
    shares = shares_by_line(order, case.payment_step)
    known = {(sku, share) for sku, of_line in shares.items() for share in of_line}
    known |= {(unit.sku, unit.share) for each in in_cases.exchanges for unit in replaced_units(each)}
    return all((line.sku, share) in known for line in case.lines for share in line.units)


def on_offer(lines: Sequence[CaseLine], ready: Mapping[str, Sequence[OrderUnit]]) -> tuple[CaseLine, ...]:
    """Return the lines by the goods that the customer has, each with the shares of all units that it may get (R39).

    `ready` are the units that each line can mean, in the order in which they are given to it. A line whose units were
    replaced by another product becomes a line of that product, in whole or as far as it has to.
    """
    found: dict[str, CaseLine] = {}
    for line in lines:
        for sku, count in _by_goods(line, ready[line.sku]).items():
            units = [one for one in ready[line.sku] if one.sku == sku]
            fresh, known = _line_of(line, sku, units), found.get(sku)
            shares = dict.fromkeys((*(known.units if known else ()), *(one.share for one in units)))
            quantity = count + (known.quantity if known else 0)
            found[sku] = (known or fresh).amend(quantity=quantity, units=tuple(shares))
    return tuple(found.values())


def _line_of(line: CaseLine, sku: str, units: Sequence[OrderUnit]) -> CaseLine:
    name = next((one.product_name for one in units if one.product_name), line.product_name)
    substitute = _substitute(line, sku, name)
    if sku == line.sku:
        return line.amend(product_name=name, exchange_for=substitute)
    return CaseLine(sku=sku, product_name=name, quantity=line.quantity, exchange_for=substitute)


def _by_goods(line: CaseLine, ready: Sequence[OrderUnit]) -> dict[str, int]:
    """Return how many units of which goods the line means: its own first, then replacements of it by other products."""
    free = [one.sku for one in ready if one.is_free][: line.quantity]
    counts = {sku: free.count(sku) for sku in dict.fromkeys(free)}
    missing = line.quantity - len(free)
    if missing:
        sku = next(iter(counts), ready[0].sku if ready else line.sku)
        counts[sku] = counts.get(sku, 0) + missing
    return counts


def _substitute(line: CaseLine, sku: str, product_name: str) -> Substitute | None:
    wanted = line.exchange_for
    is_same = wanted is not None and (wanted.sku == sku or (wanted.sku == line.sku and wanted.price is None))
    return Substitute(sku=sku, product_name=product_name) if is_same else wanted


def _sold_units(order: Order, step: int) -> list[OrderUnit]:
    shares = shares_by_line(order, step)
    received = {line.sku: receipt(order, line.sku) for line in order.lines}
    return [
        OrderUnit(line.sku, line.product_name, share, received[line.sku])
        for line in order.lines
        for share in shares[line.sku]
    ]


def _without_parcels_of(replaced: Sequence[ReplacedUnit], order: Order) -> Order:
    """Return the order without parcels that held replacements: they say nothing about the goods that were sold."""
    numbers = [one.tracking_number for one in replaced if one.tracking_number]
    parcels = [
        one for one in order.parcels if not any(is_same_number(one.tracking_number, number) for number in numbers)
    ]
    return order.amend(parcels=tuple(parcels)) if len(parcels) < len(order.parcels) else order


def _received_at(one: ReplacedUnit, order: Order) -> datetime | None:
    """Return when the customer received a replacement: its parcel's delivery, else the confirmation since (R4)."""
    if one.delivered_at:
        return one.delivered_at
    number = one.tracking_number or ""
    stated = [each for each in order.parcels if number and is_same_number(each.tracking_number, number)]
    delivered = [each.delivered_at for each in stated if each.delivered_at and not each.returned_to_sender]
    confirmed = order.receipt_confirmed_at
    return max(delivered, default=confirmed if confirmed and confirmed >= one.sent_at else None)


def _with_holder(one: OrderUnit, holder: str | None) -> OrderUnit:
    return one._replace(is_free=holder is None, holder=holder)
