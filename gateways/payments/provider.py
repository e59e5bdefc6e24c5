"""What a payment provider's folder declares of itself in its `provider.py`."""

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
        """Return the event, verified and translated; raises BadSignatureError, UnreadableEventError."""
        ...


@dataclass(frozen=True)
class PaymentProvider(Generic[S]):
    """A payment provider by the name that orders and webhook paths give it.

    The fields of `settings` become settings of every process. From them `gateway` and `webhooks` are made, or None
    when they are not set.
    """

    name: str
    settings: type[S]
    gateway: Callable[[S], PaymentGateway | None]
    webhooks: Callable[[S, Clock], WebhookReader | None]
