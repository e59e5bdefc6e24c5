"""Stripe's dialect of the payment sandbox."""
