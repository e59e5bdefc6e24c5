"""Cases, the units they hold (R11 by a primary key) and their timelines."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import JSON, CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from db.tables.base import Instant, Row
from domain.types import MAX_IDENTIFIER


class CaseRow(Row, table=True):
    """A case as last recorded: `document` is the Case as JSON; lists filter by the other columns."""

    stored_as: ClassVar[str] = "cases"
    __table_args__ = (
        Index(None, "opened_at", "case_id"),
        Index(None, "state", "opened_at"),
        Index(None, "awaiting", "opened_at"),
        Index(None, "order_number"),
        Index(
            None,
            "case_id",
            "provisional_year",
            sqlite_where=text("provisional_year IS NOT NULL"),
            postgresql_where=text("provisional_year IS NOT NULL"),
        ),
    )

    case_id: str = Field(primary_key=True, max_length=64)
    version: int
    state: str = Field(max_length=32)
    reason: str = Field(max_length=32)
    order_number: str = Field(max_length=MAX_IDENTIFIER)
    customer_id: str = Field(max_length=MAX_IDENTIFIER)
    awaiting: str = Field(max_length=16)
    overdue: bool
    next_deadline: datetime | None = Field(default=None, sa_type=Instant)
    provisional_year: int | None = None
    policy_version: str = Field(max_length=32)
    # Text and not jsonb, because Pydantic reads and writes it unchanged; SQL can cast it to look inside.
    document: str = Field(sa_type=Text)
    opened_at: datetime = Field(sa_type=Instant)
    updated_at: datetime = Field(sa_type=Instant)


class ReservedUnitRow(Row, table=True):
    """A unit held by a case, forever once it is settled; the primary key keeps a second case from holding it (R11).

    A unit has one row, and the row has one settlement: refunded or replaced, never both (R39). What replaced it is the
    same unit one `generation` on, in a row of its own, which refers to the one before: that one is replaced for good,
    and has one successor at most.
    """

    stored_as: ClassVar[str] = "reserved_units"
    __table_args__ = (
        ForeignKeyConstraint(["order_number", "sku"], ["order_lines.order_number", "order_lines.sku"]),
        UniqueConstraint("order_number", "sku", "unit", "successor"),
        ForeignKeyConstraint(
            ["order_number", "sku", "unit", "follows"],
            [f"reserved_units.{name}" for name in ("order_number", "sku", "unit", "successor")],
        ),
        CheckConstraint("unit >= 1", name="unit_from_one"),
        CheckConstraint("settles_as IN ('refund', 'replacement')", name="settles_as_one"),
        CheckConstraint("NOT settled OR settles_as IS NOT NULL", name="settled_as_something"),
        CheckConstraint("generation >= 0 AND COALESCE(follows, 0) = generation", name="follows_the_one_before"),
        CheckConstraint(
            "successor IS NULL OR (settled AND settles_as = 'replacement' AND successor = generation + 1)",
            name="replaced_before_its_successor",
        ),
    )

    order_number: str = Field(primary_key=True, max_length=MAX_IDENTIFIER)
    sku: str = Field(primary_key=True, max_length=MAX_IDENTIFIER)
    unit: int = Field(primary_key=True)
    generation: int = Field(default=0, primary_key=True, sa_column_kwargs={"server_default": text("0")})
    case_id: str = Field(max_length=64, index=True)
    settled: bool = False
    settles_as: str | None = Field(default=None, max_length=16)
    successor: int | None = None
    follows: int | None = None


class TimelineRow(Row, table=True):
    """An event in the timeline of a case; `text` is free text, which is stored here and nowhere else."""

    stored_as: ClassVar[str] = "timeline"

    case_id: str = Field(primary_key=True, max_length=64)
    source: str = Field(primary_key=True, max_length=8)
    entry_id: str = Field(primary_key=True, max_length=64)
    at: datetime = Field(sa_type=Instant)
    actor: str
    event: str
    rule: str | None = Field(default=None, max_length=8)
    details: dict[str, object] = Field(sa_type=JSON)
    text: str | None = Field(default=None, sa_type=Text)


class WatchMarkRow(Row, table=True):
    """When a watch last ran, as this database knows it."""

    stored_as: ClassVar[str] = "watch_marks"

    name: str = Field(primary_key=True, max_length=32)
    marked_at: datetime = Field(sa_type=Instant)
