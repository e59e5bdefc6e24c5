"""Settings, read by entry points only."""
