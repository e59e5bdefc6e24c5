"""Payout: what is owed, what the gateway answers, and how the case continues once it is paid (R25, R30-R36)."""

from dataclasses import replace
from datetime import datetime

from activities.cases import PayoutPlan
from domain.calendar import WindowName
from domain.cases.case import Case, Refusal
from domain.cases.messages import PayoutAnswer, RefundUpdate, ReturnsChanged
from domain.cases.payment_balance import Owed, PlanRequest, ReturnWay
from domain.cases.payout import Payout, RefundDue
from domain.cases.timeline import CaseEvent
from domain.enums import CaseState
from domain.payout_state import BlockReason, PayoutState
from domain.policy_document import PolicyDocument
from policy import deadlines, inspection, refund_amount
from policy import payout_rules as rules
from policy.case_reopening import counts, is_owed_outside
from policy.payments.payment_balance import owed_so_far, still_owed
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
    return owe(case, happened, policy) if refund_amount.owes(case, policy) else _rest(case, happened, at)


def take_answer(case: Case, arrived: ReceivedMessage[PayoutAnswer], policy: PolicyDocument) -> Transition:
    """Record the gateway's answer; only success counts as paid (R34), and a failure parks the case (R36, R37)."""
    answer = arrived.message.payout
    before = case.payout(answer.payout_id) or answer
    payout = rules.merge_gateway_state(before, answer)
    if payout == before:
        return Transition(case)
    case, happened = case.with_payout(payout), (answered(payout),)
    if payout.state is PayoutState.REVERSED:
        return _reversed(case.amend(ended_at=None), happened)
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


def returns_changed(case: Case, arrived: ReceivedMessage[ReturnsChanged], _policy: PolicyDocument) -> Transition:
    """Find out whether money that counted as paid is owed again (R32, R38)."""
    if not counts(case, arrived.message.provider, arrived.message.return_id):
        return Transition(case)
    parked = blocked(case.amend(ended_at=None), BlockReason.REFUND_REVERSED)
    return replace(parked, replans=COUNT_ONLY)


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
    if _was_only_sending(case):
        return Transition(case.amend(state=CaseState.REPLACEMENT_DUE, blocked_by=None, other_account=None), happened)
    return pay_rest(case, happened, PlanRequest())


def pay_rest(case: Case, happened: tuple[TimelineEvent, ...], asked: PlanRequest) -> Transition:
    """Pay all that is still owed, as asked (R32, R36)."""
    case = case.amend(state=CaseState.PAYOUT_DUE, blocked_by=None, other_account=None)
    return Transition(case, happened, replans=None if case.process_version == 1 else Replan(asked))


def replanned(
    transition: Transition, plan: PayoutPlan, replan: Replan, policy: PolicyDocument, at: datetime
) -> Transition:
    """Continue with the new plan: pay, wait for finance, or, if nothing is owed any more, go on (R32, R36, R38)."""
    before = transition.case
    case = before.amend(payouts=plan.payouts, counted=plan.counted)
    happened = (*transition.happened, *_planned(before, case), *_counted(before, case))
    case, marked = _marked_as_paid(case, replan, at)
    happened = (*happened, *marked)
    case = _without_rest(case) if replan.closes else case
    disputes = [one.return_id for one in case.counted[len(before.counted) :] if one.way is ReturnWay.DISPUTE]
    if disputes and not still_owed(case).total:
        case = case.amend(settled_by_dispute=disputes[-1])
    return _go_on(case, happened, replan, policy, at)


def _without_rest(case: Case) -> Case:
    """Return the case without what is still owed, which finance waives, and without the payouts for it (R43)."""
    for one in case.payouts:
        if one.state.has_paid_nothing and not one.released:
            case = case.with_payout(one.amend(state=PayoutState.CANCELED, released=True))
    rest = still_owed(case).total + (case.waived.minor if case.waived else 0)
    return case.amend(waived=case.money(rest)) if rest else case


def _go_on(
    case: Case, happened: tuple[TimelineEvent, ...], replan: Replan, policy: PolicyDocument, at: datetime
) -> Transition:
    if case.state not in PAYING:
        return Transition(case, happened)
    if rules.is_paid(case):
        return paid(case, happened, policy, at)
    if replan.asked.account is not None and case.state is CaseState.PAYOUT_BLOCKED:
        return Transition(case, happened)
    if not still_owed(case).total:
        return Transition(case.amend(state=CaseState.PAYOUT_DUE, blocked_by=None), happened)
    if case.state is CaseState.PAYOUT_DUE and not rules.is_on_its_way(case):
        return blocked(case, BlockReason.CAP_EXCEEDED, happened)
    return Transition(case, happened)


def _marked_as_paid(case: Case, replan: Replan, at: datetime) -> tuple[Case, tuple[TimelineEvent, ...]]:
    """Return the case with all that is owed outside marked as paid, if finance says so (R32, R36)."""
    if replan.paid_as is None:
        return case, ()
    owed = [one for one in case.payouts if one.is_outside and one.state is PayoutState.ACTION_REQUIRED]
    settled = [one.amend(state=PayoutState.SUCCEEDED, settled_at=at, gateway_refund_id=replan.paid_as) for one in owed]
    for one in settled:
        case = case.with_payout(one)
    return case, tuple(answered(one, replan.asked.requested_by) for one in settled)


def planned(case: Case, payouts: tuple[Payout, ...], policy: PolicyDocument, at: datetime) -> Transition:
    """Add the committed payouts to the case; if none of them goes through a gateway, the case is paid (R32, R35)."""
    fresh = payouts[len(case.payouts) :]
    happened = _planned(case, case.amend(payouts=payouts))
    case = case.amend(payouts=payouts)
    if any(payout.state is PayoutState.PLANNED for payout in fresh):
        return Transition(case, happened)
    return paid(case, happened, policy, at)


def _planned(before: Case, after: Case) -> tuple[TimelineEvent, ...]:
    fresh = [one for one in after.payouts if before.payout(one.payout_id) is None]
    return tuple(
        TimelineEvent(
            CaseEvent.REIMBURSEMENT_OWED if payout.is_outside else CaseEvent.PAYOUT_PLANNED,
            rule="R32" if payout.is_outside else "R35",
            details={"payout_id": payout.payout_id, **payout.amount.model_dump()},
        )
        for payout in fresh
    )


def _counted(before: Case, after: Case) -> tuple[TimelineEvent, ...]:
    """Return an event for each return that counts as paid from now on, or no longer, with its name (R32, R38)."""
    return tuple(
        TimelineEvent(
            CaseEvent.RETURN_COUNTED if one.amount.minor > 0 else CaseEvent.RETURN_NOT_COUNTED,
            one.counted_by,
            "R38" if one.way is ReturnWay.DISPUTE else "R32",
            {"way": one.way.value, "return_id": one.return_id, **one.amount.model_dump()},
        )
        for one in after.counted[len(before.counted) :]
    )


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


def owe(case: Case, happened: tuple[TimelineEvent, ...], policy: PolicyDocument) -> Transition:
    """Make what is owed for the accepted units due (R30, R31)."""
    return _owing(case, refund_amount.refund_due(case, policy), happened, policy)


def owe_instead(
    before: Case, after: Case, happened: tuple[TimelineEvent, ...], policy: PolicyDocument
) -> tuple[Case, tuple[TimelineEvent, ...]]:
    """Return the case with the money due for goods that are no longer to be replaced (R39).

    `before` is the case with the replacements, `after` without; what was due before stays due.
    """
    due = refund_amount.difference(refund_amount.refund_due(before, policy), refund_amount.refund_due(after, policy))
    if after.replacements == before.replacements or not due.total:
        return after, happened
    owing = _owing(after, due, happened, policy)
    return owing.case, owing.happened


def _owing(case: Case, due: RefundDue, happened: tuple[TimelineEvent, ...], policy: PolicyDocument) -> Transition:
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
    case = _with_owed(case, due)
    for one in refund_amount.unaccounted(case):
        case = case.with_replacement(one.amend(is_accounted=True))
    due_now = case.amend(state=CaseState.PAYOUT_DUE, refund_due=due, payout_plan_count=case.payout_plan_count + 1)
    return Transition(due_now, (*happened, owed))


def _with_owed(case: Case, due: RefundDue) -> Case:
    if case.process_version == 1:
        return case
    before, postage = case.owed or owed_so_far(case), due.return_postage.minor
    return case.amend(owed=Owed(goods=before.goods + due.total.minor - postage, postage=before.postage + postage))


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
    """End the case once nothing more is to come, not while goods are to be sent back (R28) or money is owed (R32)."""
    state = CaseState.RETURNING_TO_CUSTOMER if case.sends_back else end_state(case)
    known = () if state is case.state else (TimelineEvent(CaseEvent.of_end(state)),)
    goes_on = case.sends_back or state is CaseState.REIMBURSEMENT_DUE
    return Transition(case.amend(state=state, ended_at=None if goes_on else at), (*happened, *known))


def end_state(case: Case) -> CaseState:
    """Return the state in which a case ends when nothing more is to come (R26, R28, R39, R43).

    It does not end before finance has paid what is owed outside the original payments (R32). A case whose rest finance
    waived is closed, one with replaced units is exchanged, one with paid units refunded, one whose units were all
    refused has returned them to the customer, and any other is expired.
    """
    if case.process_version > 1 and is_owed_outside(case):
        return CaseState.REIMBURSEMENT_DUE
    if case.waived:
        return CaseState.CLOSED
    if any(line.replaced for line in case.lines):
        return CaseState.EXCHANGED
    if case.payouts or case.is_partly_paid:
        return CaseState.REFUNDED
    if any(line.refused for line in case.lines):
        return CaseState.RETURNING_TO_CUSTOMER
    return CaseState.EXPIRED
