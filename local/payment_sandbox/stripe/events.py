"""Stripe's events: their format, their signature, and what is told of a dispute.

Source: docs.stripe.com/webhooks (signatures), /api/events/types (charge.dispute.*), /api/disputes/object.
"""

import hmac
import time
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from local.payment_sandbox.disputes import ENDED, INQUIRY, Dispute
from local.payment_sandbox.records import Payment
from local.payment_sandbox.stripe import units

Told = tuple[str, dict[str, Any]]
_INQUIRY = frozenset({INQUIRY, "warning_under_review", "warning_closed"})


def stripes_event(number: int, kind: str, created: int, about: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event as Stripe sends it."""
    return {
        "id": f"evt_sandbox_{number:08d}",
        "object": "event",
        "api_version": "2025-09-30.clover",
        "created": created,
        "data": {"object": dict(about)},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": kind,
    }


def stripes_headers(body: bytes, secrets: Sequence[str]) -> dict[str, str]:
    """Return the header that signs the body, with one v1 for each secret."""
    return {"Stripe-Signature": signature(body, secrets, int(time.time()))}


def signature(body: bytes, secrets: Sequence[str], at: int) -> str:
    """Return the header Stripe-Signature, with one v1 for each secret."""
    signed = str(at).encode() + b"." + body
    each = [hmac.new(secret.encode(), signed, sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={at}", *(f"v1={one}" for one in each)])


def stripes_dispute_events(before: Dispute | None, after: Dispute, payment: Payment) -> list[Told]:
    """Return the events about a dispute's step: the step itself, and the money that it withdrew or reinstated."""
    kind = "created" if before is None else "closed" if after.status in ENDED else "updated"
    withdrawn, taken = before.taken if before else 0, after.taken
    moved = ["funds_withdrawn"] if taken > withdrawn else ["funds_reinstated"] if taken < withdrawn else []
    shown = dispute(after, payment, is_reinstated=taken < withdrawn)
    return [(f"charge.dispute.{one}", shown) for one in (kind, *moved)]


def dispute(one: Dispute, payment: Payment, *, is_reinstated: bool = False) -> dict[str, Any]:
    """Return the dispute as Stripe shows it; what it moved is in the payment's currency."""
    moved = [-one.takes] if one.taken or is_reinstated else []
    moved += [one.takes] if is_reinstated else []
    return {
        "id": one.id,
        "object": "dispute",
        "amount": units.shown(one.amount, one.currency),
        "balance_transactions": [_balance_transaction(one, place, minor, payment) for place, minor in enumerate(moved)],
        "charge": payment.charge,
        "created": one.created,
        "currency": one.currency,
        "is_charge_refundable": one.status in _INQUIRY,
        "livemode": False,
        "metadata": {},
        "payment_intent": payment.intent,
        "reason": one.reason,
        "status": one.status,
    }


def _balance_transaction(one: Dispute, place: int, minor: int, payment: Payment) -> dict[str, Any]:
    return {
        "id": f"txn_{one.id}_{place}",
        "object": "balance_transaction",
        "amount": units.shown(abs(minor), payment.currency) * (1 if minor > 0 else -1),
        "currency": payment.currency,
        "reporting_category": "dispute_reversal" if minor > 0 else "dispute",
        "source": one.id,
        "type": "adjustment",
    }
