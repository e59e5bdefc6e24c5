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
    """A refund in a gateway's own books, whoever made it; `payout_id` comes from its metadata and may be None.

    The payment has several ids at its provider, of which an order may name any: `other_references` are those that the
    gateway names besides. `is_reversal` means that the provider took the money back, as it does for a lost dispute.
    """

    provider: str
    refund_id: Identifier
    payment_reference: Identifier
    other_references: tuple[Identifier, ...] = ()
    payout_id: Identifier | None = None
    amount: Money
    state: PayoutState
    created_at: Instant
    is_reversal: bool = False


class Dispute(Value):
    """A chargeback over a payment (R38), with the disputed amount and the last reported status."""

    provider: str
    dispute_id: Identifier
    payment_reference: Identifier
    other_references: tuple[Identifier, ...] = Field(
        default=(), description="the payment's other ids, as far as they are named"
    )
    amount: Money
    status: DisputeStatus
    changed_at: Instant
    opened_at: Instant | None = None
    returned: Money | None = Field(
        default=None,
        description="what it returned to the customer: None while it is open or as long as nothing is known, zero if "
        "it returned nothing; it may be less than was disputed, and in another currency than the payment",
    )
    refund_ids: tuple[Identifier, ...] = Field(
        default=(), description="refunds of the payment by which it returned money, as far as the provider names them"
    )
    is_inquiry: bool = Field(
        default=False, description="no chargeback yet: nothing is taken, and the payment can still be refunded"
    )
    is_unclear: bool = Field(
        default=False,
        description="the provider does not say, in words known here, who got the money: it holds nothing, counts for "
        "nothing, and is a question to finance",
    )

    @property
    def is_holding(self) -> bool:
        """True while the payment cannot be refunded because of it (R38)."""
        return self.status is DisputeStatus.OPEN and not self.is_inquiry and not self.is_unclear


class GatewayEvent(Value):
    """A verified and translated webhook about one refund, about one dispute, or about neither.

    A dispute over several payments is one for each of them; those after the first are `further_disputes`.
    """

    provider: str
    event_id: Identifier
    kind: str = Field(description="the provider's name for the event")
    occurred_at: Instant
    refund: GatewayRefundRecord | None = None
    dispute: Dispute | None = None
    further_disputes: tuple[Dispute, ...] = ()

    @property
    def disputes(self) -> tuple[Dispute, ...]:
        """Return the dispute over each payment that the event is about."""
        return (self.dispute, *self.further_disputes) if self.dispute else ()
