"""Parcels on their way back: their codes, couriers' events, scans, and parcels that no case expects.

Revision ID: 0004
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("order_lines", sa.Column("image_url", sa.String(500)))
    _codes()
    _events()
    _registrations()
    _scans()
    _unexpected()


def downgrade() -> None:
    raise NotImplementedError("scans would be lost: restore a backup instead of going back")


def _codes() -> None:
    codes = op.create_table(
        "parcel_codes",
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("case_id", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("code", "case_id"),
    )
    known = [json.loads(document) for (document,) in op.get_bind().execute(sa.text("SELECT document FROM cases"))]
    rows = [{"code": code, "case_id": case["case_id"]} for case in known for code in _codes_of(case)]
    if rows:
        op.bulk_insert(codes, rows)


def _codes_of(case: dict[str, dict[str, str]]) -> set[str]:
    shipment = case.get("shipment") or {}
    told = (case.get("return_code"), shipment.get("tracking_number"))
    return {"".join(filter(str.isalnum, str(code).upper())) for code in told if code}


def _events() -> None:
    op.create_table(
        "courier_events",
        sa.Column("provider", sa.String(32), nullable=False),
        sa.Column("event_id", sa.String(128), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("taken_in_at", INSTANT, nullable=False),
        sa.Column("settled_at", INSTANT),
        sa.PrimaryKeyConstraint("provider", "event_id"),
    )
    op.create_index(op.f("ix_courier_events_status_taken_in_at"), "courier_events", ["status", "taken_in_at"])
    op.create_index(op.f("ix_courier_events_code_status"), "courier_events", ["code", "status"])


def _registrations() -> None:
    op.create_table(
        "tracking_registrations",
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("tracking_number", sa.String(64), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("code"),
    )
    columns = ["status", "added_at"]
    op.create_index(op.f("ix_tracking_registrations_status_added_at"), "tracking_registrations", columns)


def _scans() -> None:
    op.create_table(
        "scans",
        sa.Column("scan_id", sa.String(100), nullable=False),
        sa.Column("scan_sha256", sa.String(64), nullable=False),
        sa.Column("answer", sa.Text()),
        sa.Column("taken_in_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("scan_id"),
    )


def _unexpected() -> None:
    op.create_table(
        "unexpected_parcels",
        sa.Column("parcel_id", sa.String(100), nullable=False),
        sa.Column("code", sa.String(200), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("received_by", sa.String(80), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("matched_case_id", sa.String(64)),
        sa.Column("matched_by", sa.String(80)),
        sa.Column("matched_at", INSTANT),
        sa.CheckConstraint(
            "(matched_case_id IS NULL) = (matched_at IS NULL)",
            name=op.f("ck_unexpected_parcels_matched_as_a_whole"),
        ),
        sa.PrimaryKeyConstraint("parcel_id"),
    )
    columns = ["matched_at", "received_at"]
    op.create_index(op.f("ix_unexpected_parcels_matched_at_received_at"), "unexpected_parcels", columns)
