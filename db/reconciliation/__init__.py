"""What reconciliation reads from the books, and its findings."""
