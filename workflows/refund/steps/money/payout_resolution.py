"""A payout that needs a human: retried, paid as far as possible, named as returned, closed, or to another account."""

from collections.abc import Callable

from domain.cases.case import Case, Refusal
from domain.cases.messages import CaseResolution, PayoutTrouble
from domain.cases.payment_balance import NamedReturn, PlanRequest, ReturnWay
from domain.cases.payout import OtherAccount
from domain.cases.timeline import CaseEvent
from domain.enums import CaseState, ResolutionDecision
from domain.payout_state import BlockReason, PayoutState
from domain.policy_document import PolicyDocument
from policy import exchange
from policy import payout_rules as rules
from policy.disputes import is_held_by_dispute
from workflows.refund.steps.money import dispute, money_due, payout, payout_replan
from workflows.refund.transition import ReceivedMessage, Replan, TimelineEvent, Transition


def take_trouble(case: Case, arrived: ReceivedMessage[PayoutTrouble], _policy: PolicyDocument) -> Transition:
    """Park the case for finance if a retry cannot help (R36), or hold it until a chargeback has ended (R38)."""
    trouble = arrived.message
    before = next(one for one in case.payouts if one.payout_id == trouble.payout_id)
    if before.state is PayoutState.SUCCEEDED or before.released:
        return Transition(case)  # only a check failed, which does not undo a success
    failed = before.amend(state=PayoutState.FAILED, failure_code=trouble.decline_code or trouble.code)
    case, happened = case.with_payout(failed), (payout.answered(failed),)
    is_lost = any(one.way is ReturnWay.DISPUTE for one in case.counted)
    if is_held_by_dispute((trouble.code, trouble.decline_code)) and not is_lost:
        return dispute.hold(case, happened)
    return payout.blocked(case, BlockReason.of(trouble.code), happened)


def resolve(case: Case, arrived: ReceivedMessage[CaseResolution], policy: PolicyDocument) -> Transition | Refusal:
    """Carry out a human's decision about the money (R32, R36, R38)."""
    resolution = arrived.message
    if refusal := rules.check_payout_resolution(case, resolution):
        return refusal
    return _DECISIONS.get(resolution.decision, _retry)(case, resolution, policy)


def mark_paid(case: Case, arrived: ReceivedMessage[CaseResolution], _policy: PolicyDocument) -> Transition | Refusal:
    """Mark what is owed outside the original payments as paid, as far as it is still owed (R32, R36).

    Finance says so; what went back by any other way since is not owed any more.
    """
    resolution = arrived.message
    owed = [one for one in case.payouts if one.is_outside and one.state is PayoutState.ACTION_REQUIRED]
    if not owed:
        return Refusal(
            rule="R36", code="nothing_owed_outside", message="Nothing is owed outside the original payments."
        )
    account = next((one.payment_reference for one in owed if not one.is_postage_outside), None)
    asked = PlanRequest(
        pays=account is not None,
        counts_shortage=account is not None,
        account=account,
        expects=resolution.amount,
        requested_by=resolution.decided_by,
    )
    return Transition(case, replans=Replan(asked, paid_as=resolution.reference))


def _retry(case: Case, resolution: CaseResolution, _policy: PolicyDocument) -> Transition:
    """Try again, now that what blocked the payout is corrected, or with the evidence as it is now (R36)."""
    accepted = case.evidence_accepted or resolution.decision is ResolutionDecision.ACCEPT
    return payout_replan.again(case.amend(evidence_accepted=accepted), (_decided(resolution, "R36"),))


def _count(case: Case, resolution: CaseResolution, _policy: PolicyDocument) -> Transition:
    """Count a refund or dispute that somebody names as paid for the case; the rest stays owed (R32)."""
    named = (NamedReturn(return_id=resolution.reference or "", amount=resolution.amount),)
    return Transition(case, replans=Replan(PlanRequest(pays=False, named=named, requested_by=resolution.decided_by)))


def _pay(case: Case, resolution: CaseResolution, policy: PolicyDocument) -> Transition:
    """Pay what the payments still take; what they cannot pay because it went back counts, by name (R32, R38)."""
    case, happened = _refunding(case, resolution, policy)
    asked = PlanRequest(counts_shortage=True, requested_by=resolution.decided_by)
    return payout_replan.pay_rest(case, happened, asked)


def _close(case: Case, resolution: CaseResolution, policy: PolicyDocument) -> Transition:
    """End the case without paying anything more; what went back another way counts, the rest stays unpaid (R43)."""
    if case.state is CaseState.CHARGEBACK_HOLD:
        return dispute.close_by_hand(case, resolution.decided_by, policy)
    case, happened = _refunding(case, resolution, policy)
    asked = PlanRequest(pays=False, counts_shortage=True, requested_by=resolution.decided_by)
    parked = payout.blocked(case, case.blocked_by or BlockReason.CAP_EXCEEDED)
    return Transition(parked.case, happened, replans=Replan(asked, closes=True))


def _refunding(
    case: Case, resolution: CaseResolution, policy: PolicyDocument
) -> tuple[Case, tuple[TimelineEvent, ...]]:
    """Return the case with goods to be refunded whose replacement was never reserved (R32, R39)."""
    decided = (_decided(resolution, "R32"),)
    refunding, happened = money_due.owe_instead(case, exchange.never_reserved_given_up(case), decided, policy)
    return refunding.amend(blocked_by=case.blocked_by), happened


def _other_account(case: Case, resolution: CaseResolution, _policy: PolicyDocument) -> Transition:
    """Record the first person's proposal; once a second person approves it, the gateway is no longer used (R36)."""
    proposal = OtherAccount(reference=resolution.reference or "", proposed_by=resolution.decided_by)
    details = {"account": proposal.reference}
    if rules.is_second_approval(case, resolution):
        approved = TimelineEvent(CaseEvent.OTHER_ACCOUNT_APPROVED, resolution.decided_by, "R36", dict(details))
        asked = PlanRequest(counts_shortage=True, account=proposal.reference, requested_by=resolution.decided_by)
        return Transition(case.amend(blocked_by=BlockReason.OTHER_ACCOUNT), (approved,), replans=Replan(asked))
    if proposal == case.other_account:
        return Transition(case)
    happened = TimelineEvent(CaseEvent.OTHER_ACCOUNT_PROPOSED, resolution.decided_by, "R36", dict(details))
    return Transition(case.amend(other_account=proposal), (happened,))


def _decided(resolution: CaseResolution, rule: str) -> TimelineEvent:
    details = {"decision": resolution.decision.value}
    return TimelineEvent(CaseEvent.PAYOUT_RETRIED, resolution.decided_by, rule, dict(details))


_DECISIONS: dict[ResolutionDecision, Callable[[Case, CaseResolution, PolicyDocument], Transition]] = {
    ResolutionDecision.OTHER_ACCOUNT: _other_account,
    ResolutionDecision.COUNT_REFUND: _count,
    ResolutionDecision.PAY: _pay,
    ResolutionDecision.CLOSE: _close,
}
