"""What came in from outside and waits to be applied: webhooks, scans, parcels."""
