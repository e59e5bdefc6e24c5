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
from gateways.couriers.checkpoints import Checkpoint, Parcel, event_id_of, instant, latest_event, read_time
from gateways.couriers.courier_statuses import MOVING, OTHER, PENDING, Meaning, exception, verify
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

    Source: aftership.com/docs/tracking (webhook signature, delivery statuses and sub-statuses; the time of a checkpoint
    is a day, or a time with or without a zone; `return_to_sender` is true once any checkpoint says so).
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
        updated_at = instant(tracking.get("updated_at"))
        points: list[dict[str, Any]] = tracking.get("checkpoints") or []
        return latest_event(
            Parcel(PROVIDER, event_id_of(body.get("event_id"), digest), tracking["tracking_number"]),
            _meaning(tracking) or MOVING,
            [_checkpoint(one, updated_at) for one in points],
            recorded_at=updated_at,
            received_at=self._now(),
            is_returned=tracking.get("return_to_sender") is True,
        )


def _checkpoint(point: dict[str, Any], updated_at: datetime | None) -> Checkpoint:
    """Return a checkpoint; its time has a zone only where the courier gives one, those of AfterShip itself always."""
    recorded_at = instant(point.get("created_at")) or updated_at
    return Checkpoint(_meaning(point), read_time(point.get("checkpoint_time"), recorded_at))


def _meaning(said: dict[str, Any]) -> Meaning | None:
    tag = said.get("tag")
    return _SUBTAGS.get(str(said.get("subtag"))) or (_TAGS.get(str(tag), MOVING) if tag else None)
