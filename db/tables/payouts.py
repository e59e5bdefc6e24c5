"""Payouts and the double-entry ledger; ledger entries are only ever added."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field

from db.tables.base import Instant, Row
from domain.types import MAX_IDENTIFIER


class PayoutRow(Row, table=True):
    """A payout and its current attempt.

    `first_attempt_at` is kept through all attempts; `released` means that it will never be made and that its amount
    is no longer committed. `source_*` is the payment against whose cap it counts, wherever it is finally paid (R36).
    """

    stored_as: ClassVar[str] = "payouts"
    __table_args__ = (
        UniqueConstraint("idempotency_key"),
        UniqueConstraint("case_id", "position"),
        CheckConstraint("amount > 0", name="amount_positive"),
        Index(None, "source_provider", "source_reference"),
        Index(None, "provider", "gateway_refund_id"),
    )

    payout_id: str = Field(primary_key=True, max_length=64)
    case_id: str = Field(max_length=64)
    order_number: str = Field(max_length=MAX_IDENTIFIER, index=True)
    position: int
    planned_at_version: int
    provider: str = Field(max_length=32)
    payment_reference: str = Field(max_length=128)
    source_provider: str | None = Field(default=None, max_length=32)
    source_reference: str | None = Field(default=None, max_length=128)
    amount: int = Field(sa_type=BigInteger)
    currency: str = Field(max_length=3)
    attempt: int
    idempotency_key: str
    state: str = Field(max_length=16)
    gateway_refund_id: str | None = None
    failure_code: str | None = None
    released: bool = False
    first_attempt_at: datetime | None = Field(default=None, sa_type=Instant)
    submitted_at: datetime | None = Field(default=None, sa_type=Instant)
    settled_at: datetime | None = Field(default=None, sa_type=Instant)


class LedgerTransactionRow(Row, table=True):
    """A complete ledger transaction, inserted after its legs and refused unless they add up to zero (I2)."""

    stored_as: ClassVar[str] = "ledger_transactions"

    transaction_id: str = Field(primary_key=True)


class LedgerEntryRow(Row, table=True):
    """One leg of a transaction: debits are positive, credits negative, in minor units.

    Because of the deferred foreign key, no leg can be committed without its transaction. Captures belong to an
    order but not to a case.
    """

    stored_as: ClassVar[str] = "ledger_entries"
    __table_args__ = (
        CheckConstraint("amount <> 0", name="amount_not_zero"),
        ForeignKeyConstraint(["payout_id"], ["payouts.payout_id"]),
        ForeignKeyConstraint(
            ["transaction_id"], ["ledger_transactions.transaction_id"], deferrable=True, initially="DEFERRED"
        ),
    )

    transaction_id: str = Field(primary_key=True)
    position: int = Field(primary_key=True)
    movement: str = Field(max_length=32)
    account: str
    amount: int = Field(sa_type=BigInteger)
    currency: str = Field(max_length=3)
    case_id: str | None = Field(default=None, max_length=64, index=True)
    order_number: str = Field(max_length=MAX_IDENTIFIER, index=True)
    payout_id: str | None = Field(default=None, max_length=64)
    at: datetime = Field(sa_type=Instant)
