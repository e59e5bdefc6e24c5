"""PayPal's events: their format, their signature, and what is told of a refund and of a dispute.

Source: developer.paypal.com/api/rest/webhooks/event-names, /api/customer-disputes/v1 (dispute, dispute_outcome).
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from local.payment_sandbox.disputes import ENDED, INQUIRY, Dispute
from local.payment_sandbox.paypal import dialect, units
from local.payment_sandbox.records import Payment

Told = tuple[str, dict[str, Any]]
REFUNDED = "PAYMENT.CAPTURE.REFUNDED"
OUTCOMES = {
    "RESOLVED_BUYER_FAVOUR": "lost",
    "RESOLVED_SELLER_FAVOUR": "won",
    "RESOLVED_WITH_PAYOUT": "lost",
    "CANCELED_BY_BUYER": "won",
    "ACCEPTED": "lost",
    "DENIED": "won",
    "NONE": "won",
}
"""How each outcome ends a dispute: PayPal's payout is to the buyer unless the tester says that nothing was refunded."""
OUTCOME_OF = {"won": "RESOLVED_SELLER_FAVOUR", "lost": "RESOLVED_BUYER_FAVOUR"}
_STATUS = {"needs_response": "WAITING_FOR_SELLER_RESPONSE", "under_review": "UNDER_REVIEW", INQUIRY: "OPEN"}


def paypals_event(number: int, kind: str, created: int, about: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event as PayPal sends it."""
    return {
        "id": f"WH-SANDBOX-{number:08d}",
        "event_version": "1.0",
        "create_time": dialect.time_of(created),
        "resource_type": "dispute" if kind.startswith("CUSTOMER.DISPUTE.") else "refund",
        "event_type": kind,
        "summary": kind,
        "resource": dict(about),
        "links": [],
    }


def paypals_headers(_body: bytes, webhook_ids: Sequence[str]) -> dict[str, str]:
    """Return PayPal's headers; the sandbox says of this signature that it is right for the webhook's id."""
    return {
        "PAYPAL-AUTH-ALGO": "SHA256withRSA",
        "PAYPAL-CERT-URL": "https://api.paypal.com/v1/notifications/certs/CERT-sandbox",
        "PAYPAL-TRANSMISSION-ID": "sandbox",
        "PAYPAL-TRANSMISSION-SIG": f"right for {webhook_ids[0]}",
        "PAYPAL-TRANSMISSION-TIME": datetime.now(UTC).isoformat(),
    }


def paypals_refund_event(status: str) -> str:
    """Return the kind of the event about a refund with that status of Stripe's."""
    return {"pending": "PAYMENT.REFUND.PENDING", "succeeded": REFUNDED}.get(status, "PAYMENT.REFUND.FAILED")


def paypals_dispute_events(before: Dispute | None, after: Dispute, payment: Payment) -> list[Told]:
    """Return the event about a dispute's step."""
    kind = "CREATED" if before is None else "RESOLVED" if _is_resolved(after) else "UPDATED"
    return [(f"CUSTOMER.DISPUTE.{kind}", dispute(after, payment))]


def dispute(one: Dispute, payment: Payment) -> dict[str, Any]:
    """Return the dispute as PayPal shows it."""
    shown: dict[str, Any] = {
        "dispute_id": one.id,
        "create_time": dialect.time_of(one.created),
        "disputed_transactions": [
            {
                "seller_transaction_id": payment.id,
                "create_time": dialect.time_of(payment.created),
                "transaction_status": "COMPLETED",
                "gross_amount": dialect.amount(payment.amount, payment),
            }
        ],
        "reason": one.reason.upper(),
        "status": "RESOLVED" if _is_resolved(one) else _STATUS[one.status],
        "dispute_amount": units.shown(one.amount, one.currency),
        "dispute_life_cycle_stage": "INQUIRY" if one.status == INQUIRY else "CHARGEBACK",
        "dispute_channel": "INTERNAL",
    }
    return shown | ({"dispute_outcome": _outcome(one)} if one.outcome else {})


def _is_resolved(one: Dispute) -> bool:
    return one.outcome is not None or one.status in ENDED


def _outcome(one: Dispute) -> dict[str, Any]:
    refunded = {} if one.returned is None else units.shown(one.returned, one.returned_currency or one.currency)
    return {"outcome_code": one.outcome, **({"amount_refunded": refunded} if refunded else {})}
