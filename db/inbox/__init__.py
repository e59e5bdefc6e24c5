"""The inbox: webhooks, scans and parcels that arrived from outside and wait to be applied."""
