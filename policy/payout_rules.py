"""Payouts that do not simply succeed: refused, paid to another account, reversed, disputed (R36-R38)."""

from domain.cases.case import Case, Refusal
from domain.cases.messages import CaseResolution
from domain.cases.payout import Payout
from domain.enums import CaseState, ResolutionDecision
from domain.payment_events import Dispute
from domain.payout_state import BlockReason, PayoutState

_HELD_BY = frozenset({"charge_disputed", "transaction_disputed"})


def is_paid(case: Case) -> bool:
    """Return whether nothing of the money is open any more: every gateway reported success (R34).

    Return postage outside the payments does not keep a case open (R32); what a lost dispute took over does not
    either (R38).
    """
    return all(payout.is_postage_outside or _is_settled(case, payout) for payout in case.payouts)


def merge_gateway_state(before: Payout, answer: Payout) -> Payout:
    """Return the payout after its gateway's answer: one that had succeeded and failed later is reversed (R37).

    A gateway that knows of no refund says nothing. An answer about an earlier attempt, and whatever is said of an
    attempt after its reversal, changes nothing. A success is taken back by a failure only, and repeated it is one.
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
    """Return whether the payout has paid nothing and is still to be paid: not by a lost dispute already (R36-R38)."""
    by_dispute = case.settled_by_dispute is not None and payout.state is PayoutState.CANCELED
    return payout.state.has_paid_nothing and not by_dispute


def is_held_by_dispute(codes: tuple[str | None, ...]) -> bool:
    """Return whether a refusal means that a chargeback over the payment is open (R38)."""
    return any(code is not None and code.lower() in _HELD_BY for code in codes)


def concerns(dispute: Dispute, payout: Payout) -> bool:
    """Return whether the dispute is over the payment that the payout goes back to (R38)."""
    return (dispute.provider, dispute.payment_reference) == (payout.provider, payout.payment_reference)


def replaces(dispute: Dispute, payouts: tuple[Payout, ...], unsent: int = 0) -> bool:
    """Return whether a lost dispute returned at least what the payouts would have, and unsent goods cost (R38, R39)."""
    return dispute.amount.minor >= sum(payout.amount.minor for payout in payouts) + unsent


def allowed_resolutions(case: Case) -> frozenset[ResolutionDecision]:
    """Return what a human can decide about the money of the case (R36, R38).

    A blocked payout is tried again or paid to another account; after changed evidence an auditor accepts what is
    there now; a chargeback that nobody tells the end of is ended by hand, and so is a case whose money went back
    elsewhere.
    """
    if case.state is CaseState.CHARGEBACK_HOLD:
        return frozenset({ResolutionDecision.RETRY, ResolutionDecision.CLOSE})
    if case.blocked_by is BlockReason.EVIDENCE_CHANGED:
        return frozenset({ResolutionDecision.RETRY, ResolutionDecision.ACCEPT})
    if case.blocked_by and case.blocked_by.money_may_be_gone:
        return frozenset({ResolutionDecision.RETRY, ResolutionDecision.CLOSE})
    return frozenset({ResolutionDecision.RETRY, ResolutionDecision.OTHER_ACCOUNT})


def check_payout_resolution(case: Case, resolution: CaseResolution) -> Refusal | None:
    """Return the refusal of a decision that the blocked payout does not offer, or None (R36)."""
    if resolution.decision in allowed_resolutions(case):
        return None
    message = f"Decide one of: {', '.join(sorted(allowed_resolutions(case)))}."
    return Refusal(rule="R36", code="settlement_not_offered", message=message)


def is_second_approval(case: Case, resolution: CaseResolution) -> bool:
    """Return whether another person than the first approves the very same account (R36)."""
    proposed = case.other_account
    same_account = proposed is not None and proposed.reference == resolution.reference
    return proposed is not None and same_account and proposed.proposed_by != resolution.decided_by


def _is_settled(case: Case, payout: Payout) -> bool:
    by_dispute = case.settled_by_dispute is not None
    return payout.state is PayoutState.SUCCEEDED or (by_dispute and payout.state is PayoutState.CANCELED)
