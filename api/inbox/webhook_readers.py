"""Which providers' webhooks are taken: those whose signing secrets are set."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from pydantic import SecretStr

from api.dependencies import CourierReader, WebhookReader
from config.settings import Settings
from gateways.couriers import aftership, easypost, seventeen_track
from gateways.couriers.aftership.webhooks import AfterShipWebhooks
from gateways.couriers.easypost.webhooks import EasyPostWebhooks
from gateways.couriers.seventeen_track.webhooks import SeventeenTrackWebhooks
from gateways.payments import paypal, stripe
from gateways.payments.paypal.webhooks import PayPalWebhooks
from gateways.payments.stripe.webhooks import StripeWebhooks


def webhooks_of(settings: Settings, now: Callable[[], datetime]) -> Mapping[str, WebhookReader]:
    """Return the readers that the settings have secrets for, by provider."""
    readers: dict[str, WebhookReader] = {}
    if settings.stripe_webhook_secrets:
        readers[stripe.PROVIDER] = StripeWebhooks(_plain(settings.stripe_webhook_secrets), now)
    if settings.paypal_webhook_ids and settings.paypal_client_id and settings.paypal_client_secret:
        readers[paypal.PROVIDER] = PayPalWebhooks(
            settings.paypal_client_id,
            settings.paypal_client_secret.get_secret_value(),
            settings.paypal_webhook_ids,
            now,
            settings.paypal_base_url,
        )
    return readers


def couriers_of(settings: Settings, now: Callable[[], datetime]) -> Mapping[str, CourierReader]:
    """Return the readers that the settings have secrets for, by tracking provider."""
    readers: dict[str, CourierReader] = {}
    if secrets := _plain(settings.aftership_webhook_secrets):
        readers[aftership.PROVIDER] = AfterShipWebhooks(secrets, now)
    if secrets := _plain(settings.easypost_webhook_secrets):
        readers[easypost.PROVIDER] = EasyPostWebhooks(secrets, now)
    if keys := _plain(settings.seventeen_track_keys):
        readers[seventeen_track.PROVIDER] = SeventeenTrackWebhooks(keys, now)
    return readers


def _plain(secrets: Sequence[SecretStr]) -> list[str]:
    return [secret.get_secret_value() for secret in secrets]
