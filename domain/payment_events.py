"""Events that payment providers send, in one vocabulary: changed refunds and disputes."""

from enum import StrEnum

from pydantic import Field

from domain.money import Money
from domain.order import Instant
from domain.payout_state import PayoutState
from domain.types import Identifier
from domain.value import Value


class DisputeStatus(StrEnum):
    """The status of a chargeback (R38)."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class GatewayRefundRecord(Value):
    """A refund in a gateway's own books, whoever made it; `payout_id` comes from its metadata and may be None."""

    provider: str
    refund_id: Identifier
    payment_reference: Identifier
    payout_id: Identifier | None = None
    amount: Money
    state: PayoutState
    created_at: Instant


class Dispute(Value):
    """A chargeback over a payment (R38), with the disputed amount and the last reported status."""

    provider: str
    dispute_id: Identifier
    payment_reference: Identifier
    amount: Money
    status: DisputeStatus
    changed_at: Instant


class GatewayEvent(Value):
    """A verified and translated webhook about one refund, about one dispute, or about neither."""

    provider: str
    event_id: Identifier
    kind: str = Field(description="the provider's name for the event")
    occurred_at: Instant
    refund: GatewayRefundRecord | None = None
    dispute: Dispute | None = None
