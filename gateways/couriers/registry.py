"""The registry of tracking providers: each one is a folder here and a line below."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from activities.ports.inbox import Registrar
from gateways.couriers.provider import CourierReader, TrackingProvider
from gateways.providers import Clock, entry_of

_FOLDERS = (
    "aftership",
    "easypost",
    "seventeen_track",
)
_KIND: type[TrackingProvider[Any]] = TrackingProvider
PROVIDERS = tuple(entry_of(f"{__package__}.{folder}", _KIND) for folder in _FOLDERS)


def courier_webhooks_of(settings: BaseModel, now: Clock) -> Mapping[str, CourierReader]:
    """Return the webhook readers whose secrets are set, by tracking provider."""
    made = ((provider.name, provider.webhooks(settings, now)) for provider in PROVIDERS)
    return {name: reader for name, reader in made if reader}


def registrar_of(settings: BaseModel) -> Registrar | None:
    """Return the first tracking provider whose API key is set, or None."""
    made = (provider.registrar(settings) for provider in PROVIDERS)
    return next((registrar for registrar in made if registrar), None)
