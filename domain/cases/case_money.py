"""The money of a case and of its order's payments, as people look at it; all parts add up."""

from enum import StrEnum

from pydantic import AwareDatetime, Field

from domain.cases.payment_balance import ReturnWay
from domain.enums import Party
from domain.money import Money
from domain.value import Value


class OutsideReason(StrEnum):
    """Why something is paid outside the original payments."""

    BEYOND_PAYMENTS = "beyond_payments"
    OTHER_ACCOUNT = "other_account"


class OutsideObligation(Value):
    """What finance still has to pay outside the original payments, and until when (R32, R34, R36)."""

    payout_id: str
    amount: Money
    reason: OutsideReason
    party: Party = Party.FINANCE
    by: AwareDatetime | None = None


class ReturnedMoney(Value):
    """Money that went back without a payout, by name: a refund by hand, or a dispute."""

    way: ReturnWay
    provider: str
    return_id: str
    amount: Money
    is_final: bool = Field(default=True, description="false for a dispute that is open and takes nothing yet")


class CaseMoney(Value):
    """What a case owes, and what became of it.

    owed + overpaid = paid + on_its_way + counted_total + waived + still_owed. The obligations are part of what is still
    owed.
    """

    owed: Money = Field(description="all that has fallen due so far (R30, R31)")
    paid: Money = Field(description="what gateways or finance report as paid")
    on_its_way: Money = Field(description="planned or submitted, and not answered yet")
    counted: tuple[ReturnedMoney, ...] = Field(
        default=(), description="what went back another way and counts as paid for the case (R32, R38)"
    )
    counted_total: Money
    waived: Money = Field(description="what finance closed the case without paying (R43)")
    still_owed: Money
    overpaid: Money = Field(description="what the customer got beyond what is owed")
    obligations: tuple[OutsideObligation, ...] = ()


class PaymentMoney(Value):
    """What a payment of the order captured, and what went back from it for all cases, by which way.

    captured + exceeded = refunded + other_account + reserved + returned_total + room.
    """

    provider: str
    reference: str
    captured: Money
    refunded: Money = Field(description="refunded through the payment")
    other_account: Money = Field(description="paid to another account instead (R36)")
    reserved: Money = Field(description="planned or submitted, or kept for a payout that can be tried again")
    returned: tuple[ReturnedMoney, ...] = Field(
        default=(), description="refunds by hand and disputes; an amount in another currency is in no sum (R38)"
    )
    returned_total: Money
    room: Money = Field(description="how much may still go back through it (R32)")
    exceeded: Money = Field(description="how much more went back, or is planned to, than was captured")
    is_disputed: bool = Field(description="true while a dispute holds it, so that it cannot be refunded (R38)")
