"""What a payment gave back and by which way, and what of it counts as paid for a case (R32, R38)."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from domain.money import Money
from domain.payment_events import Dispute
from domain.types import Actor
from domain.value import Value

SYSTEM = "system"
Amount = Annotated[int, Field(ge=0, description="minor units of the case's currency")]


class ReturnWay(StrEnum):
    """How money went back to the customer without a payout."""

    EXTERNAL_REFUND = "external_refund"
    DISPUTE = "dispute"


class PaymentReturn(Value):
    """Money of a payment that went back without a payout: refunded by hand, or returned by a dispute (R32, R38).

    `amount` is in the currency in which it went back. `counted` is how much of it counts as paid for which case, in
    minor units. A return that is not final is a dispute which is still open; it takes nothing from the payment yet. One
    that is unclear holds nothing either, and counts only if somebody names it.
    `other_ids` are the refunds by which a dispute returned its money.
    """

    way: ReturnWay
    provider: str
    payment_reference: str
    return_id: str
    amount: Money
    counted: dict[str, int] = Field(default_factory=dict)
    is_final: bool = True
    is_unclear: bool = False
    other_ids: tuple[str, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """Return all ids under which the provider reports it."""
        return (self.return_id, *self.other_ids)


class PaymentBalance(Value):
    """A payment of an order: what was captured, what all cases have refunded or planned, and what else went back."""

    provider: str
    reference: str
    captured: Money
    committed: Amount
    returns: tuple[PaymentReturn, ...] = ()

    @property
    def returned(self) -> int:
        """What went back without a payout, in minor units; amounts in other currencies are never added (R38)."""
        final = (one.amount for one in self.returns if one.is_final)
        return sum(amount.minor for amount in final if amount.currency == self.captured.currency)

    @property
    def is_disputed(self) -> bool:
        """True while a dispute over it is open (R38)."""
        return any(not one.is_final and not one.is_unclear for one in self.returns)

    @property
    def room(self) -> int:
        """How much may still go back through the payment, in minor units (R32)."""
        return max(0, self.captured.minor - self.committed - self.returned)

    @property
    def is_exceeded(self) -> bool:
        """True if more has gone back, or is planned to, than was captured."""
        return self.committed + self.returned > self.captured.minor


class CountedReturn(Value):
    """A return that counts as paid for a case, by name; a negative amount takes back what was counted before."""

    way: ReturnWay
    provider: str
    payment_reference: str
    return_id: str
    amount: Money
    counted_by: Actor


class Owed(Value):
    """All that has fallen due in a case so far, whether it is paid or not."""

    goods: Amount = 0
    postage: Amount = 0


class NamedReturn(Value):
    """A return that somebody names as paid for the case; all of it, or the amount."""

    return_id: str
    amount: Money | None = None


class PlanRequest(Value):
    """How what a case is still owed is planned anew.

    A `dispute` is first recorded as it is reported. `named` returns count as paid; with `counts_shortage`, so does
    whatever else keeps the payments from paying the goods. `pays` plans payouts for the rest, to the `account` if there
    is one. `expects` is what somebody says they paid outside, which must be what is still owed.
    """

    pays: bool = True
    counts_shortage: bool = False
    counts_open_disputes: bool = False
    dispute: Dispute | None = None
    named: tuple[NamedReturn, ...] = ()
    account: str | None = None
    expects: Money | None = None
    requested_by: Actor = SYSTEM
