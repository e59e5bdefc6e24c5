"""The refund amount: what each unit was paid for, and what is owed."""

from collections.abc import Sequence

from domain.cases.case import Case, Refusal
from domain.cases.case_lines import CaseLine, UnitShare
from domain.cases.exchange import Replacement
from domain.cases.messages import CourierTracking
from domain.cases.payout import RefundDue
from domain.enums import ReplacementState
from domain.money import Money, split
from domain.order import Order
from domain.policy_document import PolicyDocument


def unit_shares(order: Order, sku: str) -> tuple[UnitShare, ...]:
    """Return what was paid for each unit of the line, in minor units; () for a sku the order does not have.

    R30: the goods with their tax and discount, and their share of the outbound postage, which is spread over all
    units of the order by the goods' value, so that it is refunded once per order at most. R33: the shares of a
    line add up to what was paid for it, the postage of all units to the postage, in whatever order the lines stand.
    """
    lines = sorted(order.lines, key=lambda line: line.sku)
    units = [(line.sku, goods) for line in lines for goods in split(line.paid, [1] * line.quantity)]
    postage = split(order.outbound_postage, [goods for _, goods in units])
    mine = [(goods, post) for (owner, goods), post in zip(units, postage, strict=True) if owner == sku]
    return tuple(
        UnitShare(unit=unit, goods=goods, outbound_postage=post) for unit, (goods, post) in enumerate(mine, start=1)
    )


def refund_due(case: Case, policy: PolicyDocument) -> RefundDue:
    """Return what is owed for the accepted units that are not paid yet, in the case's currency.

    R30: the goods; where the seller is at fault their outbound postage too, and with the first accepted units of the
    case the return postage up to the policy's cap. R31: for `personal` the price of a label that the shop paid is
    deducted, once per case and never below nothing. R28: what is agreed for refused units, at most their value,
    counts with the goods and brings no postage; it is owed as long as `case.agreed_amount` names it. R39: for units
    that were replaced, what the replacement is cheaper by counts with the goods, and return postage is owed alike.
    """
    differences = sum(one.difference.minor for one in unaccounted(case))
    goods = sum(unit.goods for unit in _unpaid(case)) + _agreed(case) + differences
    outbound = _outbound_of(_unpaid(case), case, policy)
    postage = _return_postage(case, policy)
    label = _label_deduction(case, policy, goods + outbound)
    return RefundDue(
        goods=_money(case, goods),
        outbound_postage=_money(case, outbound),
        return_postage=_money(case, postage),
        label_deduction=_money(case, label),
        total=_money(case, goods + outbound + postage - label),
    )


def owes(case: Case, policy: PolicyDocument) -> bool:
    """Return whether anything is owed now: for accepted or refused units, or for what was replaced (R26, R28, R39)."""
    if case.agreed_amount or _unpaid(case):
        return True
    return bool(unaccounted(case)) and refund_due(case, policy).total.minor > 0


def unaccounted(case: Case) -> tuple[Replacement, ...]:
    """Return the replacements that were sent since something last fell due (R39)."""
    return tuple(one for one in case.replacements if one.state is ReplacementState.SENT and not one.is_accounted)


def value_awaiting_replacement(case: Case) -> int:
    """Return what was paid for the units whose replacement is to be sent, in minor units (R38, R39)."""
    return sum(
        unit.goods for line in case.lines for unit in line.units[line.settled : line.settled + case.replacing(line.sku)]
    )


def check_postage(case: Case, tracking: CourierTracking) -> Refusal | None:
    """Return the refusal of a return postage that cannot be reimbursed: negative or in another currency (R30)."""
    postage = tracking.postage
    if postage is None or (postage.currency == case.currency and postage.minor >= 0):
        return None
    message = f"postage: give what was paid in {case.currency}, the currency of the case, and not less than nothing."
    return Refusal(rule="R30", code="postage_not_reimbursable", message=message)


def goods_value(case: Case) -> int:
    """Return what was paid for the goods of the case, in minor units: the measure of the ceilings of R16 and R23."""
    return sum(unit.goods for line in case.lines for unit in line.units)


def failed_value(case: Case) -> int:
    """Return what was paid for the units that failed the inspection, in minor units: the most to agree on (R28)."""
    return sum(unit.goods for line in case.lines for unit in _last_units(line, line.failed, line.refused))


def _unpaid(case: Case) -> list[UnitShare]:
    """Return the accepted units to be refunded: not those that a replacement was sent for or is on its way (R39)."""
    return [unit for line in case.lines for unit in line.units[line.settled + case.replacing(line.sku) : line.accepted]]


def _paid(case: Case) -> list[UnitShare]:
    return [unit for line in case.lines for unit in line.units[line.replaced : line.settled]]


def _outbound_of(units: Sequence[UnitShare], case: Case, policy: PolicyDocument) -> int:
    if case.reason not in policy.postage.refund_outbound_for:
        return 0
    return sum(unit.outbound_postage for unit in units)


def _return_postage(case: Case, policy: PolicyDocument) -> int:
    paid = case.shipment.postage if case.shipment else None
    if paid is None or paid.currency != case.currency or not _accepts_first_units(case):
        return 0
    if case.reason not in policy.postage.reimburse_return_for:
        return 0
    return max(0, min(paid.minor, policy.postage.return_cap.get(case.currency, 0)))


def _accepts_first_units(case: Case) -> bool:
    was_accounted = any(one.is_accounted for one in case.replacements)
    return bool(_unpaid(case) or unaccounted(case)) and not (_paid(case) or was_accounted)


def _label_deduction(case: Case, policy: PolicyDocument, owed: int) -> int:
    # Once something was paid out, the label had been deducted in full.
    if policy.is_sellers_fault(case.reason) or case.shop_paid_label is None or case.payouts:
        return 0
    return min(owed, max(0, case.shop_paid_label.minor - _label_borne(case, policy)))


def _label_borne(case: Case, policy: PolicyDocument) -> int:
    """Return what the label has taken before: with no payout yet, that is all that was owed for what is settled.

    What was agreed for refused units (R28) is no unit's value: it shows in what was deducted last.
    """
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


def _money(case: Case, minor: int) -> Money:
    return Money(minor=minor, currency=case.currency)
