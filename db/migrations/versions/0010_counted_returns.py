"""Which external refunds and disputes count as paid for which case (R32, R38).

Revision ID: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "counted_returns",
        sa.Column("case_id", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(32), nullable=False),
        sa.Column("return_id", sa.String(128), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "number"),
    )
    op.create_index(op.f("ix_counted_returns_provider_return_id"), "counted_returns", ["provider", "return_id"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("counted_returns")
