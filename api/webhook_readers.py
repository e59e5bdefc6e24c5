"""Which providers' webhooks are taken: those whose signing secrets are set."""

from collections.abc import Callable, Mapping
from datetime import datetime

from api.services import WebhookReader
from config.settings import Settings
from gateways.stripe_webhooks import StripeWebhooks


def webhooks_of(settings: Settings, now: Callable[[], datetime]) -> Mapping[str, WebhookReader]:
    """Return the readers that the settings have secrets for, by provider."""
    readers: dict[str, WebhookReader] = {}
    if settings.stripe_webhook_secrets:
        secrets = [secret.get_secret_value() for secret in settings.stripe_webhook_secrets]
        readers["stripe"] = StripeWebhooks(secrets, now)
    return readers
