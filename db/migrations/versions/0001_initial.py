"""Orders, intakes, cases and money, as the first version of the service keeps them.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

from db.migrations.books import create_books

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _orders()
    _intakes()
    _cases()
    create_books()


def downgrade() -> None:
    raise NotImplementedError("the first revision holds the books: restore a backup instead of going back")


def _orders() -> None:
    op.create_table(
        "orders",
        sa.Column("order_number", sa.String(64), nullable=False),
        sa.Column("customer_id", sa.String(64), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("placed_at", INSTANT, nullable=False),
        sa.Column("outbound_postage", sa.BigInteger(), nullable=False),
        sa.Column("receipt_confirmed_at", INSTANT),
        sa.PrimaryKeyConstraint("order_number"),
    )
    op.create_table(
        "order_lines",
        sa.Column("order_number", sa.String(64), nullable=False),
        sa.Column("sku", sa.String(64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("product_name", sa.String(200), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("discount", sa.BigInteger(), nullable=False),
        sa.Column("special", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["order_number"], ["orders.order_number"]),
        sa.PrimaryKeyConstraint("order_number", "sku"),
    )
    op.create_table(
        "order_payments",
        sa.Column("order_number", sa.String(64), nullable=False),
        sa.Column("provider", sa.String(32), nullable=False),
        sa.Column("reference", sa.String(128), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("captured", sa.BigInteger(), nullable=False),
        sa.Column("committed", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("committed >= 0 AND committed <= captured", name="within_captured"),
        sa.ForeignKeyConstraint(["order_number"], ["orders.order_number"]),
        sa.PrimaryKeyConstraint("order_number", "provider", "reference"),
    )
    op.create_table(
        "order_parcels",
        sa.Column("order_number", sa.String(64), nullable=False),
        sa.Column("tracking_number", sa.String(64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("skus", sa.JSON(), nullable=False),
        sa.Column("delivered_at", INSTANT),
        sa.Column("returned_to_sender", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["order_number"], ["orders.order_number"]),
        sa.PrimaryKeyConstraint("order_number", "tracking_number"),
    )


def _intakes() -> None:
    op.create_table(
        "intakes",
        sa.Column("case_id", sa.String(64), nullable=False),
        sa.Column("principal", sa.String(), nullable=False),
        sa.Column("idempotency_key", sa.String(), nullable=False),
        sa.Column("body_sha256", sa.String(64), nullable=False),
        sa.Column("intake", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("case_id"),
        sa.UniqueConstraint("principal", "idempotency_key"),
    )
    op.create_table(
        "evidence",
        sa.Column("evidence_id", sa.String(64), nullable=False),
        sa.Column("case_id", sa.String(64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("filename", sa.String(120), nullable=False),
        sa.Column("content_type", sa.String(40), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("announced_sha256", sa.String(64)),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("version_id", sa.String()),
        sa.Column("sha256", sa.String(64)),
        sa.Column("why", sa.String()),
        sa.Column("announced_at", INSTANT, nullable=False),
        sa.Column("settled_at", INSTANT),
        sa.PrimaryKeyConstraint("evidence_id"),
    )
    op.create_index(op.f("ix_evidence_case_id_announced_at"), "evidence", ["case_id", "announced_at"])


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("case_id", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("order_number", sa.String(64), nullable=False),
        sa.Column("customer_id", sa.String(64), nullable=False),
        sa.Column("awaiting", sa.String(16), nullable=False),
        sa.Column("overdue", sa.Boolean(), nullable=False),
        sa.Column("next_deadline", INSTANT),
        sa.Column("policy_version", sa.String(32), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("case_id"),
    )
    op.create_index(op.f("ix_cases_awaiting_opened_at"), "cases", ["awaiting", "opened_at"])
    op.create_index(op.f("ix_cases_opened_at_case_id"), "cases", ["opened_at", "case_id"])
    op.create_index(op.f("ix_cases_order_number"), "cases", ["order_number"])
    op.create_index(op.f("ix_cases_state_opened_at"), "cases", ["state", "opened_at"])
    op.create_table(
        "reserved_units",
        sa.Column("order_number", sa.String(64), nullable=False),
        sa.Column("sku", sa.String(64), nullable=False),
        sa.Column("unit", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.String(64), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.CheckConstraint("unit >= 1", name="unit_from_one"),
        sa.ForeignKeyConstraint(["order_number", "sku"], ["order_lines.order_number", "order_lines.sku"]),
        sa.PrimaryKeyConstraint("order_number", "sku", "unit"),
    )
    op.create_index(op.f("ix_reserved_units_case_id"), "reserved_units", ["case_id"])
    op.create_table(
        "timeline",
        sa.Column("case_id", sa.String(64), nullable=False),
        sa.Column("source", sa.String(8), nullable=False),
        sa.Column("entry_id", sa.String(64), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("rule", sa.String(8)),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("text", sa.Text()),
        sa.PrimaryKeyConstraint("case_id", "source", "entry_id"),
    )
