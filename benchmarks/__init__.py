"""This system beside a bare Temporal workflow of the same shape, measured in one run."""
