"""What becomes of webhooks and scans once they are taken in."""
