"""Events that payment providers send, in one vocabulary: changed refunds and disputes."""

from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field

from domain.money import Money
from domain.payout_state import PayoutState
from domain.value import Value


class DisputeStatus(StrEnum):
    """The status of a chargeback (R38)."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class GatewayRefundRecord(Value):
    """A refund in a gateway's own books, whoever made it; `payout_id` comes from its metadata and may be None."""

    provider: str
    refund_id: str
    payment_reference: str
    payout_id: str | None = None
    amount: Money
    state: PayoutState
    created_at: AwareDatetime


class Dispute(Value):
    """A chargeback over a payment (R38), with the disputed amount and the last reported status."""

    provider: str
    dispute_id: str
    payment_reference: str
    amount: Money
    status: DisputeStatus
    changed_at: AwareDatetime


class GatewayEvent(Value):
    """A verified and translated webhook about one refund, about one dispute, or about neither."""

    provider: str
    event_id: Annotated[str, Field(min_length=1, max_length=128)]
    kind: str = Field(description="the provider's name for the event")
    occurred_at: AwareDatetime
    refund: GatewayRefundRecord | None = None
    dispute: Dispute | None = None
