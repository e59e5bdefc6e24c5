"""Tracking providers, one folder each."""
