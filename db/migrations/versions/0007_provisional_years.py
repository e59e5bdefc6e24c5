"""The year in which the earliest provisional deadline of a case ends, to find the cases that a calendar concerns.

Revision ID: 0007
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

CASES = sa.table(
    "cases",
    sa.column("case_id", sa.String),
    sa.column("document", sa.Text),
    sa.column("provisional_year", sa.Integer),
)
AT_ONCE = 500


def upgrade() -> None:
    op.add_column("cases", sa.Column("provisional_year", sa.Integer(), nullable=True))
    op.create_index(
        op.f("ix_cases_case_id_provisional_year"),
        "cases",
        ["case_id", "provisional_year"],
        sqlite_where=sa.text("provisional_year IS NOT NULL"),
        postgresql_where=sa.text("provisional_year IS NOT NULL"),
    )
    _fill()


def downgrade() -> None:
    op.drop_index(op.f("ix_cases_case_id_provisional_year"), "cases")
    op.drop_column("cases", "provisional_year")


def _fill() -> None:
    connection, last = op.get_bind(), ""
    batch = (
        sa.select(CASES.c.case_id, CASES.c.document)
        .where(CASES.c.case_id > sa.bindparam("after"), CASES.c.document.like('%"provisional":%true%'))
        .order_by(CASES.c.case_id)
        .limit(AT_ONCE)
    )
    change = sa.update(CASES).where(CASES.c.case_id == sa.bindparam("of_case"))
    change = change.values(provisional_year=sa.bindparam("year"))
    while found := connection.execute(batch, {"after": last}).all():
        years = [{"of_case": case_id, "year": _year(json.loads(document))} for case_id, document in found]
        connection.execute(change, years)
        last = found[-1].case_id


def _year(case: Mapping[str, Any]) -> int | None:
    return min((int(one["last_day"][:4]) for one in _provisional(case)), default=None)


def _provisional(case: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    refusal: Mapping[str, Any] = case.get("refusal") or {}
    deadlines: list[Any] = [] if case.get("ended_at") else case.get("deadlines", [])
    if case["state"] == "rejected" and refusal.get("rule") == "R3" and not case.get("goodwill"):
        deadlines = [refusal.get("deadline")]
    return (one for one in deadlines if one and one.get("provisional"))
