"""A sample return to try the scanning page: an approved case of an example order, and its slip as a picture."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2

from config.keys import development_keys
from local.stack.stack_config import Urls

CUSTOMER, PRICE, POSTAGE = "customer-1", 1200, 700
PREFIX = "TRY-"
_KEYS = {holder.role.value: key for key, holder in development_keys().items()}


def keep_slip(urls: Urls, folder: Path) -> Path:
    """Save the slip of a return that waits for its parcel as a picture and return its path; create a return if needed.

    Raises httpx2.HTTPError if the development keys are not valid.
    """
    with httpx2.Client(base_url=urls.api, timeout=30, trust_env=False) as api:
        case_id = _waiting(api) or _approved(api, urls)
        slip = api.get(f"/v1/refunds/{case_id}/label", params={"format": "png"}, headers=_as("storefront"))
        picture = folder / "return-slip.png"
        picture.write_bytes(slip.raise_for_status().content)
        return picture


def _waiting(api: httpx2.Client) -> str | None:
    answer = api.get("/v1/refunds", params={"state": "awaiting_return"}, headers=_as("storefront")).raise_for_status()
    items: list[dict[str, Any]] = answer.json()["items"]
    return next((one["case_id"] for one in items if one["order_number"].startswith(PREFIX)), None)


def _approved(api: httpx2.Client, urls: Urls) -> str:
    now = datetime.now(UTC)
    number = f"{PREFIX}{now:%Y%m%d-%H%M%S}"
    reference, captured = f"pi_{number.replace('-', '_')}", 2 * PRICE + POSTAGE
    payment = {"reference": reference, "amount": captured, "currency": "USD"}
    httpx2.post(f"{urls.sandbox}/sandbox/payments", json=payment, trust_env=False).raise_for_status()
    order = {
        "customer_id": CUSTOMER,
        "currency": "USD",
        "placed_at": (now - timedelta(days=6)).isoformat(),
        "lines": [{"sku": "MUG-1", "product_name": "Mug", "unit_price": PRICE, "quantity": 2}],
        "outbound_postage": POSTAGE,
        "payments": [{"provider": "stripe", "reference": reference, "amount": captured}],
        "parcels": [
            {"tracking_number": "OUT1", "skus": ["MUG-1"], "delivered_at": (now - timedelta(days=1)).isoformat()}
        ],
    }
    api.put(f"/v1/orders/{number}", json=order, headers=_as("storefront")).raise_for_status()
    asked = {
        "order_number": number,
        "customer_id": CUSTOMER,
        "reason": "personal",
        "description": "To try the scanning page with.",
        "lines": [{"sku": "MUG-1", "quantity": 2}],
    }
    headers = _as("storefront") | {"Idempotency-Key": number}
    opened = api.post("/v1/refunds", json=asked, headers=headers).raise_for_status()
    case_id: str = opened.json()["case_id"]
    audit = api.post(f"/v1/refunds/{case_id}/audit", json={"decision": "approve"}, headers=_as("auditor"))
    audit.raise_for_status()
    return case_id


def _as(role: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {_KEYS[role]}"}
