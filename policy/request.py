"""The refund request: who may ask, for which goods, until when, and with which evidence."""

from collections.abc import Collection, Sequence

from domain.calendar import Deadline
from domain.cases.case import Refusal
from domain.cases.evidence import EvidencePin
from domain.enums import EvidenceStatus, Reason
from domain.order import Order
from domain.policy_document import PolicyDocument
from domain.request import CaseIntake
from policy.units.request_windows import LineWindows, judge_windows, says_late, says_rest


def assess(
    order: Order | None, intake: CaseIntake, policy: PolicyDocument, windows: Sequence[LineWindows]
) -> Refusal | Deadline:
    """Return why the request is refused, by the first rule it breaks, or the deadline of the request window it met.

    The order of the checks: R1 purchaser, R8 lines and units of the order, R10 special goods, R3 window, R4 receipt.
    A refusal of some lines says for each of the others whether it can be asked for, and until when. R7: what counts is
    when the server received the first submission, however late the evidence or this check comes. R39: `windows` are
    about the units of the order as they are now, with replacements in the place of what they replace.
    """
    if order is None or not is_purchaser(order, intake.customer_id):
        return _unknown_order()
    return _unsold(windows) or _judge_special_goods(order, intake, policy, windows) or judge_windows(windows)


def is_purchaser(order: Order, customer_id: str) -> bool:
    """Return whether the customer bought the order; nobody else may ask (R1)."""
    return order.customer_id == customer_id


def missing_evidence(reason: Reason, policy: PolicyDocument, pins: Collection[EvidencePin]) -> bool:
    """Return whether the reason requires photos or videos and none is verified and pinned yet (R8)."""
    is_mandatory = reason in policy.evidence_mandatory_for
    return is_mandatory and not any(pin.status is EvidenceStatus.PINNED for pin in pins)


def awaits_uploads(reason: Reason, policy: PolicyDocument, pins: Collection[EvidencePin]) -> bool:
    """Return whether evidence that the reason requires is announced and neither pinned nor refused yet (R8).

    What is optional never holds a case up: its photos may come while the case is under audit.
    """
    is_mandatory = reason in policy.evidence_mandatory_for
    return is_mandatory and any(pin.status is EvidenceStatus.ANNOUNCED for pin in pins)


def _unknown_order() -> Refusal:
    return Refusal(
        rule="R1",
        code="unknown_order",
        message="This customer has no such order. Check the order number and the customer.",
    )


def _unsold(windows: Sequence[LineWindows]) -> Refusal | None:
    refusals = [refusal for one in windows if (refusal := _unsold_line(one))]
    return refusals[0].amend(message=" ".join(one.message for one in refusals)) if refusals else None


def _unsold_line(asked: LineWindows) -> Refusal | None:
    if not asked.units:
        return Refusal(rule="R8", code="unknown_sku", message=f"The order has no line {asked.sku}.")
    if asked.quantity > len(asked.units):
        message = f"The request is for {asked.quantity} units of {asked.sku}, but only {len(asked.units)} were sold."
        return Refusal(rule="R8", code="too_many_units", message=message)
    return None


def _judge_special_goods(
    order: Order, intake: CaseIntake, policy: PolicyDocument, windows: Sequence[LineWindows]
) -> Refusal | None:
    """Return why special goods are refused, with what is true of the other lines of the request (R10)."""
    refusal = check_special_goods(order, intake, policy, windows)
    if refusal is None:
        return None
    others = [one for one in windows if not _is_special(order, one)]
    return refusal.amend(message=" ".join([refusal.message, *says_late(others), *says_rest(others)]))


def check_special_goods(
    order: Order, intake: CaseIntake, policy: PolicyDocument, windows: Sequence[LineWindows]
) -> Refusal | None:
    """Return why a request for special goods is refused, or None; what counts is the line as it was sold (R10).

    By default special goods are refused for every reason; a policy version with `audit_sellers_fault` sends
    seller's-fault cases to a human audit instead.
    """
    if policy.special_goods == "audit_sellers_fault" and policy.is_sellers_fault(intake.reason):
        return None
    special = [one.sku for one in windows if _is_special(order, one)]
    if not special:
        return None
    message = f"Made for you and therefore not refundable: {', '.join(special)}."
    return Refusal(rule="R10", code="special_goods", message=message)


def _is_special(order: Order, asked: LineWindows) -> bool:
    lines = (order.line(one.unit.sku) for one in asked.units)
    return any(line is not None and line.special for line in lines)
