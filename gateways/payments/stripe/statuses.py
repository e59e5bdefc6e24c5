"""Stripe's statuses of refunds, translated here for both its API and its webhooks."""

from domain.payout_state import PayoutState

_STATES = {
    "pending": PayoutState.PENDING,
    "requires_action": PayoutState.ACTION_REQUIRED,
    "succeeded": PayoutState.SUCCEEDED,
    "failed": PayoutState.FAILED,
    "canceled": PayoutState.CANCELED,
}


def state_of(status: str | None) -> PayoutState:
    """Return the payout's state; a status that did not exist when this was written is `unknown`, never paid."""
    return _STATES.get(status or "", PayoutState.UNKNOWN)
