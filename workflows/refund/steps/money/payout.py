"""Payout: what is owed, what the gateway answers, and how the case continues once it is paid (R25, R30-R36)."""

from dataclasses import replace
from datetime import datetime

from domain.cases.case import Case, Refusal
from domain.cases.messages import PayoutAnswer, RefundUpdate
from domain.cases.payment_balance import PlanRequest
from domain.cases.payout import Payout
from domain.cases.timeline import CaseEvent
from domain.enums import CaseState
from domain.payout_state import BlockReason, PayoutState
from domain.policy_document import PolicyDocument
from policy import payout_rules as rules
from policy import refund_amount
from workflows.refund.steps.completion import continue_or_end, taken_up
from workflows.refund.steps.money.money_due import owe
from workflows.refund.transition import ReceivedMessage, Replan, TimelineEvent, Transition

PAYING = frozenset(
    {CaseState.PAYOUT_DUE, CaseState.PAYOUT_BLOCKED, CaseState.REIMBURSEMENT_DUE, CaseState.CHARGEBACK_HOLD}
)
COUNT_ONLY = Replan(PlanRequest(pays=False, counts_shortage=True))
"""Counts what went back another way if the payments cannot pay what is owed any more, and plans nothing (R37, R38)."""


def continue_after_inspection(
    case: Case, happened: tuple[TimelineEvent, ...], policy: PolicyDocument, at: datetime
) -> Transition:
    """Make the money for the accepted units due; if there is none, wait for the rest or end (R26, R28, R39)."""
    return owe(case, happened, policy) if refund_amount.owes(case, policy) else continue_or_end(case, happened, at)


def take_answer(case: Case, arrived: ReceivedMessage[PayoutAnswer], policy: PolicyDocument) -> Transition:
    """Record the gateway's answer; only success counts as paid (R34), and a failure parks the case (R36, R37)."""
    answer = arrived.message.payout
    before = case.payout(answer.payout_id) or answer
    payout = rules.merge_gateway_state(before, answer)
    if payout == before:
        return Transition(case)
    case, happened = case.with_payout(payout), (answered(payout),)
    if payout.state is PayoutState.REVERSED:
        return _reversed(taken_up(case), happened)
    if case.state not in PAYING:
        return Transition(case, happened)
    if payout.state.has_paid_nothing:
        return blocked(case, BlockReason.GATEWAY_FAILED, happened)
    return _if_paid(case, happened, policy, arrived.at)


def _reversed(case: Case, happened: tuple[TimelineEvent, ...]) -> Transition:
    """Park the case; what a dispute or a refund by hand has returned meanwhile is not paid again (R37, R38)."""
    parked = blocked(case, BlockReason.REFUND_REVERSED, happened)
    return parked if case.process_version == 1 else replace(parked, replans=COUNT_ONLY)


def _if_paid(case: Case, happened: tuple[TimelineEvent, ...], policy: PolicyDocument, at: datetime) -> Transition:
    """Continue once everything is paid; if what was on its way is paid and more is owed, finance decides (R32)."""
    if rules.is_paid(case):
        return paid(case, happened, policy, at)
    if case.process_version == 1 or rules.is_on_its_way(case) or case.state is not CaseState.PAYOUT_DUE:
        return Transition(case, happened)
    return blocked(case, BlockReason.CAP_EXCEEDED, happened)


def request_check(case: Case, arrived: ReceivedMessage[RefundUpdate], _policy: PolicyDocument) -> Transition | Refusal:
    """Have the gateway asked for a refund's state; its notice is a reason to ask, never the answer itself (R37)."""
    payout_id = arrived.message.payout_id
    if case.payout(payout_id) is None:
        return Refusal(rule="R37", code="unknown_payout", message=f"The case has no payout {payout_id}.")
    if payout_id in case.refund_checks:
        return Transition(case)
    return Transition(case.amend(refund_checks=(*case.refund_checks, payout_id)))


def blocked(case: Case, reason: BlockReason, happened: tuple[TimelineEvent, ...] = ()) -> Transition:
    """Park the case for finance, who contact the customer (R36)."""
    parked = TimelineEvent(CaseEvent.PAYOUT_BLOCKED, rule="R36", details={"code": reason})
    return Transition(case.amend(state=CaseState.PAYOUT_BLOCKED, blocked_by=reason), (*happened, parked))


def paid(case: Case, happened: tuple[TimelineEvent, ...], policy: PolicyDocument, at: datetime) -> Transition:
    """Count the accepted units as paid, except replaced ones, and continue with the rest (R26, R28, R39).

    While a dispute holds a replacement, that waits on (R38).
    """
    part_paid = case.agreed_amount is not None
    lines = tuple(
        line.amend(
            paid=line.accepted - line.replaced - case.replacing(line.sku),
            part_paid=line.refused if part_paid else line.part_paid,
        )
        for line in case.lines
    )
    is_for_goods = part_paid or lines != case.lines
    paid_at = at if is_for_goods and case.process_version > 1 else case.paid_at
    is_held = rules.holds_replacement(case)
    case = case.amend(lines=lines, agreed_amount=None, paid_at=paid_at)
    if is_held:
        return Transition(case, happened)
    case = case.amend(blocked_by=None)
    return continue_after_inspection(case, happened, policy, at)


def answered(payout: Payout, by: str = "gateway") -> TimelineEvent:
    """Return the timeline event for a payout's current state (R34)."""
    details = {
        "payout_id": payout.payout_id,
        "amount": payout.amount.minor,
        "currency": payout.amount.currency,
        "refund_id": payout.gateway_refund_id,
        "failure_code": payout.failure_code,
    }
    rule = "R37" if payout.state is PayoutState.REVERSED else "R34"
    return TimelineEvent(CaseEvent.of_payout(payout.state), by, rule, dict(details))
