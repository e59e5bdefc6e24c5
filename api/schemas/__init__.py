"""Request and response bodies, where they differ from the domain's own values."""
