"""The money steps of a case: what is due, what the gateways answer, what finance decides, and chargebacks (R30-R38)."""
