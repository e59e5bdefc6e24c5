"""What a tracking provider's folder declares of itself in its `provider.py`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from pydantic import BaseModel

from activities.ports.inbox import Registrar
from domain.parcels import CourierEvent
from gateways.providers import Clock

S = TypeVar("S", bound=BaseModel)


class CourierReader(Protocol):
    """Reads a tracking provider's webhooks."""

    def read(self, body: bytes, headers: Mapping[str, str]) -> CourierEvent | None:
        """Return the event, verified and translated, or None for one that is about no parcel.

        Raises BadSignatureError, UnreadableEventError.
        """
        ...


@dataclass(frozen=True)
class TrackingProvider(Generic[S]):
    """A tracking provider by the name that webhook paths give it.

    The fields of `settings` become settings of every process. From them `webhooks` and `registrar` are made, or None
    when they are not set.
    """

    name: str
    settings: type[S]
    webhooks: Callable[[S, Clock], CourierReader | None]
    registrar: Callable[[S], Registrar | None]
