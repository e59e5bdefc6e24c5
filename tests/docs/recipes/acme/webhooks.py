"""Acme Pay's webhooks: signed over the raw bytes."""

import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from domain.errors import BadSignatureError, UnreadableEventError
from domain.payment_events import GatewayEvent

from .gateway import PROVIDER

HEADER = "acme-signature"


class AcmeWebhooks:
    """Reads webhooks that are signed with one of the secrets; implements gateways.payments.provider.WebhookReader."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets = tuple(secret.encode() for secret in secrets)

    def read(self, body: bytes, headers: Mapping[str, str]) -> GatewayEvent:
        """Return the event; raises BadSignatureError, UnreadableEventError."""
        signatures = [hmac.digest(secret, body, "sha256").hex() for secret in self._secrets]
        if not any(hmac.compare_digest(headers.get(HEADER, ""), one) for one in signatures):
            raise BadSignatureError(f"{HEADER} fits none of the secrets")
        try:
            event = json.loads(body)
            at = datetime.fromtimestamp(event["at"], UTC)
            return GatewayEvent(provider=PROVIDER, event_id=event["id"], kind=event["kind"], occurred_at=at)
        except (ValueError, KeyError, TypeError) as error:
            raise UnreadableEventError("a signed event of Acme Pay cannot be read") from error
