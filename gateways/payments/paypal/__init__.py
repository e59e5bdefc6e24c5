"""PayPal."""

PROVIDER = "paypal"
"""The provider's name in orders, settings and paths."""
