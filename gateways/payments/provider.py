"""What the `provider.py` of a payment provider's folder declares."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from pydantic import BaseModel

from activities.ports.payment_gateway import PaymentGateway
from domain.payment_events import GatewayEvent
from gateways.providers import Clock

S = TypeVar("S", bound=BaseModel)


def whole_units(_currency: str) -> int:
    """Return 1: the provider can pay every amount of minor units."""
    return 1


class WebhookReader(Protocol):
    """Reads a payment provider's webhooks."""

    def read(self, body: bytes, headers: Mapping[str, str]) -> GatewayEvent:
        """Return the verified and translated event; raises BadSignatureError, UnreadableEventError."""
        ...


@dataclass(frozen=True)
class PaymentProvider(Generic[S]):
    """A payment provider, under the name that orders and webhook paths use.

    The fields of `settings` become settings of every process. `gateway` and `webhooks` are built from them, or return
    None if they are not set. `step` is the smallest amount in minor units that the provider pays in a currency; it
    needs no settings, because what a unit of an order is worth must not depend on them (R33).
    """

    name: str
    settings: type[S]
    gateway: Callable[[S], PaymentGateway | None]
    webhooks: Callable[[S, Clock], WebhookReader | None]
    step: Callable[[str], int] = whole_units
