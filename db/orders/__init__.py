"""Orders, the stock, and which case holds which unit."""
