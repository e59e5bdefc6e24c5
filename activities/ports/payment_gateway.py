"""The port that the adapter of every payment provider implements."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from domain.cases.payout import Payout
from domain.money import Money
from domain.payment_events import GatewayRefundRecord
from domain.payout_state import PayoutState
from domain.value import Value


class GatewayRefund(Value):
    """A refund as the gateway reports it."""

    refund_id: str
    state: PayoutState
    amount: Money
    failure_code: str | None = None


class PaymentSteps(Protocol):
    """The smallest amounts that payment providers pay, known without their settings."""

    def __call__(self, provider: str, currency: str) -> int:
        """Return the smallest amount that the provider pays in the currency, in minor units (R33)."""
        ...


class PaymentGateway(Protocol):
    """A payment provider, as far as refunds go. Calls block; the worker runs them in threads."""

    def step(self, currency: str) -> int:
        """Return the smallest amount of which the provider can pay multiples, in the currency's minor units (R33)."""
        ...

    def refund(self, case_id: str, payout: Payout) -> GatewayRefund:
        """Refund the payout's amount with its idempotency key, and return the refund as it is now.

        A repeated key makes no second refund as long as the gateway knows the key, which it may have forgotten: the
        caller looks first. Raises PayoutRefusedError if a retry cannot help, StaleAnswerError if the gateway repeats an
        error that it has stored for the key, AnswerLostError if the refund may have been made, and
        GatewayUnavailableError for all else.
        """
        ...

    def find_refund(self, payout: Payout) -> GatewayRefund | None:
        """Return the refund with the payout's id in its metadata, searching all pages, or None.

        None proves that nothing was paid: refunds that failed or were canceled do not count. Raises as `refund` does.
        """
        ...

    def read_refund(self, refund_id: str) -> GatewayRefund:
        """Return the refund in its current state. Raises as `refund` does."""
        ...

    def payment_ids(self, reference: str) -> tuple[str, ...]:
        """Return all ids that the provider gives the payment with this one, or () if it knows no such payment.

        Raises GatewayUnavailableError.
        """
        ...

    def refunds_since(self, since: datetime) -> Iterable[GatewayRefundRecord]:
        """Return all refunds made at or after `since`, whoever made them, from all pages. Raises as `refund` does."""
        ...
