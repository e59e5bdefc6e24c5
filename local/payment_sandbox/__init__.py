"""A local payment provider: Stripe's and PayPal's HTTP APIs for refunds, a durable ledger and a fault plan."""
