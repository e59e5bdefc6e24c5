"""A ledger of every movement, in transactions of several credits; payouts know whose cap they count against.

Revision ID: 0003
"""

import sqlalchemy as sa
from alembic import op

from db.migrations.ledger_balance import guard_ledger_balance

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _payouts()
    guard_ledger_balance()


def downgrade() -> None:
    raise NotImplementedError("the ledger is append-only: restore a backup instead of going back")


def _payouts() -> None:
    op.add_column("payouts", sa.Column("source_provider", sa.String(32)))
    op.add_column("payouts", sa.Column("source_reference", sa.String(128)))
    through = "UPDATE payouts SET source_provider = provider, source_reference = payment_reference"
    op.execute(f"{through} WHERE provider <> 'reimbursement'")
    columns = ["source_provider", "source_reference"]
    op.create_index(op.f("ix_payouts_source_provider_source_reference"), "payouts", columns)
    op.create_index(op.f("ix_payouts_provider_gateway_refund_id"), "payouts", ["provider", "gateway_refund_id"])
