"""A payment provider for this machine: Stripe's HTTP dialect for refunds, a durable ledger and a fault plan."""
