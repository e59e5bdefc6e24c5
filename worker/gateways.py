"""The payment gateways and the tracking provider that the settings name."""

from collections.abc import Mapping

from activities.ports.inbox import Registrar
from activities.ports.payment_gateway import PaymentGateway
from config.settings import Settings
from gateways.couriers.tracking_registration import (
    AfterShipRegistrar,
    EasyPostRegistrar,
    SeventeenTrackRegistrar,
)
from gateways.payments import paypal, stripe
from gateways.payments.paypal.gateway import PayPalGateway
from gateways.payments.stripe.gateway import StripeGateway


def gateways_of(settings: Settings) -> Mapping[str, PaymentGateway]:
    """Return Stripe, and PayPal where its credentials are set."""
    gateways: dict[str, PaymentGateway] = {
        stripe.PROVIDER: StripeGateway(settings.stripe_api_key.get_secret_value(), settings.stripe_base_url)
    }
    if settings.paypal_client_id and settings.paypal_client_secret:
        secret = settings.paypal_client_secret.get_secret_value()
        gateways[paypal.PROVIDER] = PayPalGateway(settings.paypal_client_id, secret, settings.paypal_base_url)
    return gateways


def registrar_of(settings: Settings) -> Registrar | None:
    """Return the first tracking provider whose key is set, or None."""
    if settings.aftership_api_key:
        return AfterShipRegistrar(settings.aftership_api_key)
    if settings.easypost_api_key:
        return EasyPostRegistrar(settings.easypost_api_key)
    return SeventeenTrackRegistrar(settings.seventeen_track_token) if settings.seventeen_track_token else None
