"""Stripe's API in the payment sandbox."""
