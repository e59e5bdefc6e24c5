"""Real refunds, played through the HTTP API of a real system to their end."""
