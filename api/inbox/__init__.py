"""Applies stored webhooks and scans to cases."""
