"""The values everybody speaks: frozen, validated, free of I/O, clock and Temporal."""
