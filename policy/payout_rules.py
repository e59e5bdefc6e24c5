"""When a payout is allowed and when a case is paid; payouts that are refused, rerouted or reversed (R36, R37)."""

from domain.cases.case import Case, Refusal
from domain.cases.messages import CaseResolution
from domain.cases.payout import Payout
from domain.cases.people import is_same_person
from domain.enums import CaseState, ResolutionDecision
from domain.payout_state import BlockReason, PayoutState
from policy.disputes import RESOLUTIONS_DURING_HOLD
from policy.parcels.return_postage import POSTAGE_DECISIONS
from policy.payments.payment_balance import still_owed

_UNBLOCKING = frozenset({ResolutionDecision.RETRY, ResolutionDecision.OTHER_ACCOUNT, ResolutionDecision.COUNT_REFUND})
_WHILE_BLOCKED_BY: dict[BlockReason, frozenset[ResolutionDecision]] = {
    BlockReason.EVIDENCE_CHANGED: frozenset({ResolutionDecision.RETRY, ResolutionDecision.ACCEPT}),
    BlockReason.POSTAGE_REVIEW: POSTAGE_DECISIONS,
    BlockReason.OTHER_ACCOUNT: frozenset(
        {ResolutionDecision.RETRY, ResolutionDecision.PAID, ResolutionDecision.COUNT_REFUND}
    ),
}

SPELLINGS_ARE_ONE = 2
"""The first version of the process in which two spellings of a name are one person."""


def may_pay(case: Case) -> bool:
    """Return whether a payout is allowed: after an inspection (R25), waived return (R23) or accepted loss (R22)."""
    return bool(case.inspections) or case.return_waived or case.loss_accepted


def is_paid(case: Case) -> bool:
    """Return whether all the money of the case is paid: every gateway has reported success (R34), and nothing is left.

    Neither return postage that is reimbursed outside the payments (R32) nor a payout that a lost dispute or another
    payout replaces (R36, R38) keeps a case open.
    """
    is_settled = all(payout.is_postage_outside or _is_settled(case, payout) for payout in case.payouts)
    return is_settled and (case.process_version == 1 or not still_owed(case).total)


def is_on_its_way(case: Case) -> bool:
    """Return whether a payout is planned or submitted, or waits for finance to pay it to another account."""
    return any(
        one.counts and not one.is_postage_outside and one.state is not PayoutState.SUCCEEDED for one in case.payouts
    )


def is_at_gateway(case: Case) -> bool:
    """Return whether a payout through a gateway has no final answer, so that the case's run must not change now."""
    return any(
        one.state.is_being_submitted or one.state.needs_check
        for one in case.payouts
        if not one.is_outside and not one.released
    )


def holds_replacement(case: Case) -> bool:
    """Return whether a dispute that has not ended keeps a replacement from being sent (R38, R39).

    A run of release 0.1.0 goes on with it once the other units are paid.
    """
    is_held = case.state is CaseState.CHARGEBACK_HOLD or case.blocked_by is BlockReason.DISPUTE_UNCLEAR
    return is_held and case.awaits_replacement and case.process_version > 1


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
    return payout.state.has_paid_nothing and not by_dispute and not payout.released


def allowed_resolutions(case: Case) -> frozenset[ResolutionDecision]:
    """Return what a human can decide about the money of the case (R32, R36, R38).

    A blocked payout can be retried or paid to another account, and a refund or dispute that returned its money can be
    named. After evidence has changed, an auditor can accept it as it is now. If the money went back another way,
    finance can have the rest paid, or close the case. They can also close a chargeback whose outcome is never reported.
    Return postage under review is borne, refused, or borne in part (R30).
    """
    if case.state is CaseState.CHARGEBACK_HOLD:
        return RESOLUTIONS_DURING_HOLD
    if case.state is CaseState.REIMBURSEMENT_DUE:
        return frozenset({ResolutionDecision.PAID})
    if case.blocked_by and case.blocked_by in _WHILE_BLOCKED_BY:
        return _WHILE_BLOCKED_BY[case.blocked_by]
    if case.blocked_by and (case.blocked_by.money_may_be_gone or case.blocked_by.is_about_dispute):
        return _UNBLOCKING | {ResolutionDecision.PAY, ResolutionDecision.CLOSE}
    return _UNBLOCKING


def allowed_in_first_release(case: Case) -> frozenset[ResolutionDecision]:
    """Return what a human can decide about the money of a case that release 0.1.0 opened (R36, R38)."""
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
    by_dispute = case.settled_by_dispute is not None and payout.state is PayoutState.CANCELED
    return payout.released or payout.state is PayoutState.SUCCEEDED or by_dispute
