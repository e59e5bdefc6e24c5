"""EasyPost's tracker webhooks: the signature covers the raw bytes; its statuses are translated only here."""

import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any
from unicodedata import normalize

from domain.enums import CourierStatus, CourierSubStatus
from domain.parcels import CourierEvent
from gateways.couriers.checkpoints import Checkpoint, Parcel, event_id_of, instant, latest_event, read_time
from gateways.couriers.courier_statuses import MOVING, OTHER, PENDING, Meaning, exception, verify
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
        digest = sha256(body).hexdigest()
        return translated(body, lambda event: self._event(event, digest))

    def _event(self, body: dict[str, Any], digest: str) -> CourierEvent | None:
        if not text(body["description"]).startswith("tracker."):
            return None
        tracker = body["result"]
        updated_at = instant(tracker.get("updated_at"))
        details: list[dict[str, Any]] = tracker.get("tracking_details") or []
        return latest_event(
            Parcel(PROVIDER, event_id_of(body["id"], digest), tracker["tracking_code"]),
            _meaning(tracker) or MOVING,
            [Checkpoint(_meaning(one), read_time(one.get("datetime"), updated_at)) for one in details],
            recorded_at=updated_at,
            received_at=self._now(),
        )


def _meaning(said: dict[str, Any]) -> Meaning | None:
    status = said.get("status")
    return _DETAILS.get(str(said.get("status_detail"))) or (_STATUSES.get(str(status), MOVING) if status else None)
