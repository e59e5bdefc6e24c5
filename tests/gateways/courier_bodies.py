"""Webhooks of tracking providers in the shapes that they document."""

import hmac
import json
from base64 import b64encode
from hashlib import sha256
from typing import Any
from unicodedata import normalize

AT = "2026-11-20T08:15:00"


def aftership(number: str, tag: str = "InTransit", subtag: str = "InTransit_001", at: str = AT, **more: Any) -> bytes:
    told = {
        "event_id": f"evt-{number}-{subtag}-{at}",
        "event": "tracking_update",
        "is_tracking_first_tag": True,
        "msg": {
            "id": "5b7658cec7c33c0e007de3c5",
            "tracking_number": number,
            "slug": "sf-express",
            "tag": tag,
            "subtag": subtag,
            "checkpoints": [
                {
                    "slug": "sf-express",
                    "city": None,
                    "checkpoint_time": "2026-11-18T23:00:00+08:00",
                    "tag": "InTransit",
                },
                {"slug": "sf-express", "city": "深圳", "checkpoint_time": f"{at}+00:00", "tag": tag},
            ],
        },
        "ts": 1763626500,
    }
    return json.dumps(told | more).encode()


def easypost(number: str, status: str = "in_transit", detail: str = "arrived_at_facility", at: str = AT) -> bytes:
    told = {
        "id": f"evt_{number}{status}{at}",
        "object": "Event",
        "mode": "production",
        "description": "tracker.updated",
        "previous_attributes": {"status": "unknown"},
        "status": "pending",
        "result": {
            "id": "trk_123",
            "object": "Tracker",
            "tracking_code": number,
            "status": status,
            "status_detail": detail,
            "carrier": "UPS",
            "tracking_details": [
                {"object": "TrackingDetail", "message": "Picked up", "status": "in_transit", "datetime": f"{at}Z"}
            ],
        },
    }
    return json.dumps(told).encode()


def seventeen_track(
    number: str,
    status: str = "InTransit",
    sub: str = "InTransit_PickedUp",
    at: str = AT,
    event: str = "TRACKING_UPDATED",
) -> bytes:
    told = {
        "event": event,
        "data": {
            "number": number,
            "carrier": 100003,
            "tag": None,
            "track_info": {
                "latest_status": {"status": status, "sub_status": sub, "sub_status_descr": None},
                "latest_event": {
                    "time_iso": f"{at}+00:00",
                    "time_utc": f"{at}Z",
                    "description": "已揽收",
                    "stage": None,
                },
            },
        },
    }
    return json.dumps(told, ensure_ascii=False).encode()


Said = tuple[str, str, str | None]
"""A status, a sub-status, and a time as the courier writes it: at the summary, when the provider recorded it."""


def aftership_history(number: str, summary: Said, *points: Said, recorded: str | None = None) -> bytes:
    """Return an AfterShip body with these checkpoints; `recorded` is when AfterShip heard of the last ones."""
    tag, subtag, updated_at = summary
    message = {
        "tracking_number": number,
        "slug": "yunexpress",
        "tag": tag,
        "subtag": subtag,
        "updated_at": updated_at,
        "checkpoints": [
            {"tag": one, "subtag": sub, "checkpoint_time": at, "created_at": recorded or updated_at}
            for one, sub, at in points
        ],
    }
    return json.dumps({"event": "tracking_update", "msg": message, "ts": 1763626500}).encode()


def easypost_history(number: str, summary: Said, *points: Said) -> bytes:
    """Return an EasyPost body with these tracking details."""
    status, detail, updated_at = summary
    tracker = {
        "object": "Tracker",
        "tracking_code": number,
        "status": status,
        "status_detail": detail,
        "updated_at": updated_at,
        "tracking_details": [
            {"object": "TrackingDetail", "status": one, "status_detail": sub, "datetime": at} for one, sub, at in points
        ],
    }
    digest = sha256(json.dumps(tracker).encode()).hexdigest()
    return json.dumps({"id": f"evt_{digest}", "description": "tracker.updated", "result": tracker}).encode()


def seventeen_track_history(number: str, summary: Said, *points: Said) -> bytes:
    """Return a 17TRACK body with these events; a time without a zone is in `time_raw` only."""
    status, sub, synced_at = summary
    events = [{"stage": one, "sub_status": sub_status, **_seventeen_track_time(at)} for one, sub_status, at in points]
    info = {
        "latest_status": {"status": status, "sub_status": sub},
        "latest_event": events[-1] if events else None,
        "milestone": [{"key_stage": "Delivered", "time_iso": None, "time_utc": None}],
        "tracking": {"providers": [{"latest_sync_time": synced_at, "events": events}]},
    }
    return json.dumps({"event": "TRACKING_UPDATED", "data": {"number": number, "track_info": info}}).encode()


def _seventeen_track_time(at: str | None) -> dict[str, Any]:
    day, _, clock = (at or "").partition("T")
    if at and (at.endswith("Z") or "+" in clock or "-" in clock):
        return {"time_iso": at, "time_utc": at if at.endswith("Z") else None}
    return {"time_iso": None, "time_utc": None, "time_raw": {"date": day or None, "time": clock or None}}


def signed_aftership(secret: str, body: bytes) -> dict[str, str]:
    return {"aftership-hmac-sha256": b64encode(hmac.new(secret.encode(), body, sha256).digest()).decode()}


def signed_easypost(secret: str, body: bytes) -> dict[str, str]:
    key = normalize("NFKD", secret).encode()
    return {"x-hmac-signature": f"hmac-sha256-hex={hmac.new(key, body, sha256).hexdigest()}"}


def signed_seventeen_track(secret: str, body: bytes) -> dict[str, str]:
    return {"sign": sha256(body + b"/" + secret.encode()).hexdigest()}
