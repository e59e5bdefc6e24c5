"""Adapters that implement the ports: payment providers, couriers, object store, calendars, policy files."""
