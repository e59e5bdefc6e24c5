"""Example bodies of the OpenAPI document; in the order of its paths they play one refund, and a test sends them all."""

from datetime import datetime, timedelta
from typing import Any

from fastapi.openapi.models import Example

ORDER: dict[str, Example] = {
    "two_lines": {
        "summary": "An order with two lines, paid by card and delivered yesterday",
        "value": {
            "customer_id": "cust-77",
            "currency": "USD",
            "placed_at": "2026-11-02T09:30:00+00:00",
            "lines": [
                {"sku": "LAMP-1", "product_name": "Desk lamp", "quantity": 2, "unit_price": 4500, "tax": 720},
                {"sku": "MUG-7", "product_name": "Mug", "quantity": 1, "unit_price": 1200, "discount": 200},
            ],
            "outbound_postage": 900,
            "payments": [{"provider": "stripe", "reference": "pi_3Nabc", "amount": 11620}],
            "parcels": [
                {
                    "tracking_number": "SF1029384756",
                    "skus": ["LAMP-1", "MUG-7"],
                    "delivered_at": "2026-11-19T15:20:00+00:00",
                }
            ],
        },
    }
}

REFUND: dict[str, Example] = {
    "seller_at_fault": {
        "summary": "One unit is broken; two photos are announced",
        "value": {
            "order_number": "A-1001",
            "customer_id": "cust-77",
            "reason": "quality",
            "resolution": "refund",
            "description": "The lamp flickers and goes out after a minute.",
            "lines": [{"sku": "LAMP-1", "quantity": 1}],
            "evidence": [
                {"filename": "lamp-front.jpg", "content_type": "image/jpeg", "size": 48213},
                {"filename": "lamp-flicker.mp4", "content_type": "video/mp4", "size": 1048576},
            ],
        },
    },
    "exchange": {
        "summary": "The customer prefers the oak one",
        "value": {
            "order_number": "A-1001",
            "customer_id": "cust-77",
            "reason": "personal",
            "resolution": "exchange",
            "lines": [{"sku": "LAMP-1", "quantity": 1, "exchange_for": "LAMP-OAK"}],
        },
    },
    "personal": {
        "summary": "The customer changed their mind; no photo is needed",
        "value": {
            "order_number": "A-1001",
            "customer_id": "cust-77",
            "reason": "personal",
            "lines": [{"sku": "MUG-7"}],
        },
    },
}

EVIDENCE: dict[str, Example] = {
    "one_photo": {
        "summary": "One more photo",
        "value": {"evidence": [{"filename": "lamp-label.png", "content_type": "image/png", "size": 20480}]},
    }
}

AUDIT: dict[str, Example] = {
    "approve": {"summary": "Approve", "value": {"decision": "approve"}},
    "approve_with_label": {
        "summary": "Approve as a personal return, with a return label of the shop",
        "value": {
            "decision": "approve",
            "reclassify_as": "personal",
            "shop_paid_label": {"minor": 650, "currency": "USD"},
        },
    },
    "reject": {
        "summary": "Reject, with a code and a text for the customer",
        "value": {
            "decision": "reject",
            "reason_code": "signs_of_use",
            "note": "The mug shows clear signs of use, so we cannot take it back.",
        },
    },
    "request_information": {
        "summary": "Ask for more photos",
        "value": {
            "decision": "request_information",
            "reason_code": "photos_unclear",
            "note": "Please send a photo of the label on the bottom.",
        },
    },
}

SHIPMENT: dict[str, Example] = {
    "with_postage": {
        "summary": "Sent back, with the postage paid",
        "value": {
            "carrier": "sf_express",
            "tracking_number": "SF1234567890",
            "postage": {"minor": 850, "currency": "USD"},
        },
    }
}

RECEIPT: dict[str, Example] = {
    "scanned_in": {"summary": "The parcel was scanned on arrival", "value": {"scan_id": "dock-2-000341"}}
}

INSPECTION: dict[str, Example] = {
    "accepted": {
        "summary": "Everything is as claimed",
        "value": {
            "scan_id": "bench-1-000977",
            "lines": [{"sku": "LAMP-1", "quantity": 1, "verdict": "accepted", "disposition": "recycle"}],
        },
    },
    "no_defect_found": {
        "summary": "The claimed defect was not found; a human decides",
        "value": {
            "scan_id": "bench-1-000978",
            "lines": [{"sku": "LAMP-1", "quantity": 1, "verdict": "no_defect_found", "disposition": "resale_hold"}],
            "note": "Ran for two hours without a flicker.",
            "photos": [{"filename": "bench.jpg", "content_type": "image/jpeg", "size": 30000}],
        },
    },
}

RESOLUTION: dict[str, Example] = {
    "accept": {"summary": "Accept the units anyway", "value": {"decision": "accept"}},
    "partial_refund": {
        "summary": "Refund a part, as agreed with the customer",
        "value": {
            "decision": "partial_refund",
            "amount": {"minor": 2000, "currency": "USD"},
            "note": "Agreed by telephone: 20.00 USD, the lamp goes back.",
        },
    },
    "refuse": {
        "summary": "Refuse; the units go back at the customer's cost",
        "value": {"decision": "refuse", "reason_code": "no_defect_found"},
    },
}

DISPATCH: dict[str, Example] = {
    "refused_goods": {
        "summary": "Refused goods are sent back to the customer",
        "value": {"goods": "refused_goods", "carrier": "sf_express", "tracking_number": "SF5550001112"},
    },
    "replacement": {
        "summary": "The replacement is sent",
        "value": {"goods": "replacement", "carrier": "sf_express", "tracking_number": "SF5550001113"},
    },
}

PRODUCT: dict[str, Example] = {
    "priced": {
        "summary": "Twelve units are available, with prices in two currencies",
        "value": {"product_name": "Desk lamp, oak", "available": 12, "prices": {"USD": 3900, "EUR": 3700}},
    }
}

CLOSING: dict[str, Example] = {
    "explained": {"summary": "Explain it", "value": {"note": "Refunded by hand on the customer's call, ticket 4711."}}
}


SCANS: dict[str, Example] = {
    "received_and_inspected": {
        "summary": "A parcel is received and its goods are inspected",
        "value": {
            "scans": [
                {
                    "scan_id": "device-3-000811",
                    "code": "RMA-0000-0000-0000",
                    "kind": "received",
                    "scanned_at": "2026-11-20T08:15:00Z",
                },
                {
                    "scan_id": "device-3-000812",
                    "code": "RMA-0000-0000-0000",
                    "kind": "inspected",
                    "scanned_at": "2026-11-20T08:19:30Z",
                    "lines": [{"sku": "MUG-7", "quantity": 1, "verdict": "accepted", "disposition": "restock"}],
                },
            ]
        },
    }
}

MATCH: dict[str, Example] = {
    "found_out": {"summary": "It belongs to this case", "value": {"case_id": "rc_01k0v6xq3e7h"}}
}


def order_delivered_before(now: datetime) -> dict[str, Any]:
    """Return the example order with dates for which a refund can be requested now."""
    [example] = ORDER.values()
    order: dict[str, Any] = {**(example.get("value") or {})}
    day = now.replace(microsecond=0)
    parcels = [{**parcel, "delivered_at": (day - timedelta(days=1)).isoformat()} for parcel in order["parcels"]]
    return {**order, "placed_at": (day - timedelta(days=6)).isoformat(), "parcels": parcels}
