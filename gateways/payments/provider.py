"""What the `provider.py` of a payment provider's folder declares."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from pydantic import BaseModel

from activities.ports.payment_gateway import PaymentGateway
from domain.payment_events import GatewayEvent
from gateways.providers import Clock

S = TypeVar("S", bound=BaseModel)


class WebhookReader(Protocol):
    """Reads a payment provider's webhooks."""

    def read(self, body: bytes, headers: Mapping[str, str]) -> GatewayEvent:
        """Return the verified and translated event; raises BadSignatureError, UnreadableEventError."""
        ...


@dataclass(frozen=True)
class PaymentProvider(Generic[S]):
    """A payment provider, under the name that orders and webhook paths use.

    The fields of `settings` become settings of every process. `gateway` and `webhooks` are built from them, or return
    None if they are not set.
    """

    name: str
    settings: type[S]
    gateway: Callable[[S], PaymentGateway | None]
    webhooks: Callable[[S, Clock], WebhookReader | None]
