"""Standard terms in stored data: external refunds, and what a case stores about the messages it has processed.

Revision ID: 0006
"""

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

FIELDS = {
    "taken": "processed_events",
    "answered": "last_messages",
    "asked_after": "refund_checks",
    "rounds": "payout_plan_count",
}
KINDS = {
    "AuditDecision": "audit_decision",
    "CourierTracking": "courier_tracking",
    "GoodsReceipt": "goods_receipt",
    "WarehouseInspection": "warehouse_inspection",
    "CaseResolution": "case_resolution",
    "Dispatch": "dispatch",
    "Withdrawal": "withdrawal",
    "EvidenceReport": "evidence_report",
    "PayoutAnswer": "payout_answer",
    "RefundNews": "refund_update",
    "DisputeNews": "dispute_update",
    "StockAnswer": "stock_answer",
    "PayoutTrouble": "payout_trouble",
}
CASES = sa.table("cases", sa.column("case_id", sa.String), sa.column("document", sa.Text))
AT_ONCE = 500


def upgrade() -> None:
    _external_refunds()
    _cases()


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead of going back: the release before does not read these words")


def _external_refunds() -> None:
    op.drop_index(op.f("ix_foreign_refunds_provider_payment_reference"), "foreign_refunds")
    op.rename_table("foreign_refunds", "external_refunds")
    op.create_index(
        op.f("ix_external_refunds_provider_payment_reference"), "external_refunds", ["provider", "payment_reference"]
    )
    op.execute("ALTER TABLE order_payments RENAME COLUMN elsewhere TO external_refunds")


def _cases() -> None:
    connection, last = op.get_bind(), ""
    batch = sa.select(CASES).where(CASES.c.case_id > sa.bindparam("after")).order_by(CASES.c.case_id).limit(AT_ONCE)
    change = sa.update(CASES).where(CASES.c.case_id == sa.bindparam("of_case"))
    while found := connection.execute(batch, {"after": last}).all():
        renamed = [{"of_case": case_id, "document": _in_new_words(document)} for case_id, document in found]
        connection.execute(change, renamed)
        last = found[-1].case_id


def _in_new_words(document: str) -> str:
    old: Mapping[str, Any] = json.loads(document)
    case: dict[str, Any] = {FIELDS.get(name, name): value for name, value in old.items()}
    processed = {event: _identity(value) for event, value in case.get("processed_events", {}).items()}
    last = {KINDS.get(kind, kind): value for kind, value in case.get("last_messages", {}).items()}
    return json.dumps({**case, "processed_events": processed, "last_messages": last}, ensure_ascii=False)


def _identity(identity: str) -> str:
    kind, _, fingerprint = identity.partition("/")
    return f"{KINDS.get(kind, kind)}/{fingerprint}"
