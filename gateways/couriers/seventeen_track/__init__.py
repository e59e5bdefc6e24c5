"""17TRACK."""

PROVIDER = "17track"
"""The provider's name in orders, settings and paths."""
