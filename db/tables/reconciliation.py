"""Events that gateways reported, payments' ids and disputes, external refunds, and reconciliation's findings."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, Text
from sqlmodel import Field

from db.tables.base import Instant, Row


class GatewayEventRow(Row, table=True):
    """A verified webhook, stored once: `event` is the GatewayEvent as JSON, never the provider's body."""

    stored_as: ClassVar[str] = "gateway_events"
    __table_args__ = (Index(None, "status", "taken_in_at"),)

    provider: str = Field(primary_key=True, max_length=32)
    event_id: str = Field(primary_key=True, max_length=128)
    event: str = Field(sa_type=Text)
    body_sha256: str = Field(max_length=64)
    status: str = Field(max_length=16)
    taken_in_at: datetime = Field(sa_type=Instant)
    settled_at: datetime | None = Field(default=None, sa_type=Instant)


class DisputeRow(Row, table=True):
    """A chargeback over a payment, as last reported (R38); `returned` is what it returned to the customer, if known."""

    stored_as: ClassVar[str] = "disputes"
    __table_args__ = (
        Index(None, "provider", "payment_reference"),
        CheckConstraint("amount > 0", name="amount_positive"),
    )

    provider: str = Field(primary_key=True, max_length=32)
    dispute_id: str = Field(primary_key=True, max_length=128)
    payment_reference: str = Field(max_length=128)
    amount: int = Field(sa_type=BigInteger)
    currency: str = Field(max_length=3)
    status: str = Field(max_length=8)
    changed_at: datetime = Field(sa_type=Instant)
    opened_at: datetime | None = Field(default=None, sa_type=Instant)
    returned: int | None = Field(default=None, sa_type=BigInteger)
    returned_currency: str | None = Field(default=None, max_length=3)
    refund_ids: list[str] | None = Field(default=None, sa_type=JSON)
    is_inquiry: bool | None = None
    is_unclear: bool | None = None


class PaymentAliasRow(Row, table=True):
    """An id of a payment at its provider; the ids of one payment have the same `payment`, which is one of them."""

    stored_as: ClassVar[str] = "payment_aliases"
    __table_args__ = (Index(None, "provider", "payment"),)

    provider: str = Field(primary_key=True, max_length=32)
    reference: str = Field(primary_key=True, max_length=128)
    payment: str = Field(max_length=128)


class ExternalRefundRow(Row, table=True):
    """A refund that no payout made, for example by hand at the gateway; it counts against its payment's cap (R32).

    A reversal is what the provider took back itself, as for a lost dispute, which is counted as the dispute.
    """

    stored_as: ClassVar[str] = "external_refunds"
    __table_args__ = (Index(None, "provider", "payment_reference"),)

    provider: str = Field(primary_key=True, max_length=32)
    refund_id: str = Field(primary_key=True, max_length=128)
    payment_reference: str = Field(max_length=128)
    amount: int = Field(sa_type=BigInteger)
    currency: str = Field(max_length=3)
    counts: bool
    created_at: datetime = Field(sa_type=Instant)
    is_reversal: bool | None = None


class CountedReturnRow(Row, table=True):
    """An external refund or a dispute, or a part of it, that counts as paid for a case; negative if taken back (R32).

    `number` is its place among the returns that the case counts, from 1.
    """

    stored_as: ClassVar[str] = "counted_returns"
    __table_args__ = (Index(None, "provider", "return_id"),)

    case_id: str = Field(primary_key=True, max_length=64)
    number: int = Field(primary_key=True)
    provider: str = Field(max_length=32)
    return_id: str = Field(max_length=128)
    amount: int = Field(sa_type=BigInteger)


class FindingRow(Row, table=True):
    """A difference that reconciliation found; `finding` is the Finding as JSON when it was last seen."""

    stored_as: ClassVar[str] = "findings"
    __table_args__ = (Index(None, "closed_at", "found_at"),)

    finding_id: str = Field(primary_key=True, max_length=200)
    kind: str = Field(max_length=32)
    finding: str = Field(sa_type=Text)
    found_at: datetime = Field(sa_type=Instant)
    last_seen_at: datetime = Field(sa_type=Instant)
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    closed_by: str | None = Field(default=None, max_length=80)
    close_note: str | None = Field(default=None, sa_type=Text)
