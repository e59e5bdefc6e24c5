"""Parcels: codes that identify a case, courier events, scans with their answers, and unexpected parcels."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlmodel import Field

from db.tables.base import Instant, Row
from domain.types import MAX_IDENTIFIER


class ParcelCodeRow(Row, table=True):
    """A code on a parcel of the case: its return code or a tracking number, letters and digits only.

    `outbound` marks the number of a parcel to the customer (R28, R39), with which no goods can be received. Whether a
    replacement still moves is looked at when `watch_at` has come, until its parcel has ended.
    """

    stored_as: ClassVar[str] = "parcel_codes"
    __table_args__ = (
        Index(
            None,
            "watch_at",
            sqlite_where=text("watch_at IS NOT NULL"),
            postgresql_where=text("watch_at IS NOT NULL"),
        ),
    )

    code: str = Field(primary_key=True, max_length=64)
    case_id: str = Field(primary_key=True, max_length=64)
    outbound: bool = False
    watch_at: datetime | None = Field(default=None, sa_type=Instant)


class CourierEventRow(Row, table=True):
    """A verified tracking event, stored once: `event` is the CourierEvent as JSON, never the provider's body."""

    stored_as: ClassVar[str] = "courier_events"
    __table_args__ = (Index(None, "status", "taken_in_at"), Index(None, "code", "status"))

    provider: str = Field(primary_key=True, max_length=32)
    event_id: str = Field(primary_key=True, max_length=128)
    code: str = Field(max_length=64)
    event: str = Field(sa_type=Text)
    status: str = Field(max_length=16)
    taken_in_at: datetime = Field(sa_type=Instant)
    settled_at: datetime | None = Field(default=None, sa_type=Instant)


class RegistrationRow(Row, table=True):
    """A tracking number, and whether it is registered with the tracking provider."""

    stored_as: ClassVar[str] = "tracking_registrations"
    __table_args__ = (Index(None, "status", "added_at"),)

    code: str = Field(primary_key=True, max_length=64)
    tracking_number: str = Field(max_length=64)
    status: str = Field(max_length=16)
    added_at: datetime = Field(sa_type=Instant)


class ScanRow(Row, table=True):
    """A scan, stored once: `answer` is its final answer, or empty until its case could be reached."""

    stored_as: ClassVar[str] = "scans"

    scan_id: str = Field(primary_key=True, max_length=MAX_IDENTIFIER)
    scan_sha256: str = Field(max_length=64)
    answer: str | None = Field(default=None, sa_type=Text)
    taken_in_at: datetime = Field(sa_type=Instant)


class UnexpectedParcelRow(Row, table=True):
    """A parcel that no case expects (R21), stored once per scan."""

    stored_as: ClassVar[str] = "unexpected_parcels"
    __table_args__ = (
        Index(None, "matched_at", "received_at"),
        CheckConstraint("(matched_case_id IS NULL) = (matched_at IS NULL)", name="matched_as_a_whole"),
    )

    parcel_id: str = Field(primary_key=True, max_length=MAX_IDENTIFIER)
    code: str = Field(max_length=200)
    why: str = Field(sa_type=Text)
    received_by: str = Field(max_length=80)
    received_at: datetime = Field(sa_type=Instant)
    matched_case_id: str | None = Field(default=None, max_length=64)
    matched_by: str | None = Field(default=None, max_length=80)
    matched_at: datetime | None = Field(default=None, sa_type=Instant)
