"""PayPal in the registry of payment providers."""

from pydantic import BaseModel, Field, SecretStr, ValidationInfo, field_validator

from gateways.payments.paypal import PROVIDER
from gateways.payments.paypal.amounts import step
from gateways.payments.paypal.gateway import PayPalGateway
from gateways.payments.paypal.webhooks import PayPalWebhooks
from gateways.payments.provider import PaymentProvider
from gateways.providers import Clock, Ids, Secret, Url


class PayPalSettings(BaseModel):
    """The settings of a PayPal app."""

    paypal_client_id: str | None = Field(
        None, min_length=1, description="Set the client id of the PayPal app, or leave it unset without PayPal."
    )
    paypal_client_secret: Secret | None = Field(
        None, description="Set the secret of the PayPal app; it comes with the client id."
    )
    paypal_base_url: Url | None = Field(
        None, description="Set an http(s) address to replace PayPal's own, or leave it unset."
    )
    paypal_webhook_ids: Ids = Field(
        (),
        description="Set the ids of the webhooks that PayPal sends to this service, separated by commas, or leave it "
        "unset.",
    )

    @field_validator("paypal_client_secret")
    @classmethod
    def _secret_has_its_client(cls, secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if (secret is None) is not (info.data.get("paypal_client_id") is None):
            raise ValueError("set the client id and the secret together")
        return secret


def _gateway(settings: PayPalSettings) -> PayPalGateway | None:
    client_id, secret = settings.paypal_client_id, settings.paypal_client_secret
    if not client_id or not secret:
        return None
    return PayPalGateway(client_id, secret.get_secret_value(), settings.paypal_base_url)


def _webhooks(settings: PayPalSettings, now: Clock) -> PayPalWebhooks | None:
    client_id, secret, ids = settings.paypal_client_id, settings.paypal_client_secret, settings.paypal_webhook_ids
    if not ids or not client_id or not secret:
        return None
    return PayPalWebhooks(client_id, secret.get_secret_value(), ids, now, settings.paypal_base_url)


ENTRY = PaymentProvider(PROVIDER, PayPalSettings, _gateway, _webhooks, step)
