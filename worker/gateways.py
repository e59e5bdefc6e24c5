"""The payment gateways that the settings name, by the provider that an order's payments name."""

from collections.abc import Mapping

from activities.ports.payment_gateway import PaymentGateway
from config.settings import Settings
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
