"""A payment provider as this service needs it: the port that every gateway's adapter stands behind."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

from pydantic import Field

from domain.cases.payout import Payout
from domain.money import Money
from domain.payment_events import GatewayRefundRecord
from domain.payout_state import PayoutState
from domain.value import Value


class GatewayRefund(Value):
    """A refund as the gateway tells of it."""

    refund_id: str
    state: PayoutState
    amount: Money
    failure_code: str | None = None


class GatewayCapabilities(Value):
    """What a gateway promises."""

    key_memory: timedelta
    partial_refunds: bool = True
    asynchronous: bool = Field(default=True, description="a refund may stay pending and fail later")


class PaymentGateway(Protocol):
    """A payment provider, as far as refunds go. Calls block; the worker runs them in threads."""

    @property
    def capabilities(self) -> GatewayCapabilities:
        """Return what the provider promises."""
        ...

    def refund(self, case_id: str, payout: Payout) -> GatewayRefund:
        """Refund the payout's amount under its idempotency key.

        Raises PayoutRefusedError for good, StaleAnswerError for an error that was stored under the key before,
        AnswerLostError when it may have been carried out, GatewayUnavailableError for everything else that may pass.
        """
        ...

    def find_refund(self, payout: Payout) -> GatewayRefund | None:
        """Return the refund that carries the payout's id in its metadata, looking through all pages, or None.

        None proves that nothing was paid: refunds that failed or were canceled do not count. Raises as `refund`.
        """
        ...

    def read_refund(self, refund_id: str) -> GatewayRefund:
        """Return the refund as it stands now. Raises as `refund` does."""
        ...

    def refunds_since(self, since: datetime) -> Iterable[GatewayRefundRecord]:
        """Return every refund made at or after `since`, whoever made it, through all pages. Raises as `refund`."""
        ...
