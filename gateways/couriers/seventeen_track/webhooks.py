"""17TRACK's webhooks: the signature covers the raw bytes; its statuses are translated only here."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from domain.enums import CourierStatus, CourierSubStatus
from domain.parcels import CourierEvent
from gateways.couriers.checkpoints import Checkpoint, CourierTime, Parcel, instant, latest_event, read_time
from gateways.couriers.courier_statuses import MOVING, OTHER, PENDING, Meaning, exception, verify
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
_STAGES: dict[str, Meaning] = {
    "PickedUp": MOVING,
    "Departure": MOVING,
    "Arrival": MOVING,
    "Returning": exception(CourierSubStatus.RETURNED),
    "Returned": exception(CourierSubStatus.RETURNED),
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
    the hash of the body serves as id and a replayed event is a repeat. Source: 17TRACK's tracking API v2; a time whose
    zone the courier does not name is in `time_raw` only.
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
        tracking: dict[str, Any] = info.get("tracking") or {}
        providers: list[dict[str, Any]] = tracking.get("providers") or []
        synced = [at for at in (instant(one.get("latest_sync_time")) for one in providers) if at]
        recorded_at = max(synced, default=None)
        events: list[dict[str, Any]] = [event for one in providers for event in one.get("events") or ()]
        points = [info.get("latest_event") or {}, *events, *(info.get("milestone") or ())]
        return latest_event(
            Parcel(PROVIDER, digest, body["data"]["number"]),
            _meaning(info["latest_status"]) or MOVING,
            [Checkpoint(_meaning(one), _time(one, recorded_at)) for one in points],
            recorded_at=recorded_at,
            received_at=self._now(),
        )


def _time(event: dict[str, Any], recorded_at: datetime | None) -> CourierTime | None:
    """Return the event's time: with a zone if 17TRACK knows it, else as the courier's own clock or day has it."""
    zoned = [read_time(event.get(name)) for name in ("time_iso", "time_utc")]
    if known := next((one for one in zoned if one and one.local_time is None), None):
        return known
    raw: dict[str, Any] = event.get("time_raw") or {}
    written = "T".join(str(part) for part in (raw.get("date"), raw.get("time")) if part)
    return read_time(written, recorded_at) or read_time(event.get("time_iso"), recorded_at)


def _meaning(said: dict[str, Any]) -> Meaning | None:
    """Return the meaning by the sub-status, or else by the status or the stage of a milestone or event."""
    word = str(said.get("sub_status") or said.get("status") or said.get("stage") or said.get("key_stage") or "")
    status = str(said.get("status") or word.partition("_")[0])
    known = _SUB_STATUSES.get(word) or _STAGES.get(status) or _STATUSES.get(status)
    return known or (MOVING if word else None)
