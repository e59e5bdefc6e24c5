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
REFUND_UPDATE = (
    'Sent by the service when a gateway has news. One JSON object: {"payout_id": "rc_...-p1", "refund_id": "re_...", '
    '"event_id": "..."}. The gateway is then asked how the refund stands.'
)
DISPUTE_UPDATE = (
    'Sent by the service when a gateway tells of a chargeback. One JSON object: {"dispute": {"provider": "stripe", '
    '"dispute_id": "...", "payment_reference": "...", "amount": {"minor": 100, "currency": "USD"}, '
    '"status": "open" | "won" | "lost", "changed_at": "2026-01-31T08:00:00Z"}, "event_id": "..."}'
)
