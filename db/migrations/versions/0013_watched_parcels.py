"""When it is looked at whether a replacement still moves (R39, R43).

Revision ID: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

IS_WATCHED = sa.text("watch_at IS NOT NULL")


def upgrade() -> None:
    """Add the time; parcels that left before are not watched, an operator can reopen their cases."""
    op.add_column("parcel_codes", sa.Column("watch_at", sa.DateTime(timezone=True)))
    op.create_index(
        op.f("ix_parcel_codes_watch_at"),
        "parcel_codes",
        ["watch_at"],
        sqlite_where=IS_WATCHED,
        postgresql_where=IS_WATCHED,
    )


def downgrade() -> None:
    """Forget when parcels are looked at."""
    op.drop_index(op.f("ix_parcel_codes_watch_at"), "parcel_codes")
    op.drop_column("parcel_codes", "watch_at")
