"""The refund amount: what was paid for each unit, and what is owed."""

from collections.abc import Sequence

from domain.cases.case import Case
from domain.cases.case_lines import CaseLine
from domain.cases.exchange import Replacement
from domain.cases.payout import RefundDue
from domain.enums import ReplacementState
from domain.money import split
from domain.order import Order, OrderLine, UnitShare
from domain.policy_document import PolicyDocument
from policy.parcels.return_postage import SUMS_PARCELS, not_due_yet


def shares_by_line(order: Order, step: int = 1) -> dict[str, tuple[UnitShare, ...]]:
    """Return what was paid for each unit of the order as it was sold, in minor units, by line.

    R30: the goods with their tax and discount, and their share of the outbound postage. The postage is spread over all
    units of the order by the value of the goods, so that it is refunded at most once per order. R33: the shares of a
    line add up to what was paid for it, and the postage shares to the postage, whatever the order of the lines. Each
    share is a multiple of `step`, which every provider of the order's payments can pay: lines that are no multiples
    themselves are rounded by largest remainder first, and a rest of the whole order goes to its last unit.
    """
    lines = sorted(order.lines, key=lambda line: line.sku)
    paid = split(sum(line.paid for line in lines), [line.paid for line in lines], step)
    units = [
        (line.sku, goods) for line, of_line in zip(lines, paid, strict=True) for goods in _cut(of_line, line, step)
    ]
    postage = split(order.outbound_postage, [goods for _, goods in units], step)
    shares: dict[str, list[UnitShare]] = {line.sku: [] for line in lines}
    for (sku, goods), post in zip(units, postage, strict=True):
        mine = shares[sku]
        mine.append(UnitShare(unit=len(mine) + 1, goods=goods, outbound_postage=post))
    return {sku: tuple(mine) for sku, mine in shares.items()}


def _cut(paid: int, line: OrderLine, step: int) -> tuple[int, ...]:
    return split(paid, [1] * line.quantity, step)


def refund_due(case: Case, policy: PolicyDocument) -> RefundDue:
    """Return what is owed for the accepted units that are not paid yet, in the case's currency.

    R30: the goods; if the seller is at fault, also their outbound postage and the return postage of every parcel as far
    as the shop bears it, once each. R31: for `personal`, the price of a label that the shop paid for is deducted once
    per case, never below zero, and rounded down to a step that the payments can take (R33). R28: the amount agreed for
    refused units, at most their value, counts as goods and brings no postage; it is owed as long as
    `case.agreed_amount` is set. R39: for replaced units, the amount by which the replacement is cheaper counts as
    goods, and return postage is owed in the same way.
    """
    differences = sum(one.difference.minor for one in unaccounted(case))
    goods = sum(unit.goods for unit in _unpaid(case)) + _agreed(case) + differences
    outbound = _outbound_of(_unpaid(case), case, policy)
    postage = _return_postage(case, policy)
    label = _label_deduction(case, policy, goods + outbound)
    return RefundDue(
        goods=case.money(goods),
        outbound_postage=case.money(outbound),
        return_postage=case.money(postage),
        label_deduction=case.money(label),
        total=case.money(goods + outbound + postage - label),
    )


def difference(before: RefundDue, after: RefundDue) -> RefundDue:
    """Return by how much more is owed after a change than before it, part by part."""
    return RefundDue(**{name: getattr(after, name) - getattr(before, name) for name in RefundDue.model_fields})


def postage_due(case: Case) -> RefundDue:
    """Return what is owed for return postage alone, that of every parcel that has not fallen due (R30)."""
    nothing, postage = case.money(0), case.money(not_due_yet(case))
    return RefundDue(
        goods=nothing, outbound_postage=nothing, return_postage=postage, label_deduction=nothing, total=postage
    )


def together(before: RefundDue | None, more: RefundDue) -> RefundDue:
    """Return what is owed before and after something more has fallen due, part by part."""
    if before is None:
        return more
    return RefundDue(**{name: getattr(before, name) + getattr(more, name) for name in RefundDue.model_fields})


def owes(case: Case, policy: PolicyDocument) -> bool:
    """Return whether anything is owed now, for accepted, refused or replaced units (R26, R28, R39)."""
    if case.agreed_amount or _unpaid(case):
        return True
    may_owe = bool(unaccounted(case)) or not_due_yet(case) > 0
    return may_owe and refund_due(case, policy).total.minor > 0


def unaccounted(case: Case) -> tuple[Replacement, ...]:
    """Return the sent replacements whose difference has not been made due yet, also if they got lost (R39)."""
    sent = {ReplacementState.SENT, ReplacementState.LOST}
    return tuple(one for one in case.replacements if one.state in sent and not one.is_accounted)


def value_awaiting_replacement(case: Case) -> int:
    """Return what was paid for the units whose replacement is still to be sent, in minor units (R38, R39)."""
    return sum(
        unit.goods for line in case.lines for unit in line.units[line.settled : line.settled + case.replacing(line.sku)]
    )


def goods_value(case: Case) -> int:
    """Return what was paid for the goods of the case, in minor units; R16 and R23 compare their ceilings with it."""
    return sum(line.goods for line in case.lines)


def failed_value(case: Case) -> int:
    """Return what was paid for the failed units, in minor units: the most that a partial refund can be (R28)."""
    return sum(unit.goods for line in case.lines for unit in _last_units(line, line.failed, line.refused))


def _unpaid(case: Case) -> list[UnitShare]:
    """Return the accepted units still to be refunded, without those that are or will be replaced (R39)."""
    return [unit for line in case.lines for unit in line.units[line.settled + case.replacing(line.sku) : line.accepted]]


def _paid(case: Case) -> list[UnitShare]:
    return [unit for line in case.lines for unit in line.units[line.replaced : line.settled]]


def _outbound_of(units: Sequence[UnitShare], case: Case, policy: PolicyDocument) -> int:
    if case.reason not in policy.postage.refund_outbound_for:
        return 0
    return sum(unit.outbound_postage for unit in units)


def _return_postage(case: Case, policy: PolicyDocument) -> int:
    if case.process_version >= SUMS_PARCELS:
        return not_due_yet(case)
    return _postage_by_0_1_0(case, policy) if _accepts_first_units(case) else 0


def _postage_by_0_1_0(case: Case, policy: PolicyDocument) -> int:
    """Return the return postage that release 0.1.0 promised to a case, in minor units: one parcel's, capped."""
    paid = case.shipment.postage if case.shipment else None
    if paid is None or paid.currency != case.currency:
        return 0
    if case.reason not in policy.postage.reimburse_return_for:
        return 0
    return max(0, min(paid.minor, policy.postage.return_cap.get(case.currency, 0)))


def _accepts_first_units(case: Case) -> bool:
    was_accounted = any(one.is_accounted for one in case.replacements)
    return bool(_unpaid(case) or unaccounted(case)) and not (_paid(case) or was_accounted)


def _label_deduction(case: Case, policy: PolicyDocument, owed: int) -> int:
    if policy.is_sellers_fault(case.reason) or case.shop_paid_label is None:
        return 0
    price = case.shop_paid_label.minor - case.shop_paid_label.minor % case.payment_step
    is_noted = case.process_version >= SUMS_PARCELS
    return min(owed, max(0, price - (case.label_deducted if is_noted else _label_deducted_by_0_1_0(case, policy))))


def with_label_deducted(case: Case, policy: PolicyDocument) -> Case:
    """Return the case with how much of its label was deducted, if release 0.1.0 opened it, which did not say so."""
    if case.process_version >= SUMS_PARCELS or case.shop_paid_label is None:
        return case
    return case.amend(label_deducted=_label_deducted_by_0_1_0(case, policy))


def _label_deducted_by_0_1_0(case: Case, policy: PolicyDocument) -> int:
    """Return how much of the label's price a case has had deducted that does not say so, in minor units (R31).

    As long as there is no payout, that is all that was owed for the settled units; a payout exists only after the label
    has been deducted in full. An amount agreed for refused units (R28) is not part of any unit's value; it is included
    in the last deduction.
    """
    if case.payouts:
        return case.shop_paid_label.minor if case.shop_paid_label else 0
    if not case.is_partly_paid:
        return 0
    last = case.refund_due.label_deduction.minor if case.refund_due else 0
    differences = sum(one.difference.minor for one in case.replacements if one.is_accounted)
    paid = sum(unit.goods for unit in _paid(case)) + _outbound_of(_paid(case), case, policy)
    return max(last, paid + differences)


def _agreed(case: Case) -> int:
    if case.agreed_amount is None:
        return 0
    refused = sum(unit.goods for line in case.lines for unit in _last_units(line, line.refused, 0))
    return min(case.agreed_amount.minor, refused)


def _last_units(line: CaseLine, count: int, after: int) -> tuple[UnitShare, ...]:
    # Accepted units are counted from the front, refused and failed ones from the back: they never overlap.
    end = len(line.units) - after
    return line.units[end - count : end]
