"""What the signals take, as the Temporal UI shows it beside their names."""

AUDIT_DECISION = (
    'One JSON object: {"decision": "approve" | "reject" | "request_information", "reason_code": "...", '
    '"note": "...", "decided_by": "your name", "event_id": "..."}'
)
COURIER_TRACKING = (
    'One JSON object: {"carrier": "sf_express", "tracking_number": "SF1234567890", '
    '"status": "in_transit" | "delivered" | ..., "occurred_at": "2026-01-31T08:00:00Z", "event_id": "..."}'
)
WAREHOUSE_INSPECTION = (
    'One JSON object: {"lines": [{"sku": "...", "quantity": 1, "verdict": "accepted", "disposition": "restock"}], '
    '"inspected_by": "your name", "event_id": "..."}'
)
