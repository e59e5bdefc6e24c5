"""The refund request: who may ask, for which goods, until when, and with which evidence."""

from collections.abc import Collection
from datetime import datetime

from domain.calendar import Deadline, WorkCalendar
from domain.cases.case import Refusal
from domain.cases.evidence import EvidencePin
from domain.enums import EvidenceStatus, Reason
from domain.order import Order
from domain.policy_document import PolicyDocument
from domain.request import CaseIntake, RequestedLine
from policy import deadlines


def assess(
    order: Order | None, intake: CaseIntake, policy: PolicyDocument, calendar: WorkCalendar
) -> Refusal | Deadline:
    """Return why the request is refused, by the first rule it breaks, or the deadline of the request window it met.

    The order of the checks: R1 purchaser, R8 lines and units of the order, R10 special goods, R4 receipt, R3 window.
    R7: what counts is when the server received the first submission, however late the evidence or this check comes.
    """
    if order is None or not is_purchaser(order, intake.customer_id):
        return _unknown_order()
    return (
        _unsold(order, intake)
        or check_special_goods(order, intake, policy)
        or _not_received(order, intake)
        or _judge_window(order, intake, policy, calendar)
    )


def is_purchaser(order: Order, customer_id: str) -> bool:
    """Return whether the customer bought the order; nobody else may ask (R1)."""
    return order.customer_id == customer_id


def receipt(order: Order, sku: str) -> datetime | None:
    """Return when the customer received the line, or None if it has not been received yet (R4).

    This is the last delivery among the parcels that held the line, once all of them are delivered; otherwise the
    customer's confirmation. Neither a parcel returned to its sender nor the date of the order counts.
    """
    deliveries = [
        parcel.delivered_at for parcel in order.parcels if sku in parcel.skus and not parcel.returned_to_sender
    ]
    delivered = [at for at in deliveries if at is not None]
    if deliveries and len(delivered) == len(deliveries):
        return max(delivered)
    return order.receipt_confirmed_at


def missing_evidence(reason: Reason, policy: PolicyDocument, pins: Collection[EvidencePin]) -> bool:
    """Return whether the reason requires photos or videos and none is verified and pinned yet (R8)."""
    is_mandatory = reason in policy.evidence_mandatory_for
    return is_mandatory and not any(pin.status is EvidenceStatus.PINNED for pin in pins)


def awaits_uploads(pins: Collection[EvidencePin]) -> bool:
    """Return whether an announced piece of evidence is neither pinned nor refused yet (R8)."""
    return any(pin.status is EvidenceStatus.ANNOUNCED for pin in pins)


def _unknown_order() -> Refusal:
    return Refusal(
        rule="R1",
        code="unknown_order",
        message="This customer has no such order. Check the order number and the customer.",
    )


def _unsold(order: Order, intake: CaseIntake) -> Refusal | None:
    refusals = (_unsold_line(order, asked) for asked in intake.lines)
    return next((refusal for refusal in refusals if refusal), None)


def _unsold_line(order: Order, asked: RequestedLine) -> Refusal | None:
    line = order.line(asked.sku)
    if line is None:
        return Refusal(rule="R8", code="unknown_sku", message=f"The order has no line {asked.sku}.")
    if asked.quantity > line.quantity:
        message = f"The request is for {asked.quantity} units of {asked.sku}, but only {line.quantity} were sold."
        return Refusal(rule="R8", code="too_many_units", message=message)
    return None


def _not_received(order: Order, intake: CaseIntake) -> Refusal | None:
    skus = [asked.sku for asked in intake.lines if not _is_received(order, asked.sku, intake.received_at)]
    if not skus:
        return None
    message = f"Not received yet: {', '.join(skus)}. Ask again after delivery, or confirm the receipt in the shop."
    return Refusal(rule="R4", code="not_yet_received", message=message)


def _is_received(order: Order, sku: str, at: datetime) -> bool:
    received_at = receipt(order, sku)
    return received_at is not None and received_at.replace(microsecond=0) <= at


def _judge_window(
    order: Order, intake: CaseIntake, policy: PolicyDocument, calendar: WorkCalendar
) -> Refusal | Deadline:
    """Return the deadline of the request window, or a refusal that names it when the request is late (R3, R7).

    With several lines, the one with the earliest deadline decides.
    """
    spec = deadlines.request_window(policy)
    receipts = [at for asked in intake.lines if (at := receipt(order, asked.sku)) is not None]
    deadline = deadlines.compute(spec.since(min(receipts)), calendar)
    return deadline if deadlines.in_time(intake.received_at, deadline) else _late(deadline)


def _late(deadline: Deadline) -> Refusal:
    certainty = " (by the working-day calendar as far as it is published)" if deadline.provisional else ""
    message = f"The time to ask for a refund ended on {deadline.last_day.isoformat()}{certainty}; the right is waived."
    return Refusal(rule="R3", code="request_window_passed", message=message, deadline=deadline)


def check_special_goods(order: Order, intake: CaseIntake, policy: PolicyDocument) -> Refusal | None:
    """Return why a request for special goods is refused, or None; what counts is the line as it was sold (R10).

    By default special goods are refused for every reason; a policy version with `audit_sellers_fault` sends
    seller's-fault cases to a human audit instead.
    """
    if _goes_to_audit(intake, policy):
        return None
    skus = [asked.sku for asked in intake.lines if _is_special(order, asked.sku)]
    if not skus:
        return None
    return Refusal(
        rule="R10",
        code="special_goods",
        message=f"Made for you and therefore not refundable: {', '.join(skus)}. Ask for the other lines without them.",
    )


def _goes_to_audit(intake: CaseIntake, policy: PolicyDocument) -> bool:
    return policy.special_goods == "audit_sellers_fault" and policy.is_sellers_fault(intake.reason)


def _is_special(order: Order, sku: str) -> bool:
    line = order.line(sku)
    return line is not None and line.special
