"""Which providers' webhooks are taken: those whose signing secrets are set."""

from collections.abc import Callable, Mapping
from datetime import datetime

from api.services import WebhookReader
from config.settings import Settings
from gateways import paypal_gateway, stripe_words
from gateways.paypal_webhooks import PayPalWebhooks
from gateways.stripe_webhooks import StripeWebhooks


def webhooks_of(settings: Settings, now: Callable[[], datetime]) -> Mapping[str, WebhookReader]:
    """Return the readers that the settings have secrets for, by provider."""
    readers: dict[str, WebhookReader] = {}
    if settings.stripe_webhook_secrets:
        secrets = [secret.get_secret_value() for secret in settings.stripe_webhook_secrets]
        readers[stripe_words.PROVIDER] = StripeWebhooks(secrets, now)
    if settings.paypal_webhook_ids and settings.paypal_client_id and settings.paypal_client_secret:
        readers[paypal_gateway.PROVIDER] = PayPalWebhooks(
            settings.paypal_client_id,
            settings.paypal_client_secret.get_secret_value(),
            settings.paypal_webhook_ids,
            now,
            settings.paypal_base_url,
        )
    return readers
