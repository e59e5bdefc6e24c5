"""What the `provider.py` of a tracking provider's folder declares."""

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
        """Return the verified and translated event, or None if it is not about a parcel.

        Raises BadSignatureError, UnreadableEventError.
        """
        ...


@dataclass(frozen=True)
class TrackingProvider(Generic[S]):
    """A tracking provider, under the name that webhook paths use.

    The fields of `settings` become settings of every process. `webhooks` and `registrar` are built from them, or return
    None if they are not set.
    """

    name: str
    settings: type[S]
    webhooks: Callable[[S, Clock], CourierReader | None]
    registrar: Callable[[S], Registrar | None]
