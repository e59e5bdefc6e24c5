"""The findings about webhooks of payment providers and couriers, and about disputes that they report."""

from datetime import datetime

from domain.findings import Finding, FindingKind
from domain.payment_events import Dispute, GatewayEvent
from policy.reconciliation.findings import finding_of


def event_unapplied(event: GatewayEvent, at: datetime) -> Finding:
    """Return the finding that a webhook was stored long ago and has not been applied yet."""
    message = f"Event {event.event_id} ({event.kind}) of {event.provider} could not be applied yet: see the API's log."
    refund = event.refund
    about = {"refund_id": refund.refund_id, "payout_id": refund.payout_id, "amount": refund.amount} if refund else {}
    key = f"{event.provider}:{event.event_id}"
    return finding_of(FindingKind.EVENT_UNAPPLIED, key, message, at, provider=event.provider, **about)


def event_unreadable(provider: str, event_id: str | None, body_sha256: str, reason: str, at: datetime) -> Finding:
    """Return the finding that a signed webhook cannot be read; `reason` says why, without personal data."""
    named = (
        f"Event {event_id}" if event_id else f"An event without a readable id (its body has the SHA-256 {body_sha256})"
    )
    message = (
        f"{named} of {provider} is signed but cannot be read: {reason}. It changed nothing. Look it up in the "
        "provider's dashboard, do by hand what it reports, and close this finding."
    )
    about = {"provider": provider, "event_id": event_id, "body_sha256": body_sha256}
    return finding_of(FindingKind.EVENT_UNREADABLE, f"{provider}:{event_id or body_sha256}", message, at, **about)


def dispute_unclear(dispute: Dispute, at: datetime) -> Finding:
    """Return the finding that a provider does not say who got the money of a dispute (R38)."""
    message = (
        f"{dispute.provider} does not say in known words who got the money of dispute {dispute.dispute_id} over "
        f"{dispute.amount}. It holds no payout and counts for no case. Look it up in the provider's dashboard, name it "
        "with count_refund in the case for which it returned money, and close this finding."
    )
    key = f"{dispute.provider}:{dispute.dispute_id}"
    about = {"provider": dispute.provider, "refund_id": dispute.dispute_id, "amount": dispute.amount}
    return finding_of(FindingKind.DISPUTE_UNCLEAR, key, message, at, **about)
