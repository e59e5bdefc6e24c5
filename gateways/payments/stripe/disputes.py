"""Stripe's disputes and inquiries, translated only here.

Source: docs.stripe.com/api/disputes/object (status, payment_method_details.card.case_type).
"""

from datetime import UTC, datetime
from typing import Any

from domain.money import Money
from domain.payment_events import Dispute, DisputeStatus
from gateways.payments.stripe import PROVIDER
from gateways.payments.stripe.amounts import from_stripe
from gateways.payments.stripe.references import references

_INQUIRY = "warning_"
_WITHOUT_EFFECT = frozenset({"won", "warning_closed", "charge_refunded"})
"""A charge that was refunded before the dispute ended was returned by the refund, which has an event of its own."""
_RETURNED = frozenset({"lost", "prevented"})
_GOES_ON = frozenset({"needs_response", "under_review", "warning_needs_response", "warning_under_review"})
_BLOCKED = "block"


def dispute_of(body: dict[str, Any], at: datetime) -> Dispute:
    """Return the dispute as it was at that time; raises KeyError, TypeError or ValueError if it is none.

    Stripe always takes a dispute's whole amount. A prevented one was returned before it became a chargeback, unless it
    was blocked. A status that did not exist when this was written leaves unclear who got the money.
    """
    reference, *others = references(body)
    amount, status = from_stripe(body["amount"], body["currency"]), _status(body)
    return Dispute(
        provider=PROVIDER,
        dispute_id=body["id"],
        payment_reference=reference,
        other_references=tuple(others),
        amount=amount,
        status=status,
        changed_at=at,
        opened_at=datetime.fromtimestamp(body["created"], UTC) if "created" in body else None,
        returned=_returned(amount, status),
        is_inquiry=str(body["status"]).startswith(_INQUIRY),
        is_unclear=status is DisputeStatus.OPEN and body["status"] not in _GOES_ON,
    )


def _status(body: dict[str, Any]) -> DisputeStatus:
    status = body["status"]
    if status in _WITHOUT_EFFECT or (status == "prevented" and _case_type(body) == _BLOCKED):
        return DisputeStatus.WON
    return DisputeStatus.LOST if status in _RETURNED else DisputeStatus.OPEN


def _case_type(body: dict[str, Any]) -> str | None:
    details: dict[str, Any] = body.get("payment_method_details") or {}
    card: dict[str, Any] = details.get("card") or {}
    return card.get("case_type")


def _returned(amount: Money, status: DisputeStatus) -> Money | None:
    if status is DisputeStatus.OPEN:
        return None
    return amount if status is DisputeStatus.LOST else amount.amend(minor=0)
