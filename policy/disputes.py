"""Disputes over payments: which payouts a chargeback holds, and what a lost one replaces (R38)."""

from domain.cases.payout import Payout
from domain.enums import ResolutionDecision
from domain.payment_events import Dispute

_HELD_BY = frozenset({"charge_disputed", "transaction_disputed"})
RESOLUTIONS_DURING_HOLD = frozenset({ResolutionDecision.RETRY, ResolutionDecision.CLOSE})
"""Finance can end a hold whose outcome is never reported: retry the payout, or close the case."""


def is_held_by_dispute(codes: tuple[str | None, ...]) -> bool:
    """Return whether the gateway's refusal codes mean that a chargeback over the payment is open (R38)."""
    return any(code is not None and code.lower() in _HELD_BY for code in codes)


def concerns(dispute: Dispute, payout: Payout) -> bool:
    """Return whether the dispute is about the payment that the payout goes back to (R38)."""
    return (dispute.provider, dispute.payment_reference) == (payout.provider, payout.payment_reference)


def replaces(dispute: Dispute, payouts: tuple[Payout, ...], unsent: int = 0) -> bool:
    """Return whether a lost dispute returned at least the payouts plus the goods not yet replaced (R38, R39).

    `unsent` is what was paid for the units whose replacement is still to be sent, in minor units.
    """
    return dispute.amount.minor >= sum(payout.amount.minor for payout in payouts) + unsent
