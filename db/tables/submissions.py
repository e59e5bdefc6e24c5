"""Submissions and announced evidence; the only tables that contain customers' own words."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import BigInteger, Index, Text, UniqueConstraint
from sqlmodel import Field

from db.tables.base import Instant, Row


class SubmissionRow(Row, table=True):
    """A submission with its idempotency key; `intake` is a CaseIntake as JSON, `description` the free text."""

    stored_as: ClassVar[str] = "intakes"
    __table_args__ = (UniqueConstraint("principal", "idempotency_key"),)

    case_id: str = Field(primary_key=True, max_length=64)
    principal: str
    idempotency_key: str
    body_sha256: str = Field(max_length=64)
    intake: str = Field(sa_type=Text)
    description: str = Field(sa_type=Text)
    received_at: datetime = Field(sa_type=Instant)


class EvidenceRow(Row, table=True):
    """A photo or video, as announced and as verified (R8)."""

    stored_as: ClassVar[str] = "evidence"
    __table_args__ = (Index(None, "case_id", "announced_at"),)

    evidence_id: str = Field(primary_key=True, max_length=64)
    case_id: str = Field(max_length=64)
    position: int
    filename: str = Field(max_length=120)
    content_type: str = Field(max_length=40)
    size: int = Field(sa_type=BigInteger)
    announced_sha256: str | None = Field(default=None, max_length=64)
    status: str = Field(max_length=16)
    version_id: str | None = None
    sha256: str | None = Field(default=None, max_length=64)
    why: str | None = None
    announced_at: datetime = Field(sa_type=Instant)
    settled_at: datetime | None = Field(default=None, sa_type=Instant)
