"""Replanning: what is still owed is counted and planned anew, and the case continues with it (R32, R36-R38)."""

from dataclasses import replace
from datetime import datetime

from activities.case_changes import PayoutPlan
from domain.cases.case import Case
from domain.cases.messages import ReturnsChanged
from domain.cases.payment_balance import PlanRequest, ReturnWay
from domain.cases.payout import Payout
from domain.cases.timeline import CaseEvent
from domain.enums import CaseState
from domain.payout_state import BlockReason, PayoutState
from domain.policy_document import PolicyDocument
from policy import payout_rules as rules
from policy.case_reopening import counts
from policy.payments.payment_balance import still_owed
from workflows.refund.steps.completion import taken_up
from workflows.refund.steps.money import payout
from workflows.refund.transition import ReceivedMessage, Replan, TimelineEvent, Transition


def returns_changed(case: Case, arrived: ReceivedMessage[ReturnsChanged], _policy: PolicyDocument) -> Transition:
    """Find out whether money that counted as paid is owed again (R32, R38)."""
    if not counts(case, arrived.message.provider, arrived.message.return_id):
        return Transition(case)
    parked = payout.blocked(taken_up(case), BlockReason.REFUND_REVERSED)
    return replace(parked, replans=payout.COUNT_ONLY)


def again(case: Case, happened: tuple[TimelineEvent, ...]) -> Transition:
    """Retry failed payouts, each as a new attempt with a new key (R36-R38), or resume sending replacements (R39)."""
    for one in case.payouts:
        case = case.with_payout(one.next_attempt()) if rules.may_try_again(case, one) else case
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
    if case.state not in payout.PAYING:
        return Transition(case, happened)
    if rules.is_paid(case):
        return payout.paid(case, happened, policy, at)
    if replan.asked.account is not None and case.state is CaseState.PAYOUT_BLOCKED:
        return Transition(case, happened)
    if not still_owed(case).total:
        return Transition(case.amend(state=CaseState.PAYOUT_DUE, blocked_by=None), happened)
    if case.state is CaseState.PAYOUT_DUE and not rules.is_on_its_way(case):
        return payout.blocked(case, BlockReason.CAP_EXCEEDED, happened)
    return Transition(case, happened)


def _marked_as_paid(case: Case, replan: Replan, at: datetime) -> tuple[Case, tuple[TimelineEvent, ...]]:
    """Return the case with all that is owed outside marked as paid, if finance says so (R32, R36)."""
    if replan.paid_as is None:
        return case, ()
    owed = [one for one in case.payouts if one.is_outside and one.state is PayoutState.ACTION_REQUIRED]
    settled = [one.amend(state=PayoutState.SUCCEEDED, settled_at=at, gateway_refund_id=replan.paid_as) for one in owed]
    for one in settled:
        case = case.with_payout(one)
    return case, tuple(payout.answered(one, replan.asked.requested_by) for one in settled)


def planned(case: Case, payouts: tuple[Payout, ...], policy: PolicyDocument, at: datetime) -> Transition:
    """Add the committed payouts to the case; if none of them goes through a gateway, the case is paid (R32, R35)."""
    fresh = payouts[len(case.payouts) :]
    happened = _planned(case, case.amend(payouts=payouts))
    case = case.amend(payouts=payouts)
    if any(payout.state is PayoutState.PLANNED for payout in fresh):
        return Transition(case, happened)
    return payout.paid(case, happened, policy, at)


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


def _was_only_sending(case: Case) -> bool:
    """Return whether only a replacement was held back, so that nothing is to be paid again (R32, R38, R39)."""
    is_unplanned = case.blocked_by is not None and case.blocked_by is not BlockReason.REFUNDED_EXTERNALLY
    return case.awaits_replacement and rules.is_paid(case) and not is_unplanned
