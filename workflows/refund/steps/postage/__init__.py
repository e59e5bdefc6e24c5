"""The customer's return postage: told for each parcel, also after the payout, and reviewed by an auditor (R30, R31)."""
