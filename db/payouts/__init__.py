"""Payouts, their plans, the ledger and disputes."""
