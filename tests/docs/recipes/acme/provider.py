"""Acme Pay in the registry of payment providers."""

from pydantic import BaseModel, Field

from gateways.payments.provider import PaymentProvider
from gateways.providers import Clock, Secret, Secrets, Url, plain

from .gateway import PROVIDER, AcmeGateway
from .webhooks import AcmeWebhooks


class AcmeSettings(BaseModel):
    """The settings of an Acme Pay account."""

    acme_api_key: Secret | None = Field(None, description="Set the key of the Acme Pay account, or leave it unset.")
    acme_base_url: Url = Field("https://api.acme.example", description="Set the http(s) address of Acme Pay.")
    acme_webhook_secrets: Secrets = Field((), description="Set the secrets of Acme Pay's webhooks, or leave it unset.")


def _gateway(settings: AcmeSettings) -> AcmeGateway | None:
    key = settings.acme_api_key
    return AcmeGateway(key.get_secret_value(), settings.acme_base_url) if key else None


def _webhooks(settings: AcmeSettings, _now: Clock) -> AcmeWebhooks | None:
    secrets = settings.acme_webhook_secrets
    return AcmeWebhooks(plain(secrets)) if secrets else None


ENTRY = PaymentProvider(PROVIDER, AcmeSettings, _gateway, _webhooks)
