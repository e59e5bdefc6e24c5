"""Part of revision 0003: a ledger transaction may have several credits, and is complete once they add up to zero."""

import sqlalchemy as sa
from alembic import op

from db.migrations.books import SQLITE_GUARDS

_LEGS = "FROM ledger_entries WHERE transaction_id = NEW.transaction_id"
_SAME_LEG = f"""EXISTS (SELECT 1 {_LEGS} AND position = NEW.position AND movement = NEW.movement
    AND account = NEW.account AND amount = NEW.amount AND currency = NEW.currency AND order_number = NEW.order_number
    AND case_id {{same}} NEW.case_id AND payout_id {{same}} NEW.payout_id)"""
_COMPLETE = "EXISTS (SELECT 1 FROM ledger_transactions WHERE transaction_id = NEW.transaction_id)"
_UNBALANCED = f"""((SELECT count(*) {_LEGS}) < 2 OR (SELECT sum(amount) {_LEGS}) <> 0
    OR (SELECT count(DISTINCT currency) {_LEGS}) <> 1)"""

# Legs are inserted before their transaction: the foreign key is deferred, so that nothing is committed unchecked.
SQLITE_TRIGGERS = (
    *SQLITE_GUARDS[:2],
    f"""CREATE TRIGGER ledger_entries_sealed BEFORE INSERT ON ledger_entries
    WHEN {_COMPLETE} AND NOT {_SAME_LEG.format(same="IS")}
    BEGIN SELECT RAISE(ABORT, 'a sealed ledger transaction takes no more legs'); END""",
    """CREATE TRIGGER ledger_transactions_no_update BEFORE UPDATE ON ledger_transactions
    BEGIN SELECT RAISE(ABORT, 'ledger_transactions is append-only'); END""",
    """CREATE TRIGGER ledger_transactions_no_delete BEFORE DELETE ON ledger_transactions
    BEGIN SELECT RAISE(ABORT, 'ledger_transactions is append-only'); END""",
    f"""CREATE TRIGGER ledger_transactions_weigh BEFORE INSERT ON ledger_transactions WHEN {_UNBALANCED}
    BEGIN SELECT RAISE(ABORT, 'a ledger transaction adds up to zero'); END""",
)

# The deferred check of revision 0001 stays: it also sees legs that two transactions insert at the same time.
POSTGRESQL_TRIGGERS = (
    f"""CREATE FUNCTION ledger_entries_seal() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN
        IF {_COMPLETE} AND NOT {_SAME_LEG.format(same="IS NOT DISTINCT FROM")} THEN
            RAISE EXCEPTION 'a sealed ledger transaction takes no more legs' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$""",
    """CREATE TRIGGER ledger_entries_sealed BEFORE INSERT ON ledger_entries
    FOR EACH ROW EXECUTE FUNCTION ledger_entries_seal()""",
    """CREATE FUNCTION ledger_transactions_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'ledger_transactions is append-only' USING ERRCODE = 'restrict_violation'; END $$""",
    """CREATE TRIGGER ledger_transactions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_transactions
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_transactions_refuse()""",
    f"""CREATE FUNCTION ledger_transactions_weigh() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN
        IF {_UNBALANCED} THEN
            RAISE EXCEPTION 'a ledger transaction adds up to zero' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END $$""",
    """CREATE TRIGGER ledger_transactions_weigh BEFORE INSERT ON ledger_transactions
    FOR EACH ROW EXECUTE FUNCTION ledger_transactions_weigh()""",
)

TRIGGERS = {"sqlite": SQLITE_TRIGGERS, "postgresql": POSTGRESQL_TRIGGERS}
_CAPTURED = "'captured/' || p.order_number || '/' || p.provider || ':' || p.reference || '/' || o.currency || '/1'"
_PAYMENTS = "FROM order_payments p JOIN orders o ON o.order_number = p.order_number"
_ADD_CAPTURED = f"""INSERT INTO ledger_entries
    (transaction_id, position, movement, account, amount, currency, case_id, order_number, payout_id, at)
    SELECT {_CAPTURED}, {{position}}, 'captured', {{account}}, {{sign}}p.captured, o.currency, NULL, p.order_number,
    NULL, o.placed_at {_PAYMENTS}"""
CAPTURED = (
    _ADD_CAPTURED.format(position=0, account="p.provider || ':' || p.reference", sign=""),
    _ADD_CAPTURED.format(position=1, account="'sales'", sign="-"),
    f"INSERT INTO ledger_transactions (transaction_id) SELECT {_CAPTURED} {_PAYMENTS}",
)


def guard_ledger_balance() -> None:
    """Complete the existing transactions, guard future ones, and enter the captured payments of existing orders."""
    op.create_table(
        "ledger_transactions",
        sa.Column("transaction_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("transaction_id"),
    )
    op.execute("INSERT INTO ledger_transactions (transaction_id) SELECT DISTINCT transaction_id FROM ledger_entries")
    with op.batch_alter_table("ledger_entries") as entries:
        entries.alter_column("case_id", existing_type=sa.String(64), nullable=True)
        entries.alter_column("payout_id", existing_type=sa.String(64), nullable=True)
        entries.create_foreign_key(
            "fk_ledger_entries_ledger_transactions",
            "ledger_transactions",
            ["transaction_id"],
            ["transaction_id"],
            deferrable=True,
            initially="DEFERRED",
        )
    for statement in (*TRIGGERS[op.get_bind().dialect.name], *CAPTURED):
        op.get_bind().exec_driver_sql(statement)
