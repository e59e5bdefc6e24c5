"""The refund request: who may ask, for which goods, until when, and with which evidence."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TypeAlias

from domain.calendar import Deadline, WorkCalendar
from domain.cases.case import Refusal
from domain.cases.evidence import EvidencePin
from domain.enums import EvidenceStatus, Reason
from domain.order import Order
from domain.policy_document import PolicyDocument
from domain.request import CaseIntake, RequestedLine
from policy import deadlines

_DOUBT = " (by the working-day calendar as far as it is published)"


def assess(
    order: Order | None, intake: CaseIntake, policy: PolicyDocument, calendar: WorkCalendar
) -> Refusal | Deadline:
    """Return why the request is refused, by the first rule it breaks, or the deadline of the request window it met.

    The order of the checks: R1 purchaser, R8 lines and units of the order, R10 special goods, R3 window, R4 receipt.
    A refusal of some lines says for each of the others whether it can be asked for, and until when. R7: what counts is
    when the server received the first submission, however late the evidence or this check comes.
    """
    if order is None or not is_purchaser(order, intake.customer_id):
        return _unknown_order()
    return (
        _unsold(order, intake)
        or _judge_special_goods(order, intake, policy, calendar)
        or _judge_windows(order, intake, policy, calendar)
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


def _unsold(order: Order, intake: CaseIntake) -> Refusal | None:
    refusals = [refusal for asked in intake.lines if (refusal := _unsold_line(order, asked))]
    return refusals[0].amend(message=" ".join(one.message for one in refusals)) if refusals else None


def _unsold_line(order: Order, asked: RequestedLine) -> Refusal | None:
    line = order.line(asked.sku)
    if line is None:
        return Refusal(rule="R8", code="unknown_sku", message=f"The order has no line {asked.sku}.")
    if asked.quantity > line.quantity:
        message = f"The request is for {asked.quantity} units of {asked.sku}, but only {line.quantity} were sold."
        return Refusal(rule="R8", code="too_many_units", message=message)
    return None


def _judge_windows(
    order: Order, intake: CaseIntake, policy: PolicyDocument, calendar: WorkCalendar
) -> Refusal | Deadline:
    """Return the earliest deadline of the lines, or a refusal if one of them is late (R3) or not received yet (R4)."""
    windows = _windows(order, intake, policy, calendar)
    if late := _late(windows, intake):
        message = " ".join([_says_late(windows, intake), *_says_rest(windows, intake)])
        return Refusal(rule="R3", code="request_window_passed", message=message, deadline=min(late.values(), key=_end))
    if None in windows.values():
        return Refusal(rule="R4", code="not_yet_received", message=" ".join(_says_rest(windows, intake)))
    return min((one for one in windows.values() if one), key=_end)


Windows: TypeAlias = Mapping[str, Deadline | None]
"""Until when each line can be asked for, by sku; None if it has not been received yet."""


def _windows(order: Order, intake: CaseIntake, policy: PolicyDocument, calendar: WorkCalendar) -> Windows:
    spec = deadlines.request_window(policy)
    receipts = {asked.sku: receipt(order, asked.sku) for asked in intake.lines}
    return {
        sku: deadlines.compute(spec.since(at), calendar) if at and _is_past(at, intake.received_at) else None
        for sku, at in receipts.items()
    }


def _is_past(received_at: datetime, now: datetime) -> bool:
    return received_at.replace(microsecond=0) <= now


def _end(deadline: Deadline) -> datetime:
    return deadline.when


def _late(windows: Windows, intake: CaseIntake) -> dict[str, Deadline]:
    return {sku: one for sku, one in windows.items() if one and not deadlines.in_time(intake.received_at, one)}


def _says_late(windows: Windows, intake: CaseIntake) -> str:
    late = _late(windows, intake)
    dates = ", ".join(f"for {sku} on {one.last_day.isoformat()}" for sku, one in late.items())
    is_guessed = any(one.provisional for one in late.values())
    return f"The time to ask for a refund ended {dates}{_DOUBT if is_guessed else ''}; the right is waived."


def without_doubt(message: str) -> str:
    """Return the text of a late refusal as it reads once the calendar is published (R6)."""
    return message.replace(_DOUBT, "")


def _says_rest(windows: Windows, intake: CaseIntake) -> list[str]:
    """Return what to do about the lines that are not late: those that can be asked for, and those not received yet."""
    open_until = {sku: one.last_day for sku, one in windows.items() if one and sku not in _late(windows, intake)}
    open_lines = ", ".join(f"{sku} until {day.isoformat()}" for sku, day in open_until.items())
    unreceived = ", ".join(sku for sku, one in windows.items() if one is None)
    awaited = f"Not received yet: {unreceived}. Ask again after delivery, or confirm the receipt in the shop."
    still = f"You can still ask for {open_lines}, in a request without the other lines."
    return [*([awaited] if unreceived else []), *([still] if open_lines else [])]


def _judge_special_goods(
    order: Order, intake: CaseIntake, policy: PolicyDocument, calendar: WorkCalendar
) -> Refusal | None:
    """Return why special goods are refused, with what is true of the other lines of the request (R10)."""
    refusal = check_special_goods(order, intake, policy)
    if refusal is None:
        return None
    windows = _windows(order, intake, policy, calendar)
    others = {sku: one for sku, one in windows.items() if not _is_special(order, sku)}
    late = [_says_late(others, intake)] if _late(others, intake) else []
    return refusal.amend(message=" ".join([refusal.message, *late, *_says_rest(others, intake)]))


def check_special_goods(order: Order, intake: CaseIntake, policy: PolicyDocument) -> Refusal | None:
    """Return why a request for special goods is refused, or None; what counts is the line as it was sold (R10).

    By default special goods are refused for every reason; a policy version with `audit_sellers_fault` sends
    seller's-fault cases to a human audit instead.
    """
    if policy.special_goods == "audit_sellers_fault" and policy.is_sellers_fault(intake.reason):
        return None
    special = [asked.sku for asked in intake.lines if _is_special(order, asked.sku)]
    if not special:
        return None
    message = f"Made for you and therefore not refundable: {', '.join(special)}."
    return Refusal(rule="R10", code="special_goods", message=message)


def _is_special(order: Order, sku: str) -> bool:
    line = order.line(sku)
    return line is not None and line.special
