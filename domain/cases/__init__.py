"""One refund case: its lines, messages, payouts, evidence and next step."""
