"""What becomes of webhooks once they are taken in, at once by the API and again by the sweep."""
