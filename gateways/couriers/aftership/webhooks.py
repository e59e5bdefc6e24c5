"""AfterShip's tracking webhooks: the signature covers the raw bytes; its tags are translated only here."""

import hmac
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from domain.enums import CourierStatus, CourierSubStatus
from domain.parcels import CourierEvent
from gateways.couriers.aftership import PROVIDER
from gateways.couriers.courier_statuses import MOVING, OTHER, PENDING, Meaning, exception, instant, verify
from gateways.signed_events import text, translated

HEADER = "aftership-hmac-sha256"
_TAGS: dict[str, Meaning] = {
    "Pending": PENDING,
    "InfoReceived": PENDING,
    "InTransit": MOVING,
    "OutForDelivery": (CourierStatus.OUT_FOR_DELIVERY, None),
    "AttemptFail": (CourierStatus.DELIVERY_FAILURE, None),
    "AvailableForPickup": (CourierStatus.AVAILABLE_FOR_PICKUP, None),
    "Delivered": (CourierStatus.DELIVERED, None),
    "Expired": (CourierStatus.EXPIRED, None),
    "Exception": OTHER,
}
_SUBTAGS: dict[str, Meaning] = {
    "Exception_010": exception(CourierSubStatus.RETURNED),
    "Exception_011": exception(CourierSubStatus.RETURNED),
    "Exception_012": exception(CourierSubStatus.DAMAGED),
    "Exception_013": exception(CourierSubStatus.LOST),
}


class AfterShipWebhooks:
    """Reads webhooks that are signed with one of the secrets; two are valid during a rotation.

    Source: aftership.com/docs/tracking (webhook signature, delivery statuses and sub-statuses).
    """

    def __init__(self, secrets: Sequence[str], now: Callable[[], datetime]) -> None:
        self._secrets = tuple(secret.encode() for secret in secrets)
        self._now = now

    def read(self, body: bytes, headers: Mapping[str, str]) -> CourierEvent | None:
        """Return the event, or None for a signed event that is not about a parcel.

        Raises BadSignatureError, and UnreadableEventError for a signed body that is not what AfterShip documents.
        """
        right = [b64encode(hmac.new(secret, body, sha256).digest()).decode() for secret in self._secrets]
        verify(headers.get(HEADER), right, HEADER)
        digest = sha256(body).hexdigest()
        return translated(body, lambda event: self._event(event, digest), id_field="event_id")

    def _event(self, body: dict[str, Any], digest: str) -> CourierEvent | None:
        if not text(body.get("event", "tracking_update")).startswith("tracking_"):
            return None
        tracking = body["msg"]
        status, sub_status = _meaning(tracking)
        points: list[dict[str, Any]] = tracking.get("checkpoints") or []
        times = [at for at in (instant(point.get("checkpoint_time")) for point in points) if at]
        return CourierEvent(
            provider=PROVIDER,
            event_id=str(body.get("event_id") or digest),
            tracking_number=tracking["tracking_number"],
            status=status,
            sub_status=sub_status,
            occurred_at=max(times, default=None),
            received_at=self._now(),
        )


def _meaning(tracking: dict[str, Any]) -> Meaning:
    return _SUBTAGS.get(str(tracking.get("subtag"))) or _TAGS.get(str(tracking["tag"]), MOVING)
