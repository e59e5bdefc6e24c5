"""The values that all other packages use: frozen, validated, and free of I/O, clock and Temporal."""
