"""Money out: the one activity that moves it, and the ports it needs."""

from datetime import datetime, timedelta
from typing import Protocol

from domain.case import EvidencePin, Payout
from domain.money import Money
from domain.value import Value
from domain.words import PayoutState


class PayoutOrder(Value):
    """One payout to be made, with the evidence that must still be what the auditor saw."""

    case_id: str
    order_number: str
    payout: Payout
    evidence: tuple[EvidencePin, ...] = ()


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


class PaymentGateway(Protocol):
    """A payment provider, as far as refunds go. Calls block; the worker runs them in threads."""

    @property
    def capabilities(self) -> GatewayCapabilities:
        """Return what the provider promises."""
        ...

    def refund(self, case_id: str, payout: Payout) -> GatewayRefund:
        """Refund the payout's amount under its idempotency key.

        Raises PayoutRefusedError for good, StaleAnswerError when the key answers a stored server error,
        GatewayUnavailableError for everything that may pass.
        """
        ...

    def find_refund(self, payout: Payout) -> GatewayRefund | None:
        """Return the refund that carries the payout's id in its metadata, looking through all pages, or None."""
        ...


class PayoutBook(Protocol):
    """Where attempts are made durable before the gateway hears of them."""

    def submitting(self, payout: Payout, at: datetime) -> Payout:
        """Record that the payout's attempt begins and return it as recorded (first attempt's time is kept)."""
        ...

    def next_attempt(self, payout: Payout, at: datetime) -> Payout:
        """Record a new attempt with a new idempotency key, after proof that the last one paid nothing."""
        ...


class EvidenceVault(Protocol):
    """Where evidence is kept."""

    def still_matches(self, case_id: str, pin: EvidencePin) -> bool:
        """Return whether the pinned version still exists with the pinned hash.

        Raises StoreUnavailableError.
        """
        ...
