"""Real refunds, played to their end through the HTTP API of a real system."""
