"""17TRACK's webhooks: the signature covers the raw bytes; its statuses are translated only here."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from domain.enums import CourierStatus, CourierSubStatus
from domain.parcels import CourierEvent
from gateways.couriers.courier_statuses import MOVING, OTHER, PENDING, Meaning, exception, instant, verify
from gateways.couriers.seventeen_track import PROVIDER
from gateways.signed_events import text, translated

HEADER = "sign"
_UPDATED = "TRACKING_UPDATED"
_STATUSES: dict[str, Meaning] = {
    "NotFound": PENDING,
    "InfoReceived": PENDING,
    "InTransit": MOVING,
    "Expired": (CourierStatus.EXPIRED, None),
    "AvailableForPickup": (CourierStatus.AVAILABLE_FOR_PICKUP, None),
    "OutForDelivery": (CourierStatus.OUT_FOR_DELIVERY, None),
    "DeliveryFailure": (CourierStatus.DELIVERY_FAILURE, None),
    "Delivered": (CourierStatus.DELIVERED, None),
    "Exception": OTHER,
}
_SUB_STATUSES: dict[str, Meaning] = {
    "Exception_Returning": exception(CourierSubStatus.RETURNED),
    "Exception_Returned": exception(CourierSubStatus.RETURNED),
    "Exception_Damage": exception(CourierSubStatus.DAMAGED),
    "Exception_Lost": exception(CourierSubStatus.LOST),
    "Exception_Destroyed": exception(CourierSubStatus.DESTROYED),
}


class SeventeenTrackWebhooks:
    """Reads webhooks that are signed with one of the keys; two are valid during a rotation.

    The signature is the SHA-256 of the body, a slash and the key. It contains no time and events have no id, so that
    the hash of the body serves as id and a replayed event is a repeat. Source: 17TRACK's tracking API v2.
    """

    def __init__(self, keys: Sequence[str], now: Callable[[], datetime]) -> None:
        self._keys = tuple(key.encode() for key in keys)
        self._now = now

    def read(self, body: bytes, headers: Mapping[str, str]) -> CourierEvent | None:
        """Return the event, or None for a signed event that is not an update.

        Raises BadSignatureError, and UnreadableEventError for a signed body that is not what 17TRACK documents.
        """
        verify(headers.get(HEADER), [sha256(body + b"/" + key).hexdigest() for key in self._keys], HEADER)
        digest = sha256(body).hexdigest()
        return translated(body, lambda event: self._event(event, digest), id_field=None)

    def _event(self, body: dict[str, Any], digest: str) -> CourierEvent | None:
        if text(body["event"]) != _UPDATED:
            return None
        info: dict[str, Any] = body["data"]["track_info"]
        latest: dict[str, Any] = info.get("latest_event") or {}
        status, sub_status = _meaning(info["latest_status"])
        return CourierEvent(
            provider=PROVIDER,
            event_id=digest,
            tracking_number=body["data"]["number"],
            status=status,
            sub_status=sub_status,
            occurred_at=instant(latest.get("time_utc")),
            received_at=self._now(),
        )


def _meaning(latest: dict[str, Any]) -> Meaning:
    return _SUB_STATUSES.get(str(latest.get("sub_status"))) or _STATUSES.get(str(latest["status"]), MOVING)
