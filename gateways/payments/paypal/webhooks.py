"""PayPal's webhooks: PayPal is asked whether it signed an event, which is then translated.

Source: developer.paypal.com/api/rest/webhooks, /docs/api/webhooks/v1 (verify-webhook-signature).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter, ValidationError

from domain.errors import BadSignatureError, PayoutRefusedError
from domain.payment_events import GatewayEvent, GatewayRefundRecord
from gateways.payments.paypal import PROVIDER
from gateways.payments.paypal.amounts import from_paypal
from gateways.payments.paypal.client import Json, PayPalClient
from gateways.payments.paypal.disputes import disputes_of
from gateways.payments.paypal.gateway import TIMEOUT_SECONDS, state_of
from gateways.signed_events import is_one_json_value, text, translated

TOLERANCE = timedelta(days=3, hours=1)  # PayPal repeats an event for three days until it is accepted
_PARTS = ("auth-algo", "cert-url", "transmission-id", "transmission-sig", "transmission-time")
_REVERSED = "PAYMENT.CAPTURE.REVERSED"
_REFUND_EVENTS = frozenset({"PAYMENT.CAPTURE.REFUNDED", "PAYMENT.REFUND.PENDING", "PAYMENT.REFUND.FAILED", _REVERSED})
_DISPUTE_EVENTS = "CUSTOMER.DISPUTE."
_TIME: TypeAdapter[datetime] = TypeAdapter(datetime)


class PayPalWebhooks:
    """Reads webhooks that PayPal confirms to have signed for one of our webhook ids; two are valid during a change."""

    def __init__(
        self,
        client_id: str,
        client_secret: str,
        webhook_ids: Sequence[str],
        now: Callable[[], datetime],
        base_url: str | None = None,
    ) -> None:
        self._client = PayPalClient(client_id, client_secret, base_url, TIMEOUT_SECONDS)
        self._webhook_ids = tuple(webhook_ids)
        self._now = now

    def read(self, body: bytes, headers: Mapping[str, str]) -> GatewayEvent:
        """Return the translated event, which may be about neither a refund nor a dispute.

        Raises BadSignatureError if PayPal did not sign it or signed it too long ago, UnreadableEventError for a signed
        body that is not what PayPal documents, and GatewayUnavailableError if PayPal cannot be asked; PayPal then
        sends the event again.
        """
        self._verify(body, {name.lower().removeprefix("paypal-"): value for name, value in headers.items()})
        return translated(body, _event)

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def _verify(self, body: bytes, headers: Mapping[str, str]) -> None:
        signed: Json = {part.replace("-", "_"): headers.get(part, "") for part in _PARTS}
        self._refuse_stale(signed["transmission_time"])
        if not any(self._is_signed_for(webhook_id, signed, body) for webhook_id in self._webhook_ids):
            raise BadSignatureError("PayPal did not sign this for one of the configured webhooks")

    def _refuse_stale(self, sent_at: str) -> None:
        try:
            away = abs(self._now() - _TIME.validate_python(sent_at))
        except (ValidationError, TypeError):
            raise BadSignatureError("send PayPal's own headers, PAYPAL-TRANSMISSION-TIME and the rest") from None
        if away > TOLERANCE:
            raise BadSignatureError(f"the signature is more than {TOLERANCE} away from now")

    def _is_signed_for(self, webhook_id: str, signed: Json, body: bytes) -> bool:
        """Ask PayPal, which gets the event byte for byte, because the signature covers its bytes."""
        asked = json.dumps({**signed, "webhook_id": webhook_id}).encode()
        if not is_one_json_value(body):
            return False
        try:
            answer = self._client.post(
                "/v1/notifications/verify-webhook-signature", asked[:-1] + b', "webhook_event": ' + body + b"}"
            )
        except (ValueError, PayoutRefusedError):
            return False
        return answer.get("verification_status") == "SUCCESS"


def _event(body: dict[str, Any]) -> GatewayEvent:
    kind, at, about = text(body["event_type"]), _TIME.validate_python(body["create_time"]), body["resource"]
    first, *further = disputes_of(about, at) if kind.startswith(_DISPUTE_EVENTS) else (None,)
    return GatewayEvent(
        provider=PROVIDER,
        event_id=body["id"],
        kind=kind,
        occurred_at=at,
        refund=_refund(about, is_reversal=kind == _REVERSED) if kind in _REFUND_EVENTS else None,
        dispute=first,
        further_disputes=tuple(one for one in further if one),
    )


def _refund(body: Json, *, is_reversal: bool) -> GatewayRefundRecord:
    [capture] = [link["href"] for link in body["links"] if link["rel"] == "up"]
    return GatewayRefundRecord(
        provider=PROVIDER,
        refund_id=body["id"],
        payment_reference=str(capture).rpartition("/")[2],
        payout_id=body.get("custom_id"),
        amount=from_paypal(body["amount"]),
        state=state_of(body.get("status")),
        created_at=_TIME.validate_python(body["create_time"]),
        is_reversal=is_reversal,
    )
