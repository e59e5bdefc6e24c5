"""What is owed to a customer, and the payouts that return it (R30-R36)."""

from typing import Annotated, Self

from pydantic import AwareDatetime, Field

from domain.money import Money
from domain.payout_state import PayoutState
from domain.types import Actor, Identifier
from domain.value import Value

REIMBURSEMENT = "reimbursement"
OUTSIDE = "outside"


def first_key(case_id: str, position: int) -> str:
    """Return the idempotency key of a payout's first attempt, which is the same on any machine and after any reset."""
    return f"refund/{case_id}/p{position}{_nth(1)}"


def _nth(attempt: int) -> str:
    return f"/a{attempt}"


class RefundDue(Value):
    """What is owed and why (R30, R31): goods + outbound postage + return postage - label deduction = total."""

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
    released: bool = Field(
        default=False, description="given up: paid nothing, and another payout or a counted return takes its place"
    )

    def next_attempt(self) -> Self:
        """Return the payout with a new attempt, which has a key of its own and no answer yet (R36)."""
        return self.as_attempt(self.attempt + 1)

    def as_attempt(self, attempt: int) -> Self:
        """Return the payout at the beginning of that attempt."""
        return self.amend(
            state=PayoutState.PLANNED,
            attempt=attempt,
            idempotency_key=self.key_of(attempt),
            gateway_refund_id=None,
            failure_code=None,
            submitted_at=None,
            settled_at=None,
        )

    def key_of(self, attempt: int) -> str:
        """Return the idempotency key of that attempt, which is the same on any machine."""
        return self.idempotency_key.removesuffix(_nth(self.attempt)) + _nth(attempt)

    @property
    def counts(self) -> bool:
        """True if its money was paid, or may still be without a new attempt."""
        return not self.released and not self.state.has_paid_nothing

    @property
    def is_outside(self) -> bool:
        """True if finance pays it by hand: return postage beyond the cap (R32), or another account (R36)."""
        return self.provider == REIMBURSEMENT

    @property
    def is_postage_outside(self) -> bool:
        """True for return postage beyond the cap (R32), which does not keep a case open."""
        return self.is_outside and self.payment_reference == OUTSIDE


class OtherAccount(Value):
    """The account to pay instead of the original payments once two people approve; its data stay with finance."""

    reference: Identifier
    proposed_by: Actor
