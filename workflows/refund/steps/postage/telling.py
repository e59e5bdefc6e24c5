"""Return postage is told: kept for its parcel, and owed at once when the goods are settled already (R30, R31)."""

from dataclasses import replace
from datetime import datetime

from domain.cases.case import Case, Refusal
from domain.cases.messages import CourierTracking
from domain.cases.timeline import CaseEvent
from domain.enums import CaseState
from domain.policy_document import PolicyDocument
from policy.parcels import return_postage as rules
from workflows.refund.steps import completion
from workflows.refund.steps.money import money_due
from workflows.refund.steps.postage.asking import asked
from workflows.refund.transition import ReceivedMessage, Replan, TimelineEvent, Transition

_PAYS_AT_ONCE = frozenset(
    {
        CaseState.AWAITING_RETURN,
        CaseState.IN_TRANSIT,
        CaseState.RETURNING_TO_CUSTOMER,
        CaseState.PAYOUT_DUE,
        CaseState.REIMBURSEMENT_DUE,
    }
)
_PAID_WITH_THE_REST = frozenset({CaseState.PAYOUT_BLOCKED, CaseState.CHARGEBACK_HOLD})


def keep(transition: Transition, arrived: ReceivedMessage[CourierTracking], policy: PolicyDocument) -> Transition:
    """Return the transition with the postage that the message tells for its parcel (R30, R31)."""
    case = transition.case
    if case.process_version < rules.SUMS_PARCELS:
        return transition
    after = rules.told(case, arrived.message, arrived.at, policy)
    if after.return_postage == case.return_postage:
        return transition
    happened = (*transition.happened, _told(after, arrived.message, policy), *asked(after, case))
    kept = owe_what_is_settled(replace(transition, case=after, happened=happened), policy)
    return _without_question(kept, arrived.at) if kept.case.decides_postage else kept


def _without_question(kept: Transition, at: datetime) -> Transition:
    """Continue a case that waited for nothing but an auditor's decision, if nothing is left to decide about (R43)."""
    if kept.case.postage_under_review:
        return kept
    goes_on = completion.continue_or_end(kept.case.amend(blocked_by=None), kept.happened, at)
    return replace(kept, case=goes_on.case, happened=goes_on.happened)


def tell_late(case: Case, arrived: ReceivedMessage[CourierTracking], policy: PolicyDocument) -> Transition | Refusal:
    """Take an ended case up again for a supplement: postage told in time after the payout (R30); it ends as before."""
    tracking = arrived.message
    if refusal := rules.check_told_alone(case, tracking, policy) or rules.check_told(case, tracking, arrived.at):
        return refusal
    taken_up = completion.taken_up(case).amend(state=CaseState.REIMBURSEMENT_DUE)
    kept = keep(Transition(taken_up), arrived, policy)
    if not kept.happened:
        return Transition(case)
    return kept if kept.replans else completion.continue_or_end(kept.case, kept.happened, arrived.at)


def at_the_end(ended: Transition, policy: PolicyDocument, at: datetime) -> Transition:
    """Return the end of the case, or first what is still owed, by a decision or outside; then it ends so (R32, R43)."""
    case = ended.case.amend(state=CaseState.REIMBURSEMENT_DUE, ends_in=ended.case.state, ended_at=None)
    if rules.not_due_yet(case):
        return owe_what_is_settled(Transition(case, ended.happened), policy)
    goes_on = bool(case.postage_under_review) or completion.waits_for_finance(case)
    return completion.continue_or_end(case, ended.happened, at) if goes_on else ended


def owe_what_is_settled(transition: Transition, policy: PolicyDocument) -> Transition:
    """Make return postage due for goods that are settled already; otherwise it falls due with them (R30).

    It is paid at once, or, where the money waits for a decision or a dispute, with the rest.
    """
    case = transition.case
    pays = case.state in _PAYS_AT_ONCE or case.decides_postage
    if not rules.not_due_yet(case) or not (pays or case.state in _PAID_WITH_THE_REST):
        return transition
    case, happened = money_due.owe_postage(case, transition.happened, policy)
    if not pays:
        return replace(transition, case=case, happened=happened)
    case = case.amend(state=CaseState.PAYOUT_DUE, blocked_by=None)
    return replace(transition, case=case, happened=happened, replans=Replan())


def _told(case: Case, tracking: CourierTracking, policy: PolicyDocument) -> TimelineEvent:
    paid = tracking.postage or case.money(0)
    rule = "R30" if rules.bears_postage(case, policy) else "R31"
    details = {"tracking_number": tracking.tracking_number, "amount": paid.minor, "currency": paid.currency}
    return TimelineEvent(CaseEvent.POSTAGE_TOLD, "customer", rule, dict(details))
