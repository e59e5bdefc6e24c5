"""The comparison of reconciliation, and the finding for each kind of difference."""
