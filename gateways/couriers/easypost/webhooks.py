"""EasyPost's tracker webhooks: the signature covers the raw bytes; its statuses are translated only here."""

import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any
from unicodedata import normalize

from domain.enums import CourierStatus, CourierSubStatus
from domain.parcels import CourierEvent
from gateways.couriers.courier_statuses import MOVING, OTHER, PENDING, Meaning, exception, instant, verify
from gateways.couriers.easypost import PROVIDER
from gateways.signed_events import text, translated

HEADER = "x-hmac-signature"
_PREFIX = "hmac-sha256-hex="
_STATUSES: dict[str, Meaning] = {
    "unknown": PENDING,
    "pre_transit": PENDING,
    "in_transit": MOVING,
    "out_for_delivery": (CourierStatus.OUT_FOR_DELIVERY, None),
    "delivered": (CourierStatus.DELIVERED, None),
    "available_for_pickup": (CourierStatus.AVAILABLE_FOR_PICKUP, None),
    "return_to_sender": exception(CourierSubStatus.RETURNED),
    "failure": (CourierStatus.DELIVERY_FAILURE, None),
    "cancelled": OTHER,
    "error": OTHER,
}
_DETAILS: dict[str, Meaning] = {
    "lost": exception(CourierSubStatus.LOST),
    "damaged": exception(CourierSubStatus.DAMAGED),
    "destroyed": exception(CourierSubStatus.DESTROYED),
}


class EasyPostWebhooks:
    """Reads webhooks that are signed with one of the secrets; two are valid during a rotation.

    Source: docs.easypost.com (webhooks, trackers). EasyPost normalises a secret by NFKD before it signs with it.
    """

    def __init__(self, secrets: Sequence[str], now: Callable[[], datetime]) -> None:
        self._secrets = tuple(normalize("NFKD", secret).encode() for secret in secrets)
        self._now = now

    def read(self, body: bytes, headers: Mapping[str, str]) -> CourierEvent | None:
        """Return the event, or None for a signed event that is not about a parcel.

        Raises BadSignatureError, and UnreadableEventError for a signed body that is not what EasyPost documents.
        """
        right = [_PREFIX + hmac.new(secret, body, sha256).hexdigest() for secret in self._secrets]
        verify(headers.get(HEADER), right, HEADER)
        return translated(body, self._event)

    def _event(self, body: dict[str, Any]) -> CourierEvent | None:
        if not text(body["description"]).startswith("tracker."):
            return None
        tracker = body["result"]
        status, sub_status = _meaning(tracker)
        details: list[dict[str, Any]] = tracker.get("tracking_details") or []
        times = [at for at in (instant(detail.get("datetime")) for detail in details) if at]
        return CourierEvent(
            provider=PROVIDER,
            event_id=body["id"],
            tracking_number=tracker["tracking_code"],
            status=status,
            sub_status=sub_status,
            occurred_at=max(times, default=None),
            received_at=self._now(),
        )


def _meaning(tracker: dict[str, Any]) -> Meaning:
    return _DETAILS.get(str(tracker.get("status_detail"))) or _STATUSES.get(str(tracker["status"]), MOVING)
