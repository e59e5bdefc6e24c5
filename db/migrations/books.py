"""Part of revision 0001: payouts and the ledger, with triggers that keep the ledger append-only and balanced."""

import sqlalchemy as sa
from alembic import op

INSTANT = sa.DateTime(timezone=True)

# SQLite has no deferred triggers, so the check runs at a transaction's only credit, which is its last leg.
SQLITE_GUARDS = (
    """CREATE TRIGGER ledger_entries_no_update BEFORE UPDATE ON ledger_entries
    BEGIN SELECT RAISE(ABORT, 'ledger_entries is append-only'); END""",
    """CREATE TRIGGER ledger_entries_no_delete BEFORE DELETE ON ledger_entries
    BEGIN SELECT RAISE(ABORT, 'ledger_entries is append-only'); END""",
    """CREATE TRIGGER ledger_entries_balance AFTER INSERT ON ledger_entries WHEN NEW.amount < 0
    AND (SELECT sum(amount) FROM ledger_entries WHERE transaction_id = NEW.transaction_id) <> 0
    BEGIN SELECT RAISE(ABORT, 'a ledger transaction adds up to zero'); END""",
)

POSTGRESQL_GUARDS = (
    """CREATE FUNCTION ledger_entries_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'ledger_entries is append-only' USING ERRCODE = 'restrict_violation'; END $$""",
    """CREATE TRIGGER ledger_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_entries_refuse()""",
    """CREATE FUNCTION ledger_entries_weigh() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN
        IF (SELECT sum(amount) FROM ledger_entries WHERE transaction_id = NEW.transaction_id) <> 0 THEN
            RAISE EXCEPTION 'a ledger transaction adds up to zero' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    END $$""",
    """CREATE CONSTRAINT TRIGGER ledger_entries_balance AFTER INSERT ON ledger_entries
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entries_weigh()""",
)

GUARDS = {"sqlite": SQLITE_GUARDS, "postgresql": POSTGRESQL_GUARDS}


def create_books() -> None:
    """Create the tables for payouts and the ledger, and the triggers that protect them."""
    _tables()
    for statement in GUARDS[op.get_bind().dialect.name]:
        op.execute(sa.text(statement))


def _tables() -> None:
    op.create_table(
        "payouts",
        sa.Column("payout_id", sa.String(64), nullable=False),
        sa.Column("case_id", sa.String(64), nullable=False),
        sa.Column("order_number", sa.String(64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("planned_at_version", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(32), nullable=False),
        sa.Column("payment_reference", sa.String(128), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("idempotency_key", sa.String(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("gateway_refund_id", sa.String()),
        sa.Column("failure_code", sa.String()),
        sa.Column("released", sa.Boolean(), nullable=False),
        sa.Column("first_attempt_at", INSTANT),
        sa.Column("submitted_at", INSTANT),
        sa.Column("settled_at", INSTANT),
        sa.CheckConstraint("amount > 0", name="amount_positive"),
        sa.PrimaryKeyConstraint("payout_id"),
        sa.UniqueConstraint("case_id", "position"),
        sa.UniqueConstraint("idempotency_key"),
    )
    op.create_index(op.f("ix_payouts_order_number"), "payouts", ["order_number"])
    op.create_table(
        "ledger_entries",
        sa.Column("transaction_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("movement", sa.String(32), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("case_id", sa.String(64), nullable=False),
        sa.Column("order_number", sa.String(64), nullable=False),
        sa.Column("payout_id", sa.String(64), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.CheckConstraint("amount <> 0", name="amount_not_zero"),
        sa.ForeignKeyConstraint(["payout_id"], ["payouts.payout_id"]),
        sa.PrimaryKeyConstraint("transaction_id", "position"),
    )
    op.create_index(op.f("ix_ledger_entries_case_id"), "ledger_entries", ["case_id"])
    op.create_index(op.f("ix_ledger_entries_order_number"), "ledger_entries", ["order_number"])
