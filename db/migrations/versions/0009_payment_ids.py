"""All ids of a payment, and what a dispute returned to the customer.

Revision ID: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payment_aliases",
        sa.Column("provider", sa.String(32), nullable=False),
        sa.Column("reference", sa.String(128), nullable=False),
        sa.Column("payment", sa.String(128), nullable=False),
        sa.PrimaryKeyConstraint("provider", "reference"),
    )
    op.create_index(op.f("ix_payment_aliases_provider_payment"), "payment_aliases", ["provider", "payment"])
    op.add_column("disputes", sa.Column("returned", sa.BigInteger()))
    op.add_column("disputes", sa.Column("returned_currency", sa.String(3)))
    op.add_column("disputes", sa.Column("refund_ids", sa.JSON()))
    op.add_column("disputes", sa.Column("opened_at", sa.DateTime(timezone=True)))
    op.add_column("disputes", sa.Column("is_inquiry", sa.Boolean()))
    op.add_column("external_refunds", sa.Column("is_reversal", sa.Boolean()))


def downgrade() -> None:
    raise NotImplementedError("what disputes returned would be lost: restore a backup instead of going back")
