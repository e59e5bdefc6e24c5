"""AfterShip in the registry of tracking providers."""

from pydantic import BaseModel, Field

from gateways.couriers.aftership import PROVIDER
from gateways.couriers.aftership.registrar import AfterShipRegistrar
from gateways.couriers.aftership.webhooks import AfterShipWebhooks
from gateways.couriers.provider import TrackingProvider
from gateways.providers import Clock, Secret, Secrets, plain


class AfterShipSettings(BaseModel):
    """The settings of an AfterShip account."""

    aftership_webhook_secrets: Secrets = Field(
        (), description="Set the secrets of AfterShip's webhooks, separated by commas, or leave it unset."
    )
    aftership_api_key: Secret | None = Field(
        None, description="Set AfterShip's API key to have it follow the parcels, or leave it unset."
    )


def _webhooks(settings: AfterShipSettings, now: Clock) -> AfterShipWebhooks | None:
    secrets = settings.aftership_webhook_secrets
    return AfterShipWebhooks(plain(secrets), now) if secrets else None


def _registrar(settings: AfterShipSettings) -> AfterShipRegistrar | None:
    key = settings.aftership_api_key
    return AfterShipRegistrar(key) if key else None


ENTRY = TrackingProvider(PROVIDER, AfterShipSettings, _webhooks, _registrar)
