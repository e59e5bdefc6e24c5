"""Tables for what gateways report: webhooks, disputes and refunds made by hand; and for reconciliation's findings.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
WITHIN = "committed >= 0 AND elsewhere >= 0 AND committed + elsewhere <= captured"


def upgrade() -> None:
    _events()
    _findings()
    _caps()


def downgrade() -> None:
    raise NotImplementedError("webhooks and findings would be lost: restore a backup instead of going back")


def _events() -> None:
    op.create_table(
        "gateway_events",
        sa.Column("provider", sa.String(32), nullable=False),
        sa.Column("event_id", sa.String(128), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("body_sha256", sa.String(64), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("taken_in_at", INSTANT, nullable=False),
        sa.Column("settled_at", INSTANT),
        sa.PrimaryKeyConstraint("provider", "event_id"),
    )
    op.create_index(op.f("ix_gateway_events_status_taken_in_at"), "gateway_events", ["status", "taken_in_at"])
    op.create_table(
        "disputes",
        sa.Column("provider", sa.String(32), nullable=False),
        sa.Column("dispute_id", sa.String(128), nullable=False),
        sa.Column("payment_reference", sa.String(128), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("status", sa.String(8), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.CheckConstraint("amount > 0", name="amount_positive"),
        sa.PrimaryKeyConstraint("provider", "dispute_id"),
    )
    op.create_index(op.f("ix_disputes_provider_payment_reference"), "disputes", ["provider", "payment_reference"])
    op.create_table(
        "foreign_refunds",
        sa.Column("provider", sa.String(32), nullable=False),
        sa.Column("refund_id", sa.String(128), nullable=False),
        sa.Column("payment_reference", sa.String(128), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("provider", "refund_id"),
    )
    op.create_index(
        op.f("ix_foreign_refunds_provider_payment_reference"), "foreign_refunds", ["provider", "payment_reference"]
    )


def _findings() -> None:
    op.create_table(
        "findings",
        sa.Column("finding_id", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("found_at", INSTANT, nullable=False),
        sa.Column("last_seen_at", INSTANT, nullable=False),
        sa.Column("closed_at", INSTANT),
        sa.Column("closed_by", sa.String(80)),
        sa.Column("close_note", sa.Text()),
        sa.PrimaryKeyConstraint("finding_id"),
    )
    op.create_index(op.f("ix_findings_closed_at_found_at"), "findings", ["closed_at", "found_at"])


def _caps() -> None:
    _refuse_shared_payments()
    with op.batch_alter_table("order_payments") as payments:
        payments.add_column(sa.Column("elsewhere", sa.BigInteger(), nullable=False, server_default="0"))
        payments.drop_constraint("within_captured", type_="check")
        payments.create_check_constraint("within_captured", WITHIN)
        payments.create_unique_constraint(op.f("uq_order_payments_provider_reference"), ["provider", "reference"])
    with op.batch_alter_table("order_payments") as payments:
        payments.alter_column("elsewhere", existing_type=sa.BigInteger(), server_default=None)


def _refuse_shared_payments() -> None:
    shared = sa.text("SELECT provider, reference FROM order_payments GROUP BY 1, 2 HAVING count(*) > 1 ORDER BY 1, 2")
    if found := op.get_bind().execute(shared).all():
        named = ", ".join(f"{provider} {reference}" for provider, reference in found[:5])
        raise ValueError(f"payments that stand in two orders: {named}; correct the orders first")
