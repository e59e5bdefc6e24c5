"""Payout: what is owed, what the gateway answers, and how the case continues once it is paid (R25, R30-R36)."""

from datetime import datetime

from domain.calendar import WindowName
from domain.cases.case import Case, Refusal
from domain.cases.messages import PayoutAnswer, RefundUpdate
from domain.cases.payout import Payout
from domain.cases.timeline import CaseEvent
from domain.enums import CaseState
from domain.payout_state import BlockReason, PayoutState
from domain.policy_document import PolicyDocument
from policy import deadlines, inspection, refund_amount
from policy import payout_rules as rules
from workflows.refund.transition import ReceivedMessage, TimelineEvent, Transition

PAYING = frozenset({CaseState.PAYOUT_DUE, CaseState.PAYOUT_BLOCKED, CaseState.CHARGEBACK_HOLD})


def continue_after_inspection(
    case: Case, happened: tuple[TimelineEvent, ...], policy: PolicyDocument, at: datetime
) -> Transition:
    """Make the money for the accepted units due; if there is none, wait for the rest or end (R26, R28, R39)."""
    return _owe(case, happened, policy) if refund_amount.owes(case, policy) else _rest(case, happened, at)


def take_answer(case: Case, arrived: ReceivedMessage[PayoutAnswer], policy: PolicyDocument) -> Transition:
    """Record the gateway's answer; only success counts as paid (R34), and a failure parks the case (R36, R37)."""
    answer = arrived.message.payout
    before = case.payout(answer.payout_id) or answer
    payout = rules.merge_gateway_state(before, answer)
    if payout == before:
        return Transition(case)
    case, happened = case.with_payout(payout), (answered(payout),)
    if payout.state is PayoutState.REVERSED:
        return blocked(case.amend(ended_at=None), BlockReason.REFUND_REVERSED, happened)
    if case.state not in PAYING:
        return Transition(case, happened)
    if payout.state.has_paid_nothing:
        return blocked(case, BlockReason.GATEWAY_FAILED, happened)
    return paid(case, happened, policy, arrived.at) if rules.is_paid(case) else Transition(case, happened)


def request_check(case: Case, arrived: ReceivedMessage[RefundUpdate], _policy: PolicyDocument) -> Transition | Refusal:
    """Have the gateway asked for a refund's state; its notice is a reason to ask, never the answer itself (R37)."""
    payout_id = arrived.message.payout_id
    if case.payout(payout_id) is None:
        return Refusal(rule="R37", code="unknown_payout", message=f"The case has no payout {payout_id}.")
    if payout_id in case.refund_checks:
        return Transition(case)
    return Transition(case.amend(refund_checks=(*case.refund_checks, payout_id)))


def again(case: Case, happened: tuple[TimelineEvent, ...]) -> Transition:
    """Retry failed payouts, each as a new attempt with a new key (R36-R38), or resume sending replacements (R39)."""
    for payout in case.payouts:
        case = case.with_payout(payout.next_attempt()) if rules.may_try_again(case, payout) else case
    state = CaseState.REPLACEMENT_DUE if _was_only_sending(case) else CaseState.PAYOUT_DUE
    return Transition(case.amend(state=state, blocked_by=None, other_account=None), happened)


def planned(case: Case, payouts: tuple[Payout, ...], policy: PolicyDocument, at: datetime) -> Transition:
    """Add the committed payouts to the case; if none of them goes through a gateway, the case is paid (R32, R35)."""
    fresh = payouts[len(case.payouts) :]
    happened = tuple(
        TimelineEvent(
            CaseEvent.REIMBURSEMENT_OWED if payout.is_outside else CaseEvent.PAYOUT_PLANNED,
            rule="R32" if payout.is_outside else "R35",
            details={"payout_id": payout.payout_id, **payout.amount.model_dump()},
        )
        for payout in fresh
    )
    case = case.amend(payouts=payouts)
    if any(payout.state is PayoutState.PLANNED for payout in fresh):
        return Transition(case, happened)
    return paid(case, happened, policy, at)


def blocked(case: Case, reason: BlockReason, happened: tuple[TimelineEvent, ...] = ()) -> Transition:
    """Park the case for finance, who contact the customer (R36)."""
    parked = TimelineEvent(CaseEvent.PAYOUT_BLOCKED, rule="R36", details={"code": reason})
    return Transition(case.amend(state=CaseState.PAYOUT_BLOCKED, blocked_by=reason), (*happened, parked))


def paid(case: Case, happened: tuple[TimelineEvent, ...], policy: PolicyDocument, at: datetime) -> Transition:
    """Count the accepted units as paid, except replaced ones, and continue with the rest (R26, R28, R39)."""
    part_paid = case.agreed_amount is not None
    lines = tuple(
        line.amend(
            paid=line.accepted - line.replaced - case.replacing(line.sku),
            part_paid=line.refused if part_paid else line.part_paid,
        )
        for line in case.lines
    )
    return continue_after_inspection(case.amend(lines=lines, agreed_amount=None, blocked_by=None), happened, policy, at)


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


def _was_only_sending(case: Case) -> bool:
    """Return whether only a replacement was held back, so that nothing is to be paid again (R32, R38, R39)."""
    is_unplanned = case.blocked_by is not None and case.blocked_by is not BlockReason.REFUNDED_EXTERNALLY
    return case.awaits_replacement and rules.is_paid(case) and not is_unplanned


def _owe(case: Case, happened: tuple[TimelineEvent, ...], policy: PolicyDocument) -> Transition:
    due = refund_amount.refund_due(case, policy)
    owed = TimelineEvent(
        CaseEvent.PAYOUT_DUE if due.total else CaseEvent.NOTHING_OWED,
        rule="R30" if policy.is_sellers_fault(case.reason) else "R31",
        details={
            "goods": due.goods.minor,
            "outbound_postage": due.outbound_postage.minor,
            "return_postage": due.return_postage.minor,
            "label_deduction": due.label_deduction.minor,
            "total": due.total.minor,
            "currency": due.total.currency,
        },
    )
    for one in refund_amount.unaccounted(case):
        case = case.with_replacement(one.amend(is_accounted=True))
    due_now = case.amend(state=CaseState.PAYOUT_DUE, refund_due=due, payout_plan_count=case.payout_plan_count + 1)
    return Transition(due_now, (*happened, owed))


def _rest(case: Case, happened: tuple[TimelineEvent, ...], at: datetime) -> Transition:
    """Send replacements (R39), let a human decide about failed units (R27), send refused ones back (R28), wait or end.

    What the case then waits for is missing goods (R26).
    """
    if case.awaits_replacement:
        return Transition(case.amend(state=CaseState.REPLACEMENT_DUE), happened)
    if inspection.needs_decision(case):
        return Transition(
            case.amend(state=CaseState.INSPECTION_FAILED),
            (*happened, TimelineEvent(CaseEvent.DECISION_NEEDED, rule="R27")),
        )
    is_rest_out = any(line.outstanding for line in case.lines) and not case.sends_back
    return (_wait_for_rest(case, happened, at) if is_rest_out else None) or _end(case, happened, at)


def _wait_for_rest(case: Case, happened: tuple[TimelineEvent, ...], at: datetime) -> Transition | None:
    """Return the case waiting for its missing goods, or None when they can no longer be sent (R26)."""
    if case.rest_received_at:
        received = case.amend(state=CaseState.RECEIVED, received_at=case.rest_received_at, rest_received_at=None)
        return Transition(received, happened)
    awaited = (*happened, TimelineEvent(CaseEvent.REST_AWAITED, rule="R26"))
    if case.shipment and not case.shipment.is_inspected:
        return Transition(case.amend(state=CaseState.IN_TRANSIT), awaited)
    ship_by = case.deadline(WindowName.SHIP_BY)
    if ship_by and deadlines.in_time(at, ship_by):
        return Transition(case.amend(state=CaseState.AWAITING_RETURN), awaited)
    return None


def _end(case: Case, happened: tuple[TimelineEvent, ...], at: datetime) -> Transition:
    """End the case once nothing more is to come, and not while refused goods have to be sent back (R28)."""
    state = CaseState.RETURNING_TO_CUSTOMER if case.sends_back else end_state(case)
    known = () if state is case.state else (TimelineEvent(CaseEvent.of_end(state)),)
    return Transition(case.amend(state=state, ended_at=None if case.sends_back else at), (*happened, *known))


def end_state(case: Case) -> CaseState:
    """Return the state in which a case ends when nothing more is to come (R26, R28, R39).

    A case with replaced units is exchanged, one with paid units refunded, one whose units were all refused has returned
    them to the customer, and any other is expired.
    """
    if any(line.replaced for line in case.lines):
        return CaseState.EXCHANGED
    if case.payouts or case.is_partly_paid:
        return CaseState.REFUNDED
    if any(line.refused for line in case.lines):
        return CaseState.RETURNING_TO_CUSTOMER
    return CaseState.EXPIRED
