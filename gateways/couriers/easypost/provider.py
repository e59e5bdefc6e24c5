"""EasyPost in the registry of tracking providers."""

from pydantic import BaseModel, Field

from gateways.couriers.easypost import PROVIDER
from gateways.couriers.easypost.registrar import EasyPostRegistrar
from gateways.couriers.easypost.webhooks import EasyPostWebhooks
from gateways.couriers.provider import TrackingProvider
from gateways.providers import Clock, Secret, Secrets, plain


class EasyPostSettings(BaseModel):
    """The settings of an EasyPost account."""

    easypost_webhook_secrets: Secrets = Field(
        (), description="Set the secrets of EasyPost's webhooks, separated by commas, or leave it unset."
    )
    easypost_api_key: Secret | None = Field(
        None, description="Set EasyPost's API key to have it follow the parcels, or leave it unset."
    )


def _webhooks(settings: EasyPostSettings, now: Clock) -> EasyPostWebhooks | None:
    secrets = settings.easypost_webhook_secrets
    return EasyPostWebhooks(plain(secrets), now) if secrets else None


def _registrar(settings: EasyPostSettings) -> EasyPostRegistrar | None:
    key = settings.easypost_api_key
    return EasyPostRegistrar(key) if key else None


ENTRY = TrackingProvider(PROVIDER, EasyPostSettings, _webhooks, _registrar)
