"""What the sandbox's ledger holds: payments, refunds, and the answers stored for idempotency keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PAID_NOTHING = ("failed", "canceled")
CHARGES = ("ch_", "py_")
STRIPES_REFERENCES = ("pi_", *CHARGES)


def is_paypals(reference: str) -> bool:
    """Return whether the payment's reference is not one of Stripe's, so that only PayPal's API knows it."""
    return not reference.startswith(STRIPES_REFERENCES)


@dataclass(frozen=True)
class Payment:
    """A captured payment under the id that the order uses; amounts are integer minor units of ISO 4217.

    `other_id` is the payment intent of a charge, or the order of a PayPal capture.
    """

    id: str
    charge: str
    amount: int
    currency: str
    created: int
    other_id: str | None = None

    @property
    def is_paypals(self) -> bool:
        """True if the reference is not one of Stripe's, so that only PayPal's API knows the payment."""
        return is_paypals(self.id)

    @property
    def intent(self) -> str | None:
        """The payment intent at Stripe, which old charges do not have."""
        return self.other_id if self.id.startswith(CHARGES) else self.id

    @property
    def order_id(self) -> str:
        """The order at PayPal."""
        return self.other_id or f"order-of-{self.id}"


@dataclass(frozen=True)
class Refund:
    """A refund of a payment; `status` is one of Stripe's."""

    id: str
    payment: str
    amount: int
    status: str
    failure_reason: str | None
    reason: str | None
    metadata: Mapping[str, str]
    created: int

    @property
    def is_paypals(self) -> bool:
        """True if the payment's reference is not one of Stripe's, so that only PayPal's API lists the refund."""
        return is_paypals(self.payment)


@dataclass(frozen=True)
class Answer:
    """An HTTP answer, as it is sent and as it is stored for an idempotency key."""

    status: int
    body: Mapping[str, Any]
    replayed: bool = False
