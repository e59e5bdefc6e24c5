"""Adapters behind the ports: payment providers, object store, calendars, policy files."""
