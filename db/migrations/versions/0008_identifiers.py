"""Identifiers of orders, customers, products and scans have up to 128 characters.

Revision ID: 0008
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

COLUMNS = {
    "cases": ("order_number", "customer_id"),
    "reserved_units": ("order_number", "sku"),
    "orders": ("order_number", "customer_id"),
    "order_lines": ("order_number", "sku"),
    "order_payments": ("order_number",),
    "order_parcels": ("order_number",),
    "payouts": ("order_number",),
    "ledger_entries": ("order_number",),
    "products": ("sku",),
    "stock_reservations": ("sku",),
    "scans": ("scan_id",),
    "unexpected_parcels": ("parcel_id",),
}


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _on_sqlite()
    else:
        _on_postgresql()


def downgrade() -> None:
    raise NotImplementedError("longer identifiers would be cut: restore a backup instead of going back")


def _on_postgresql() -> None:
    # Revision 0003 may have entered payments in the same transaction, whose deferred checks have to be made first.
    op.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for table, columns in COLUMNS.items():
        for column in columns:
            op.alter_column(table, column, type_=sa.String(128), existing_nullable=False)
    op.execute("SET CONSTRAINTS ALL DEFERRED")


def _on_sqlite() -> None:
    """Write the new lengths into the schema itself, which SQLite does not enforce.

    Tables to which others refer cannot be made anew while foreign keys are enforced. Source: sqlite.org,
    lang_altertable.html, section 7, for changes that do not affect what is stored.
    """
    connection = op.get_bind()
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    for table, columns in COLUMNS.items():
        name = {"name": table}
        written = connection.execute(sa.text("SELECT sql FROM sqlite_schema WHERE name = :name"), name).scalar_one()
        for column in columns:
            written = re.sub(rf'(\b{column}"?) VARCHAR\(\d+\)', r"\1 VARCHAR(128)", written)
        change = sa.text("UPDATE sqlite_schema SET sql = :written WHERE type = 'table' AND name = :name")
        connection.execute(change, {"written": written, **name})
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = RESET")
