"""AfterShip."""

PROVIDER = "aftership"
"""The provider's name in orders, settings and paths."""
