"""Applies stored webhooks to cases: at once for the API, and again by the sweep if that failed."""
