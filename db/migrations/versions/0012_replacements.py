"""A replacement is a unit of the order in the place of the one that it replaced.

Revision ID: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

UNITS = "reserved_units"
CHECKS = {
    "unit_from_one": "unit >= 1",
    "settles_as_one": "settles_as IN ('refund', 'replacement')",
    "settled_as_something": "NOT settled OR settles_as IS NOT NULL",
    "follows_the_one_before": "generation >= 0 AND COALESCE(follows, 0) = generation",
    "replaced_before_its_successor": (
        "successor IS NULL OR (settled AND settles_as = 'replacement' AND successor = generation + 1)"
    ),
}
SUCCESSION = ["order_number", "sku", "unit", "successor"]


def upgrade() -> None:
    """Make the table anew, in which every unit so far is of generation 0.

    A release that does not know generations adds units of generation 0, as it should.
    """
    op.drop_index(op.f("ix_reserved_units_case_id"), UNITS)
    op.rename_table(UNITS, "units_before")
    op.create_table(
        UNITS,
        sa.Column("order_number", sa.String(128), nullable=False),
        sa.Column("sku", sa.String(128), nullable=False),
        sa.Column("unit", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("case_id", sa.String(64), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("settles_as", sa.String(16)),
        sa.Column("successor", sa.Integer()),
        sa.Column("follows", sa.Integer()),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_{UNITS}_{name}")) for name, rule in CHECKS.items()),
        sa.PrimaryKeyConstraint("order_number", "sku", "unit", "generation", name=op.f("pk_reserved_units_generation")),
        sa.UniqueConstraint(*SUCCESSION, name=op.f("uq_reserved_units_order_number_sku_unit_successor")),
        sa.ForeignKeyConstraint(
            ["order_number", "sku"],
            ["order_lines.order_number", "order_lines.sku"],
            name=op.f("fk_reserved_units_order_lines_generation"),
        ),
        sa.ForeignKeyConstraint(
            ["order_number", "sku", "unit", "follows"],
            [f"{UNITS}.{name}" for name in SUCCESSION],
            name=op.f("fk_reserved_units_reserved_units"),
        ),
    )
    op.execute(
        f"INSERT INTO {UNITS} (order_number, sku, unit, generation, case_id, settled, settles_as) "  # noqa: S608 - a constant
        "SELECT order_number, sku, unit, 0, case_id, settled, settles_as FROM units_before"
    )
    op.drop_table("units_before")
    op.create_index(op.f("ix_reserved_units_case_id"), UNITS, ["case_id"])


def downgrade() -> None:
    raise NotImplementedError("cases of replacements would be lost: restore a backup instead of going back")
