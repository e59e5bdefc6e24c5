"""Acme Pay, an invented payment provider."""
