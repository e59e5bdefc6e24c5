"""What payment providers tell by themselves, in one vocabulary: refunds that changed and disputes."""

from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field

from domain.money import Money
from domain.payout_state import PayoutState
from domain.value import Value


class DisputeStatus(StrEnum):
    """Where a chargeback stands (R38)."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class GatewayRefundRecord(Value):
    """A refund in a gateway's own books, whoever made it; `payout_id` is what its metadata says, None for others."""

    provider: str
    refund_id: str
    payment_reference: str
    payout_id: str | None = None
    amount: Money
    state: PayoutState
    created_at: AwareDatetime


class Dispute(Value):
    """A chargeback over a payment (R38); `amount` is what is disputed, `status` as last reported."""

    provider: str
    dispute_id: str
    payment_reference: str
    amount: Money
    status: DisputeStatus
    changed_at: AwareDatetime


class GatewayEvent(Value):
    """A verified webhook, translated: about one refund, about one dispute, or about nothing that concerns us."""

    provider: str
    event_id: Annotated[str, Field(min_length=1, max_length=128)]
    kind: str = Field(description="the provider's own word for it")
    occurred_at: AwareDatetime
    refund: GatewayRefundRecord | None = None
    dispute: Dispute | None = None
