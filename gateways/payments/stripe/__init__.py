"""Stripe."""

PROVIDER = "stripe"
"""The provider's name in orders, settings and paths."""
