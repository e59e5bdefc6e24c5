"""The registry of payment providers: each one is a folder here and a line below."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from activities.ports.payment_gateway import PaymentGateway
from gateways.payments.provider import PaymentProvider, WebhookReader, whole_units
from gateways.providers import Clock, entry_of

_FOLDERS = (
    "stripe",
    "paypal",
)
_KIND: type[PaymentProvider[Any]] = PaymentProvider
PROVIDERS = tuple(entry_of(f"{__package__}.{folder}", _KIND) for folder in _FOLDERS)
_STEPS = {provider.name: provider.step for provider in PROVIDERS}


def gateways_of(settings: BaseModel) -> Mapping[str, PaymentGateway]:
    """Return the configured gateways, by the provider's name in an order's payments."""
    made = ((provider.name, provider.gateway(settings)) for provider in PROVIDERS)
    return {name: gateway for name, gateway in made if gateway}


def payment_webhooks_of(settings: BaseModel, now: Clock) -> Mapping[str, WebhookReader]:
    """Return the webhook readers whose secrets are set, by provider."""
    made = ((provider.name, provider.webhooks(settings, now)) for provider in PROVIDERS)
    return {name: reader for name, reader in made if reader}


def payment_step(provider: str, currency: str) -> int:
    """Return the smallest amount that the provider pays in the currency, in minor units (R33).

    It is 1 for a provider that is not registered; nothing is paid through one.
    """
    return _STEPS.get(provider, whole_units)(currency)
