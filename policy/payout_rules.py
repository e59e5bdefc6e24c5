"""When a payout is allowed and when a case is paid; payouts that are refused, rerouted or reversed (R36, R37)."""

from domain.cases.case import Case, Refusal
from domain.cases.messages import CaseResolution
from domain.cases.payout import Payout
from domain.cases.people import is_same_person
from domain.enums import CaseState, ResolutionDecision
from domain.payout_state import BlockReason, PayoutState
from policy.disputes import RESOLUTIONS_DURING_HOLD

SPELLINGS_ARE_ONE = 2
"""The first version of the process in which two spellings of a name are one person."""


def may_pay(case: Case) -> bool:
    """Return whether a payout is allowed: after an inspection (R25), waived return (R23) or accepted loss (R22)."""
    return bool(case.inspections) or case.return_waived or case.loss_accepted


def is_paid(case: Case) -> bool:
    """Return whether all the money of the case is paid: every gateway has reported success (R34).

    Neither return postage that is reimbursed outside the payments (R32) nor a payout that a lost dispute replaces
    (R38) keeps a case open.
    """
    return all(payout.is_postage_outside or _is_settled(case, payout) for payout in case.payouts)


def merge_gateway_state(before: Payout, answer: Payout) -> Payout:
    """Return the payout after its gateway's answer; a success that fails later becomes `reversed` (R37).

    Nothing changes when the gateway knows of no refund, when the answer is about an earlier attempt, or after the
    attempt's reversal. Only a failure takes back a success; a repeated success changes nothing.
    """
    if answer.state.is_being_submitted:
        return before
    if answer.attempt < before.attempt or (answer.attempt == before.attempt and before.state is PayoutState.REVERSED):
        return before
    if answer.attempt > before.attempt or not before.state.has_moved_money:
        return answer
    if answer.state.has_paid_nothing:
        return answer.amend(state=PayoutState.REVERSED, settled_at=before.settled_at)
    return before


def may_try_again(case: Case, payout: Payout) -> bool:
    """Return whether the payout has paid nothing and is still owed, that is, no lost dispute replaces it (R36-R38)."""
    by_dispute = case.settled_by_dispute is not None and payout.state is PayoutState.CANCELED
    return payout.state.has_paid_nothing and not by_dispute


def allowed_resolutions(case: Case) -> frozenset[ResolutionDecision]:
    """Return what a human can decide about the money of the case (R36, R38).

    A blocked payout can be retried or paid to another account. After evidence has changed, an auditor can accept it as
    it is now. Finance can close a chargeback whose outcome is never reported, and a case whose money went back another
    way.
    """
    if case.state is CaseState.CHARGEBACK_HOLD:
        return RESOLUTIONS_DURING_HOLD
    if case.blocked_by is BlockReason.EVIDENCE_CHANGED:
        return frozenset({ResolutionDecision.RETRY, ResolutionDecision.ACCEPT})
    if case.blocked_by and case.blocked_by.money_may_be_gone:
        return frozenset({ResolutionDecision.RETRY, ResolutionDecision.CLOSE})
    return frozenset({ResolutionDecision.RETRY, ResolutionDecision.OTHER_ACCOUNT})


def check_payout_resolution(case: Case, resolution: CaseResolution) -> Refusal | None:
    """Return why a decision about the blocked payout is refused, or None when it is allowed (R36, R38)."""
    if resolution.decision in allowed_resolutions(case):
        return None
    message = f"Decide one of: {', '.join(sorted(allowed_resolutions(case)))}."
    return Refusal(rule="R36", code="settlement_not_offered", message=message)


def is_second_approval(case: Case, resolution: CaseResolution) -> bool:
    """Return whether a second person approves exactly the account that the first one proposed (R36).

    Another spelling of the first one's name is no second person; a run of release 0.1.0 keeps comparing letter by
    letter, as what it did before has to be repeated.
    """
    proposed = case.other_account
    if proposed is None or proposed.reference != resolution.reference:
        return False
    if case.process_version < SPELLINGS_ARE_ONE:
        return proposed.proposed_by != resolution.decided_by
    return not is_same_person(proposed.proposed_by, resolution.decided_by)


def _is_settled(case: Case, payout: Payout) -> bool:
    by_dispute = case.settled_by_dispute is not None
    return payout.state is PayoutState.SUCCEEDED or (by_dispute and payout.state is PayoutState.CANCELED)
