"""Exchange: accepted units are replaced from stock; what is not in stock is refunded instead (R28, R39)."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import JsonValue

from domain.cases.case import Case, Refusal
from domain.cases.exchange import Replacement
from domain.cases.messages import CaseResolution, DeliveryReport, Dispatch, StockAnswer
from domain.cases.timeline import CaseEvent
from domain.enums import CaseState, CourierStatus, DispatchedGoods, HoldReason, ReplacementState
from domain.payout_state import BlockReason
from domain.policy_document import PolicyDocument
from policy import dispatches
from policy import exchange as rules
from policy.payout_rules import may_pay
from workflows.refund.steps.completion import taken_up
from workflows.refund.steps.money import dispute, payout
from workflows.refund.transition import ReceivedMessage, TimelineEvent, Transition

_SENDING = frozenset({CaseState.REPLACEMENT_DUE, CaseState.RETURNING_TO_CUSTOMER})
_WAITING = frozenset(
    {CaseState.AWAITING_RETURN, CaseState.IN_TRANSIT, CaseState.LOST_IN_RETURN, CaseState.RETURNING_TO_CUSTOMER}
)
RESENDS_SINCE = 2
"""The first version of the process that sends another replacement for one that does not arrive."""


def replace_or_refund(
    case: Case, happened: tuple[TimelineEvent, ...], policy: PolicyDocument, at: datetime
) -> Transition | Refusal:
    """Replace or refund the accepted units; replacements are reserved first (R25, R26, R39)."""
    if not may_pay(case):
        message = "Record the inspection first: without it there is no payout and no replacement."
        return Refusal(rule="R25", code="not_inspected", message=message)
    known = len(case.replacements)
    case = rules.plan(case)
    planned = tuple(_happened(CaseEvent.REPLACEMENT_PLANNED, one) for one in case.replacements[known:])
    if planned:
        return Transition(case.amend(state=CaseState.REPLACEMENT_DUE), (*happened, *planned))
    return payout.continue_after_inspection(case, happened, policy, at)


def replace_or_refund_without_goods(
    case: Case, happened: tuple[TimelineEvent, ...], policy: PolicyDocument, at: datetime
) -> Transition | Refusal:
    """Replace or refund every unit that is not settled, although nothing came back (R22, R23)."""
    lines = tuple(line.amend(accepted=line.accepted + line.outstanding) for line in case.lines)
    return replace_or_refund(case.amend(lines=lines), happened, policy, at)


def take_answer(case: Case, arrived: ReceivedMessage[StockAnswer], policy: PolicyDocument) -> Transition:
    """Record the stock's answer; once every answer is there, what is not in stock is refunded (R39)."""
    if arrived.message.hold_reason:
        return _held(case, arrived.message.hold_reason)
    before = case.replacements
    case = rules.answered(case, arrived.message.states)
    happened = tuple(
        _happened(CaseEvent.of_replacement(one.state), one) for one in case.replacements if one not in before
    )
    if case.state is not CaseState.REPLACEMENT_DUE or rules.awaits_stock(case):
        return Transition(case, happened)
    return payout.continue_after_inspection(case, happened, policy, arrived.at)


def dispatch(case: Case, arrived: ReceivedMessage[Dispatch], policy: PolicyDocument) -> Transition | Refusal:
    """Record that a parcel has left for the customer, with replacements (R39) or refused goods (R28)."""
    parcel = arrived.message
    if dispatches.is_known_parcel(case, parcel):
        return Transition(case)
    if case.state is CaseState.CHARGEBACK_HOLD and parcel.goods is DispatchedGoods.REPLACEMENT:
        message = "A payment of the order is disputed: keep the parcel until the dispute has ended."
        return Refusal(rule="R38", code="chargeback_hold", message=message)
    if refusal := dispatches.check_dispatch(case, parcel):
        return refusal
    case = dispatches.dispatched(case, parcel, arrived.at)
    happened = (_left(parcel),)
    if not case.is_open or case.state not in _SENDING or case.awaits_replacement:
        return Transition(case, happened)
    return payout.continue_after_inspection(case, happened, policy, arrived.at)


def take_delivery_report(
    case: Case, arrived: ReceivedMessage[DeliveryReport], policy: PolicyDocument
) -> Transition | Refusal:
    """Have another replacement sent, or the goods refunded, because the one in that parcel will not arrive (R39, R43).

    If it was delivered after all before the other one left, that one is not sent.

    A run that release 0.1.0 began leaves it at that, and says so.
    """
    if case.process_version < RESENDS_SINCE:
        message = "Release 0.1.0 opened this case: reopen it with a reason_code once it has ended."
        return Refusal(rule="R39", code="not_resent", message=message)
    report = arrived.message
    if report.word == CourierStatus.DELIVERED:
        return _found(case, report, policy, arrived.at)
    return _send_again(case, dispatches.sent_in(case, report.tracking_number), "courier", report.word)


def reopen_undelivered(
    case: Case, arrived: ReceivedMessage[CaseResolution], _policy: PolicyDocument
) -> Transition | Refusal:
    """Do the same because somebody of the shop says that the replacement did not arrive, and why (R12, R39)."""
    resolution = arrived.message
    if resolution.reason_code is None:
        message = "Send reason_code: what the customer or the courier says about the replacement."
        return Refusal(rule="R12", code="reason_required", message=message)
    lost = [one for number in dispatches.not_arrived(case) for one in dispatches.sent_in(case, number)]
    return _send_again(case, lost, resolution.decided_by, resolution.reason_code)


def _found(case: Case, report: DeliveryReport, policy: PolicyDocument, at: datetime) -> Transition:
    happened: list[TimelineEvent] = []
    for one in dispatches.found_in(case, report.tracking_number):
        case = dispatches.found_again(case, one)
        details = {"replacement_id": one.replacement_id, "tracking_number": one.tracking_number}
        happened += [TimelineEvent(CaseEvent.REPLACEMENT_FOUND, "courier", "R39", dict(details))]
    if not happened or case.state is not CaseState.REPLACEMENT_DUE or case.awaits_replacement:
        return Transition(case, tuple(happened))
    return payout.continue_after_inspection(case, tuple(happened), policy, at)


def _send_again(case: Case, lost: Sequence[Replacement], by: str, word: str) -> Transition:
    """Plan other replacements; the warehouse then has to send them, and an auditor may have the goods refunded (R39).

    A case that is busy with other units goes on with them first, if they are here.
    """
    happened: list[TimelineEvent] = []
    for one in lost:
        case = dispatches.replaced_again(case, one)
        details = {"replacement_id": one.replacement_id, "tracking_number": one.tracking_number, "why": word}
        happened += [TimelineEvent(CaseEvent.REPLACEMENT_LOST, by, "R39", dict(details))]
        happened += [_happened(CaseEvent.REPLACEMENT_PLANNED, case.replacements[-1])]
    if lost and (not case.is_open or case.state in _WAITING):
        case = taken_up(case).amend(state=CaseState.REPLACEMENT_DUE)
    return Transition(case, tuple(happened))


def refund_instead(
    case: Case, arrived: ReceivedMessage[CaseResolution], policy: PolicyDocument
) -> Transition | Refusal:
    """Refund the goods instead of sending their replacement, because a human decided so (R39)."""
    if arrived.message.decision not in rules.RESOLUTIONS_BEFORE_SENDING:
        message = "The replacement is about to be sent; the only decision is pay, which refunds the goods instead."
        return Refusal(rule="R39", code="settlement_not_offered", message=message)
    happened = TimelineEvent(CaseEvent.EXCHANGE_GIVEN_UP, arrived.message.decided_by, "R39")
    return payout.continue_after_inspection(rules.give_up(case), (happened,), policy, arrived.at)


def _held(case: Case, why: HoldReason) -> Transition:
    """Hold for a chargeback (R38), or let finance decide because the money for the goods already went back (R32)."""
    if case.state is not CaseState.REPLACEMENT_DUE:
        return Transition(case)
    return dispute.hold(case, ()) if why is HoldReason.CHARGE_DISPUTED else payout.blocked(case, BlockReason(why.value))


def _left(parcel: Dispatch) -> TimelineEvent:
    is_replacement = parcel.goods is DispatchedGoods.REPLACEMENT
    details = {"carrier": parcel.carrier, "tracking_number": parcel.tracking_number}
    event, rule = (CaseEvent.REPLACEMENT_SENT, "R39") if is_replacement else (CaseEvent.GOODS_SENT_BACK, "R28")
    return TimelineEvent(event, parcel.sent_by, rule, dict(details))


def _happened(event: CaseEvent, one: Replacement) -> TimelineEvent:
    details: dict[str, JsonValue] = {
        "replacement_id": one.replacement_id,
        "sku": one.sku,
        "quantity": one.quantity,
        "difference": one.difference.minor,
    }
    actor = "system" if one.state is ReplacementState.PLANNED else "stock"
    return TimelineEvent(event, actor, "R39", details)
