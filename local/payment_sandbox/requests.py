"""What a tester asks of the sandbox: how refunds and disputes go on, and where webhooks are sent."""

from typing import Annotated, Literal

from pydantic import Field

from domain.money import Currency
from domain.types import Identifier
from domain.value import Value
from local.payment_sandbox.disputes import Decision, Dispute, what_it_takes
from local.payment_sandbox.outbox import Provider
from local.payment_sandbox.paypal.events import OUTCOME_OF, OUTCOMES
from local.payment_sandbox.records import Payment

Minor = Annotated[int, Field(ge=0, strict=True, description="integer minor units of ISO 4217")]
Positive = Annotated[int, Field(ge=1, strict=True, description="integer minor units of ISO 4217")]


class RefundEnding(Value):
    """The new state of a refund."""

    status: Literal["pending", "requires_action", "succeeded", "failed", "canceled"]
    failure_reason: str | None = None


class RefundByHand(Value):
    """A refund made in the provider's dashboard."""

    reference: Identifier
    amount: Positive


class Chargeback(Value):
    """A dispute opened by a customer or their bank; without an amount, it is over the whole payment.

    An inquiry (`warning_needs_response`) takes nothing yet, and the payment can be refunded meanwhile. In another
    currency than the payment's, it takes the whole payment unless `takes` says how much of it.
    """

    reference: Identifier
    amount: Positive | None = None
    reason: Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")] = "product_not_received"
    status: Literal["needs_response", "warning_needs_response"] = "needs_response"
    currency: Currency | None = None
    takes: Minor | None = Field(None, description="what it takes of the payment, in the payment's minor units")

    def terms(self, payment: Payment) -> tuple[int, str, int]:
        """Return its amount, its currency, and what it takes of the payment."""
        amount, currency = self.amount or payment.amount, (self.currency or payment.currency).lower()
        takes = what_it_takes(amount, currency, payment.amount, payment.currency) if self.takes is None else self.takes
        return amount, currency, takes


class Verdict(Value):
    """How a dispute goes on or ends: a status of Stripe's, or an outcome of PayPal's and what it refunded."""

    status: (
        Literal["needs_response", "warning_under_review", "under_review", "won", "lost", "warning_closed", "prevented"]
        | None
    ) = None
    outcome: Annotated[str, Field(pattern=r"^[A-Z_]{1,255}$")] | None = Field(
        None, description="PayPal's outcome_code; one that PayPal does not have can be tried too"
    )
    amount_refunded: Minor | None = None
    currency: Currency | None = Field(None, description="the currency of amount_refunded; default: the dispute's")
    takes: Minor | None = Field(None, description="what it takes of the payment, in the payment's minor units")

    def decision(self, dispute: Dispute, payment: Payment, left: int) -> Decision:
        """Return what changes; PayPal takes no more than refunds left, unless that is said. Raises ValueError."""
        if not payment.is_paypals:
            return Decision(self._stripes_status(), takes=self.takes)
        status = self.status or OUTCOMES.get(self.outcome or "", dispute.status)
        outcome = self.outcome or OUTCOME_OF.get(status)
        if outcome is None or status != "lost":
            return Decision(status, outcome)
        returned = dispute.amount if self.amount_refunded is None else self.amount_refunded
        currency = (self.currency or dispute.currency).lower()
        takes = min(left, what_it_takes(returned, currency, dispute.takes, payment.currency))
        return Decision(status, outcome, returned, currency, takes if self.takes is None else self.takes)

    def _stripes_status(self) -> str:
        if self.status is None or self.outcome or self.amount_refunded is not None:
            raise ValueError("Stripe's disputes have a status, and no outcome or amount_refunded")
        return self.status


class Listener(Value):
    """Where a provider's webhooks are sent, and the secrets; there are two while one is being replaced."""

    url: Annotated[str, Field(pattern=r"^https?://")]
    secrets: tuple[str, ...] = Field(min_length=1, description="PayPal's is the id of the webhook")
    provider: Provider = "stripe"


class Repeats(Value):
    """How often an event is sent again."""

    times: Annotated[int, Field(ge=1, le=100)] = 1
