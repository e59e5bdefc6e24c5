"""What reconciliation compares and what each difference is called."""
