"""Payouts, their plans, the ledger, disputes and reconciliation."""
