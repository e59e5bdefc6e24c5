"""Disputes of which a provider does not say who got the money (R38).

Revision ID: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what is known so far is clear."""
    op.add_column("disputes", sa.Column("is_unclear", sa.Boolean(), nullable=True))


def downgrade() -> None:
    """Drop the column."""
    with op.batch_alter_table("disputes") as table:
        table.drop_column("is_unclear")
