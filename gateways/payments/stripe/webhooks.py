"""Stripe's webhooks: the signature covers the raw bytes; its events are translated only here."""

import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

from domain.errors import BadSignatureError
from domain.payment_events import GatewayEvent, GatewayRefundRecord
from gateways.payments.stripe import PROVIDER
from gateways.payments.stripe.amounts import from_stripe
from gateways.payments.stripe.disputes import dispute_of
from gateways.payments.stripe.references import references
from gateways.payments.stripe.statuses import state_of
from gateways.signed_events import text, translated

HEADER = "stripe-signature"
TOLERANCE = timedelta(seconds=300)
_STAMP = re.compile(r"(?:^|,) *t=([0-9]{1,11})(?=,|$)")
_SIGNATURE = re.compile(r"(?:^|,) *v1=([0-9a-f]{64})(?=,|$)")
_REFUND_EVENTS = frozenset({"refund.created", "refund.updated", "refund.failed", "charge.refund.updated"})
_DISPUTE_EVENTS = "charge.dispute."


class StripeWebhooks:
    """Reads webhooks that are signed with one of the endpoint's secrets; two of them are valid during a rotation.

    Source: docs.stripe.com/webhooks (verify manually), /api/events, /api/disputes.
    """

    def __init__(self, secrets: Sequence[str], now: Callable[[], datetime]) -> None:
        self._secrets = tuple(secret.encode() for secret in secrets)
        self._now = now

    def read(self, body: bytes, headers: Mapping[str, str]) -> GatewayEvent:
        """Return the translated event, which may be about neither a refund nor a dispute.

        Raises BadSignatureError for a signature that is missing, wrong or more than 300 s away from now, and
        UnreadableEventError for a signed body that is not what Stripe documents.
        """
        self._verify(body, {name.lower(): value for name, value in headers.items()}.get(HEADER, ""))
        return translated(body, _event)

    def _verify(self, body: bytes, header: str) -> None:
        stamps, presented = _STAMP.findall(header), _SIGNATURE.findall(header)
        if len(stamps) != 1:
            raise BadSignatureError("send the header Stripe-Signature: t=<seconds>,v1=<signature>")
        if abs(self._now() - _at(int(stamps[0]))) > TOLERANCE:
            raise BadSignatureError(f"the signature is more than {TOLERANCE.seconds} s away from now")
        right = [hmac.digest(secret, f"{stamps[0]}.".encode() + body, "sha256").hex() for secret in self._secrets]
        if not any(hmac.compare_digest(*pair) for pair in product(presented, right)):
            raise BadSignatureError("the signature matches none of the endpoint's secrets")


def _event(body: dict[str, Any]) -> GatewayEvent:
    kind, at, about = text(body["type"]), _at(body["created"]), body["data"]["object"]
    is_dispute = kind.startswith(_DISPUTE_EVENTS)
    return GatewayEvent(
        provider=PROVIDER,
        event_id=body["id"],
        kind=kind,
        occurred_at=at,
        refund=_refund(about) if kind in _REFUND_EVENTS else None,
        dispute=dispute_of(about, at) if is_dispute else None,
    )


def _refund(body: dict[str, Any]) -> GatewayRefundRecord:
    metadata: dict[str, str] = body.get("metadata") or {}
    reference, *others = references(body)
    return GatewayRefundRecord(
        provider=PROVIDER,
        refund_id=body["id"],
        payment_reference=reference,
        other_references=tuple(others),
        payout_id=metadata.get("payout_id"),
        amount=from_stripe(body["amount"], body["currency"]),
        state=state_of(body.get("status")),
        created_at=_at(body["created"]),
    )


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
