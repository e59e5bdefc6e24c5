"""Measures this system and a bare Temporal workflow of the same shape in one run."""
