"""Stripe in the registry of payment providers."""

from pydantic import BaseModel, Field, SecretStr, ValidationInfo, field_validator

from gateways.payments.provider import PaymentProvider
from gateways.payments.stripe import PROVIDER
from gateways.payments.stripe.amounts import step
from gateways.payments.stripe.gateway import StripeGateway
from gateways.payments.stripe.webhooks import StripeWebhooks
from gateways.providers import Clock, Secret, Secrets, Url, plain


class StripeSettings(BaseModel):
    """The settings of a Stripe account."""

    stripe_api_key: Secret = Field(
        description="Set the secret key of the Stripe account, in development a test key (sk_test_…)."
    )
    stripe_base_url: Url | None = Field(
        None, description="Set an http(s) address to replace Stripe's own, or leave it unset."
    )
    stripe_webhook_secrets: Secrets = Field(
        (),
        description="Set the signing secrets of Stripe's webhook endpoint (whsec_…), separated by commas, the newest "
        "first; two during a rotation. Without them Stripe's webhooks are refused, and the service has to ask Stripe "
        "about every refund.",
    )

    @field_validator("stripe_api_key")
    @classmethod
    def _development_moves_no_real_money(cls, key: SecretStr, info: ValidationInfo) -> SecretStr:
        if "_live_" in key.get_secret_value() and info.data.get("env") != "production":
            raise ValueError("a live key would move real money in development: use a test key (sk_test_…)")
        return key


def _gateway(settings: StripeSettings) -> StripeGateway:
    return StripeGateway(settings.stripe_api_key.get_secret_value(), settings.stripe_base_url)


def _webhooks(settings: StripeSettings, now: Clock) -> StripeWebhooks | None:
    secrets = settings.stripe_webhook_secrets
    return StripeWebhooks(plain(secrets), now) if secrets else None


ENTRY = PaymentProvider(PROVIDER, StripeSettings, _gateway, _webhooks, step)
