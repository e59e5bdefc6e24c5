"""Exchanges: products and reservations of the stock, and a unit is refunded or replaced, never both.

Revision ID: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _units()
    op.add_column("parcel_codes", sa.Column("outbound", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("parcel_codes") as codes:
        codes.alter_column("outbound", server_default=None)
    op.create_table(
        "products",
        sa.Column("sku", sa.String(64), nullable=False),
        sa.Column("product_name", sa.String(200), nullable=False),
        sa.Column("available", sa.Integer(), nullable=False),
        sa.Column("prices", sa.JSON(), nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint("available >= 0", name=op.f("ck_products_promised_within_stock")),
        sa.PrimaryKeyConstraint("sku"),
    )
    op.create_table(
        "stock_reservations",
        sa.Column("reservation_id", sa.String(80), nullable=False),
        sa.Column("case_id", sa.String(64), nullable=False),
        sa.Column("sku", sa.String(64), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "status IN ('reserved', 'out_of_stock', 'released')", name=op.f("ck_stock_reservations_known_status")
        ),
        sa.CheckConstraint("quantity >= 1", name=op.f("ck_stock_reservations_at_least_one")),
        sa.PrimaryKeyConstraint("reservation_id"),
    )
    op.create_index(op.f("ix_stock_reservations_sku"), "stock_reservations", ["sku"])


def downgrade() -> None:
    raise NotImplementedError("what was replaced would be lost: restore a backup instead of going back")


def _units() -> None:
    with op.batch_alter_table("reserved_units") as units:
        units.add_column(sa.Column("settles_as", sa.String(16)))
    op.execute("UPDATE reserved_units SET settles_as = 'refund' WHERE settled")
    with op.batch_alter_table("reserved_units") as units:
        units.create_check_constraint(
            op.f("ck_reserved_units_settles_as_one"), "settles_as IN ('refund', 'replacement')"
        )
        units.create_check_constraint(
            op.f("ck_reserved_units_settled_as_something"), "NOT settled OR settles_as IS NOT NULL"
        )
