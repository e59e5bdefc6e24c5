"""EasyPost."""

PROVIDER = "easypost"
"""The provider's name in orders, settings and paths."""
