"""A payout that needs a human, in runs that release 0.1.0 began (R36)."""

from domain.cases.case import Case, Refusal
from domain.cases.messages import CaseResolution, PayoutTrouble
from domain.cases.payout import REIMBURSEMENT, OtherAccount, Payout
from domain.cases.timeline import CaseEvent
from domain.enums import CaseState, ResolutionDecision
from domain.payout_state import BlockReason, PayoutState
from domain.policy_document import PolicyDocument
from policy import exchange
from policy import payout_rules as rules
from policy.disputes import is_held_by_dispute
from workflows.refund.steps.money import payout, payout_replan
from workflows.refund.steps.process_1 import dispute
from workflows.refund.transition import ReceivedMessage, TimelineEvent, Transition


def take_trouble(case: Case, arrived: ReceivedMessage[PayoutTrouble], _policy: PolicyDocument) -> Transition:
    """Park the case for finance if a retry cannot help (R36), or hold it until a chargeback has ended (R38)."""
    trouble = arrived.message
    before = next(one for one in case.payouts if one.payout_id == trouble.payout_id)
    if before.state is PayoutState.SUCCEEDED:
        return Transition(case)  # only a check failed, which does not undo a success
    failed = before.amend(state=PayoutState.FAILED, failure_code=trouble.decline_code or trouble.code)
    case, happened = case.with_payout(failed), (payout.answered(failed),)
    if is_held_by_dispute((trouble.code, trouble.decline_code)):
        return dispute.hold(case, happened)
    return payout.blocked(case, BlockReason.of(trouble.code), happened)


def resolve(case: Case, arrived: ReceivedMessage[CaseResolution], policy: PolicyDocument) -> Transition | Refusal:
    """Carry out a human's decision about the money (R36, R38)."""
    resolution = arrived.message
    if resolution.decision not in rules.allowed_in_first_release(case):
        message = f"Decide one of: {', '.join(sorted(rules.allowed_in_first_release(case)))}."
        return Refusal(rule="R36", code="settlement_not_offered", message=message)
    return _resolved(case, arrived, policy)


def _resolved(case: Case, arrived: ReceivedMessage[CaseResolution], policy: PolicyDocument) -> Transition:
    resolution = arrived.message
    match resolution.decision:
        case ResolutionDecision.OTHER_ACCOUNT:
            return _other_account(case, resolution)
        case ResolutionDecision.CLOSE if case.state is CaseState.CHARGEBACK_HOLD:
            return dispute.close_by_hand(case, arrived, policy)
        case ResolutionDecision.CLOSE:
            happened = TimelineEvent(CaseEvent.REFUNDED_EXTERNALLY, resolution.decided_by, "R32")
            return payout.paid(exchange.never_reserved_given_up(case), (happened,), policy, arrived.at)
        case _:
            accepted = case.evidence_accepted or resolution.decision is ResolutionDecision.ACCEPT
            happened = TimelineEvent(CaseEvent.PAYOUT_RETRIED, resolution.decided_by, "R36")
            return payout_replan.again(case.amend(evidence_accepted=accepted), (happened,))


def _other_account(case: Case, resolution: CaseResolution) -> Transition:
    """Record the first person's proposal; once a second person approves it, the gateway is no longer used (R36)."""
    proposal = OtherAccount(reference=resolution.reference or "", proposed_by=resolution.decided_by)
    details = {"account": proposal.reference}
    if rules.is_second_approval(case, resolution):
        return _rerouted(
            case, TimelineEvent(CaseEvent.OTHER_ACCOUNT_APPROVED, resolution.decided_by, "R36", dict(details))
        )
    if proposal == case.other_account:
        return Transition(case)
    happened = TimelineEvent(CaseEvent.OTHER_ACCOUNT_PROPOSED, resolution.decided_by, "R36", dict(details))
    return Transition(case.amend(other_account=proposal), (happened,))


def _rerouted(case: Case, happened: TimelineEvent) -> Transition:
    account = case.other_account.reference if case.other_account else ""
    for one in case.payouts:
        case = case.with_payout(_to_account(one, account)) if one.state.has_paid_nothing else case
    return Transition(case.amend(blocked_by=BlockReason.OTHER_ACCOUNT), (happened,))


def _to_account(one: Payout, account: str) -> Payout:
    return one.next_attempt().amend(
        provider=REIMBURSEMENT, payment_reference=account, state=PayoutState.ACTION_REQUIRED
    )


def mark_paid(case: Case, arrived: ReceivedMessage[CaseResolution], policy: PolicyDocument) -> Transition | Refusal:
    """Mark what was owed outside the original payments as paid, because finance says so (R32, R36)."""
    owed = [one for one in case.payouts if one.is_outside and one.state is PayoutState.ACTION_REQUIRED]
    if not owed:
        return Refusal(
            rule="R36", code="nothing_owed_outside", message="Nothing is owed outside the original payments."
        )
    paid = [
        one.amend(state=PayoutState.SUCCEEDED, settled_at=arrived.at, gateway_refund_id=arrived.message.reference)
        for one in owed
    ]
    for one in paid:
        case = case.with_payout(one)
    happened = tuple(payout.answered(one, arrived.message.decided_by) for one in paid)
    is_waited_for = case.state is CaseState.PAYOUT_BLOCKED and rules.is_paid(case)
    return payout.paid(case, happened, policy, arrived.at) if is_waited_for else Transition(case, happened)
