"""What is owed to a customer, and the money on its way (R30-R36)."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from domain.enums import PayoutState
from domain.money import Money
from domain.order import Identifier
from domain.types import Actor
from domain.value import Value

REIMBURSEMENT = "reimbursement"
OUTSIDE = "outside"


class RefundDue(Value):
    """What is owed to the customer and why (R30, R31): goods + outbound + return postage - label deduction = total."""

    goods: Money
    outbound_postage: Money
    return_postage: Money
    label_deduction: Money
    total: Money


class Payout(Value):
    """Money on its way to one payment of the order (R35), or a reimbursement outside it (R32)."""

    payout_id: str = Field(pattern=r"^rc_[0-9a-z]{8,40}-p[0-9]+$")
    provider: str
    payment_reference: str
    amount: Money
    attempt: Annotated[int, Field(ge=1)] = 1
    idempotency_key: str
    state: PayoutState = PayoutState.PLANNED
    gateway_refund_id: str | None = None
    failure_code: str | None = None
    submitted_at: AwareDatetime | None = None
    settled_at: AwareDatetime | None = None

    @property
    def is_outside(self) -> bool:
        """True for what finance pays by hand: return postage beyond the cap (R32), or to another account (R36)."""
        return self.provider == REIMBURSEMENT

    @property
    def is_postage_outside(self) -> bool:
        """True for return postage beyond the cap (R32), for which a case need not stay open."""
        return self.is_outside and self.payment_reference == OUTSIDE


class OtherAccount(Value):
    """Where to pay instead of the original payments, once two people say so; the account's data stay with finance."""

    reference: Identifier
    proposed_by: Actor
